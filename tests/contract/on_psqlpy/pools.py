"""psqlpy: pools."""

import asyncio

from tests.contract.harness import World, scripted
from tests.contract.on_psqlpy.calls import INSERT, NOBODY


async def a_pool_opens_connections_when_asked(db: World) -> None:
    pool = await db.make_pool()
    db.note(pool.status())
    first = await pool.connection()
    db.note(pool.status())
    second = await pool.connection()
    db.note(pool.status())
    first.close()
    db.note(pool.status())
    second.close()
    db.note(pool.status())


async def an_acquired_connection_is_its_own_block(db: World) -> None:
    pool = await db.make_pool()
    waiting = pool.acquire()
    await db.see(waiting.execute("SELECT 1"), lambda: waiting.is_closed())
    async with waiting as conn:
        db.note(conn is waiting, pool.status())
        await db.see(conn.execute(NOBODY))
    db.note(pool.status(), conn.is_closed())
    await db.see(conn.execute("SELECT 1"), conn.in_transaction(), waiting.__aenter__())


@scripted(fetch_val=1)
async def a_connection_of_a_pool_is_a_block_too(db: World) -> None:
    pool = await db.make_pool()
    async with await pool.connection() as conn:
        await db.see(conn.fetch_val("SELECT 1"))
    await db.see(conn.fetch_val("SELECT 1"))
    db.note(pool.status())


async def an_exhausted_pool_waits(db: World) -> None:
    pool = await db.make_pool()
    held = [await pool.connection(), await pool.connection()]
    waiting = asyncio.ensure_future(pool.connection())
    await db.until(lambda: pool.status().waiting)
    db.note(pool.status(), waiting.done())
    held.pop().close()
    third = await waiting
    db.note(pool.status())
    third.close()


async def who_waits_in_vain_gives_up_the_place(db: World) -> None:
    pool = await db.make_pool()
    held = [await pool.connection(), await pool.connection()]
    await db.see(asyncio.wait_for(pool.connection(), 0.02))
    for conn in held:
        conn.close()
    async with pool.acquire() as conn:
        await db.see(conn.execute(NOBODY))


async def a_forgotten_connection_comes_back(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.connection()
    await db.see(conn.execute(NOBODY))
    del conn
    db.note(pool.status())
    for _ in range(4):
        conn = await pool.connection()
        await db.see(conn.execute(NOBODY))


async def an_error_in_a_block_gives_the_connection_back(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn, conn.transaction() as transaction:
            await transaction.execute(INSERT, [3, "three"])
            raise KeyError("lost")

    await db.see(block())
    db.note(pool.status())


async def a_closed_pool_gives_nothing(db: World) -> None:
    pool = await db.make_pool()
    held = await pool.connection()
    pool.close()
    db.note(pool.status())
    await db.see(held.execute(NOBODY), pool.connection(), pool.acquire().__aenter__(), pool.close)
    held.close()
    db.note(pool.status())


async def a_pool_is_a_plain_block(db: World) -> None:
    pool = await db.make_pool()
    with pool as entered:
        db.note(entered is pool)
    await db.see(pool.connection())
    db.note(
        hasattr(pool, "__aenter__"),
        hasattr(pool, "execute"),
        hasattr(pool, "fetch"),
        hasattr(pool, "release"),
    )


async def a_pool_has_at_least_two(db: World) -> None:
    pool = await db.make_pool()
    kind = type(pool)
    size = "max_size" if kind.__name__ == "FakePool" else "max_db_pool_size"
    await db.see(lambda: kind(**{size: 1}))


async def a_pool_is_resized(db: World) -> None:
    pool = await db.make_pool()
    await db.see(lambda: pool.resize(3))
    db.note(pool.status())


async def a_pool_forgets_that_a_transaction_was_begun(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await conn.transaction().begin()
        async with await pool.connection() as other:
            await db.see(other.in_transaction(), conn.in_transaction())
    async with pool.acquire() as conn:
        await db.see(conn.in_transaction(), conn.execute("ROLLBACK"))
