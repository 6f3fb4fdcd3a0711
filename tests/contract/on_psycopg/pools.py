"""psycopg_pool: connections taken and given back."""

import asyncio
from typing import Any

from psycopg.rows import dict_row

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psycopg.calls import ALL, COUNT, INSERT, NOBODY


@scripted(fetch=ROWS)
async def a_block_gives_a_connection(db: World) -> None:
    pool = await db.make_pool()
    async with pool.connection() as conn:
        cursor = await conn.execute(ALL)
        await db.see(cursor.fetchall())
        db.note(conn.closed)
    db.note(conn.closed)


@scripted(fetch=[{"count": 3}])
async def the_end_of_a_block_commits(db: World) -> None:
    pool = await db.make_pool()
    async with pool.connection() as conn:
        await conn.execute(INSERT, (3, "three"))
    async with pool.connection() as conn:
        await db.see((await conn.execute(COUNT)).fetchone())


@scripted(fetch=[{"count": 2}])
async def an_error_in_a_block_rolls_back_and_releases(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.connection() as conn:
            await conn.execute(INSERT, (3, "three"))
            raise KeyError("lost")

    await db.see(block())
    async with pool.connection() as conn:
        await db.see((await conn.execute(COUNT)).fetchone())


@scripted(fetch=[{"count": 2}])
async def a_connection_is_taken_and_put_back(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.getconn()
    await conn.execute(INSERT, (3, "three"))
    await db.see(pool.putconn(conn))
    conn = await pool.getconn(timeout=3)
    await db.see((await conn.execute(COUNT)).fetchone())
    await pool.putconn(conn)


async def strangers_are_not_put_back(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.getconn()
    await pool.putconn(conn)
    for stranger in (db.connection, conn):
        try:
            await pool.putconn(stranger)
        except ValueError as error:
            db.note(str(error).partition(": ")[0])


async def an_exhausted_pool_waits(db: World) -> None:
    pool = await db.make_pool()
    first, second = await pool.getconn(), await pool.getconn()
    db.note(first is second)
    await db.see(pool.getconn(timeout=0.02), pool.connection(timeout=0.02).__aenter__())
    waiting = asyncio.ensure_future(pool.getconn())
    await asyncio.sleep(0.02)
    db.note(waiting.done())
    await pool.putconn(first)
    third = await waiting
    await pool.putconn(second)
    await pool.putconn(third)


async def a_pool_tells_its_size(db: World) -> None:
    pool = await db.make_pool()
    db.note(pool.min_size, pool.max_size, pool.name, pool.closed, pool.timeout)
    stats = pool.get_stats()
    db.note(*(stats[name] for name in ("pool_min", "pool_max", "pool_size", "pool_available")))
    async with pool.connection():
        db.note(pool.get_stats()["pool_available"])


async def a_closed_pool_refuses(db: World) -> None:
    pool = await db.make_pool()
    await db.see(pool.close(), pool.close(), pool.getconn(), pool.connection().__aenter__())
    db.note(pool.closed)


async def a_pool_is_entered(db: World) -> None:
    pool = await db.make_pool()
    async with pool as entered:
        db.note(entered is pool, pool.closed)
    db.note(pool.closed)
    await db.see(pool.open())


async def a_closing_pool_lets_its_connections_work(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.getconn()
    await db.see(pool.close())
    await db.see((await conn.execute(NOBODY)).fetchall(), pool.putconn(conn))


@scripted(fetch=ROWS)
async def a_block_in_a_block_has_another_connection(db: World) -> None:
    pool = await db.make_pool()
    async with pool.connection() as first, pool.connection() as second:
        db.note(first is second)
        await db.see((await second.execute(ALL)).fetchall(), (await first.execute(ALL)).fetchall())


async def a_pool_has_no_calls(db: World) -> None:
    pool = await db.make_pool()
    db.note(*(hasattr(pool, name) for name in ("execute", "cursor", "acquire", "transaction", "release")))


async def a_pool_waits_and_checks(db: World) -> None:
    pool = await db.make_pool()
    await db.see(pool.wait(), pool.check(), pool.open())


async def a_connection_given_back_within_a_block_is_let_go(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.getconn()
    await db.see(conn.set_autocommit(True), conn.execute(INSERT, [3, "three"]))
    block = conn.transaction()
    await block.__aenter__()
    await db.see(pool.putconn(conn))
    again = await pool.getconn()
    db.note(again.autocommit, again.closed, again.info.transaction_status.name)
    await db.see(pool.putconn(again))


async def a_connection_given_back_in_a_transaction_is_kept(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.getconn()
    await db.see(conn.execute(INSERT, [3, "three"]), pool.putconn(conn))
    again = await pool.getconn()
    db.note(conn.closed, again.closed, again.autocommit)
    await db.see(pool.putconn(again))


async def a_pool_is_opened_later(db: Any) -> None:
    pool = await db.make_pool(open=False)
    db.note(pool.closed)
    await db.see(pool.getconn(), pool.wait(), pool.connection().__aenter__())
    await db.see(pool.open(), pool.wait(), pool.open())
    db.note(pool.closed)
    async with pool.connection() as connection:
        await db.see(connection.execute(NOBODY))
    await db.see(pool.close(), pool.close(), pool.open(), pool.getconn())
    db.note(pool.closed)


async def a_pool_takes_what_its_connections_are_made_with(db: Any) -> None:
    pool = await db.make_pool(kwargs={"autocommit": True, "row_factory": dict_row})
    async with pool.connection() as connection:
        db.note(connection.autocommit, connection.row_factory is dict_row)
        await connection.execute(NOBODY)
        db.note(connection.info.transaction_status.name)


async def a_pool_takes_the_options_of_the_driver(db: Any) -> None:
    options: dict[str, Any] = {"max_waiting": 5, "max_lifetime": 60.0, "max_idle": 5.0, "num_workers": 1}
    pool = await db.make_pool(open=False, reconnect_timeout=1.0, timeout=2.0, min_size=2, **options)
    db.note(pool.name, pool.min_size, pool.max_size, pool.timeout)
    await db.see(db.make_pool(numworkers=1))


async def a_pool_configures_and_checks_its_connections(db: Any) -> None:
    seen: list[str] = []

    def told(name: str) -> Any:
        async def hook(connection: Any) -> None:
            seen.append(name)

        return hook

    pool = await db.make_pool(
        max_size=1, configure=told("configure"), check=told("check"), reset=told("reset")
    )
    for _ in range(2):
        async with pool.connection() as connection:
            seen.append("used")
            await connection.execute(NOBODY)
        await db.until(lambda: seen[-1] == "reset")
    db.note(*seen)
