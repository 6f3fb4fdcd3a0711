"""asyncpg: pools."""

import asyncio

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_asyncpg.calls import ALL, INSERT, NOBODY, ONE


async def a_pool_tells_its_size(db: World) -> None:
    pool = await db.make_pool()
    db.note(
        pool.get_size(), pool.get_min_size(), pool.get_max_size(), pool.get_idle_size(), pool.is_closing()
    )
    first, second = await pool.acquire(), await pool.acquire()
    db.note(pool.get_size(), pool.get_idle_size(), first is second)
    await db.see(pool.release(first))
    db.note(pool.get_size(), pool.get_idle_size())
    await pool.release(second)


async def a_released_connection_refuses_everything(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    transaction = conn.transaction()
    await db.see(conn.execute(NOBODY), pool.release(conn), pool.release(conn))
    for call in (
        lambda: conn.execute("SELECT 1"),
        lambda: conn.fetchval("SELECT 1"),
        lambda: conn.executemany("SELECT $1", []),
        lambda: conn.prepare("SELECT 1"),
        conn.transaction,
        conn.is_closed,
        conn.is_in_transaction,
        conn.close,
        lambda: conn.cursor("SELECT 1"),
        lambda: transaction.start(),
    ):
        await db.see(call)


async def a_block_releases(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        db.note(pool.get_idle_size())
        await db.see(conn.execute(NOBODY))
    db.note(pool.get_idle_size())
    await db.see(lambda: conn.execute("SELECT 1"))


async def an_acquiring_block_is_entered_once(db: World) -> None:
    pool = await db.make_pool()
    acquiring = pool.acquire()
    async with acquiring:
        await db.see(acquiring.__aenter__())


async def only_members_are_released(db: World) -> None:
    pool = await db.make_pool()
    for stranger in (object(), None, "connection"):
        try:
            await pool.release(stranger)
        except Exception as error:
            db.note(
                type(error).__name__,
                str(error).partition(":")[0],
                str(error).endswith("not a member of this pool"),
            )


async def a_release_rolls_back(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    transaction = conn.transaction()
    await transaction.start()
    await db.see(conn.execute(INSERT, 3, "three"))
    await pool.release(conn)
    async with pool.acquire() as conn:
        await db.see(conn.is_in_transaction, conn.fetch("SELECT * FROM item WHERE id = 3"))
    await db.see(lambda: transaction.commit())


async def an_exhausted_pool_waits(db: World) -> None:
    pool = await db.make_pool()
    first, second = await pool.acquire(), await pool.acquire()
    await db.see(pool.acquire(timeout=0.02), pool.acquire(timeout=0.02).__aenter__())
    waiting = asyncio.ensure_future(pool.fetch(NOBODY))
    await asyncio.sleep(0.02)
    db.note(waiting.done())
    await pool.release(first)
    await db.see(waiting)
    await pool.release(second)


@scripted(fetch=ROWS, fetch_row=ROWS[0], fetch_val=1)
async def a_pool_has_the_calls_of_a_connection(db: World) -> None:
    pool = await db.make_pool()
    await db.see(pool.execute(INSERT, 3, "three"), pool.fetch(ALL + " LIMIT 2"), pool.fetchrow(ONE, 1))
    await db.see(pool.fetchval(ONE, 1, column=0, timeout=3), pool.executemany(INSERT, [(4, "four")]))
    await db.see(pool.copy_records_to_table("item", records=[(5, "five", 5)]))
    db.note(
        pool.get_idle_size(), hasattr(pool, "transaction"), hasattr(pool, "cursor"), hasattr(pool, "prepare")
    )


async def a_pool_is_awaited_and_entered(db: World) -> None:
    pool = await db.make_pool()
    db.note(await pool is pool)
    async with pool as entered:
        db.note(entered is pool)
        await db.see(entered.fetch(NOBODY))
    db.note(pool.is_closing())
    await db.see(
        pool.acquire(), pool.execute("SELECT 1"), pool.fetchval("SELECT 1"), pool.close(), pool.terminate
    )
    db.note(pool.get_size(), pool.get_idle_size())


async def a_closing_pool_waits_for_its_connections(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    closing = asyncio.ensure_future(pool.close())
    await db.until(pool.is_closing)
    await db.see(pool.acquire(), conn.fetch(NOBODY))
    db.note(closing.done())
    await pool.release(conn)
    await db.see(closing, pool.acquire())


async def a_terminated_pool_takes_its_connections_along(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    await db.see(pool.terminate, lambda: conn.is_closed(), pool.acquire())


async def a_connection_closed_leaves_its_pool(db: World) -> None:
    pool = await db.make_pool()
    first, second = await pool.acquire(), await pool.acquire()
    await db.see(first.close())
    db.note(pool.get_size(), pool.get_idle_size())
    await db.see(
        lambda: first.execute("SELECT 1"), pool.release(first), pool.release(second), pool.fetch(NOBODY)
    )


async def an_error_in_a_block_releases(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(INSERT, 3, "three")
            raise KeyError("lost")

    await db.see(block(), pool.fetch("SELECT * FROM item WHERE id = 3"))
    db.note(pool.get_idle_size())


async def acquire_takes_a_keyword(db: World) -> None:
    pool = await db.make_pool()
    try:
        pool.acquire(5)
    except TypeError:
        db.note("refused")


async def a_connection_closed_in_a_transaction_is_replaced(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    await conn.transaction().start()
    await db.see(conn.close())
    async with pool.acquire() as conn:
        await db.see(conn.is_in_transaction, conn.transaction().start())
