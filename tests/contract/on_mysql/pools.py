"""The drivers of MySQL: connections acquired from a pool and released to it."""

import asyncio
from typing import Any

from tests.contract.harness import ROWS, scripted
from tests.contract.on_mysql.steps import ALL, NOBODY, NOTE, NOTES, acquired, run


@scripted(fetch=ROWS)
async def a_block_gives_a_connection(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await db.see(run(conn, ALL))
    conn = await pool.acquire()
    await db.see(run(conn, ALL), pool.release(conn))


@scripted(fetch=[{"count": 0}])
async def the_end_of_a_block_does_not_commit(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await run(conn, NOTE % 1)
    db.note(pool.size, pool.freesize)
    await db.see(conn.commit())
    async with pool.acquire() as other:
        db.note(other is conn)
        await db.see(run(other, NOTES))


@scripted(fetch=[{"count": 1}])
async def a_committed_connection_goes_back(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await run(conn, NOTE % 1)
        await conn.commit()
    db.note(pool.size, pool.freesize)
    async with pool.acquire() as other:
        db.note(other is conn)
        await db.see(run(other, NOTES))


@scripted(fetch=ROWS)
async def a_mere_select_and_the_pool(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await run(conn, ALL)
    db.note(pool.size, pool.freesize)
    async with pool.acquire() as other:
        db.note(other is conn)


async def an_error_in_a_block_releases(db: Any) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn:
            await run(conn, NOTE % 1)
            raise KeyError("lost")

    await db.see(block())
    db.note(pool.size, pool.freesize)


async def release_is_no_coroutine(db: Any) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    released = pool.release(conn)
    db.note(pool.freesize)
    await db.see(released)


async def strangers_are_not_released(db: Any) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    pool.release(conn)
    for stranger in (db.connection, conn):
        try:
            pool.release(stranger)
        except Exception as error:
            db.note(type(error).__name__)


async def an_exhausted_pool_waits(db: Any) -> None:
    pool = await db.make_pool()
    first, second = await pool.acquire(), await pool.acquire()
    db.note(first is second, pool.size, pool.freesize)
    await db.see(asyncio.wait_for(acquired(pool), 0.02))
    waiting = asyncio.ensure_future(acquired(pool))
    await asyncio.sleep(0.02)
    db.note(waiting.done())
    await pool.release(first)
    third = await asyncio.wait_for(waiting, 1)
    db.note(third is first)
    pool.release(second)
    pool.release(third)


async def a_cancelled_wait_takes_no_place(db: Any) -> None:
    pool = await db.make_pool(maxsize=1)
    conn = await pool.acquire()
    waiting = asyncio.ensure_future(acquired(pool))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await db.see(waiting, pool.release(conn))
    conn = await asyncio.wait_for(acquired(pool), 1)
    db.note(pool.size, pool.freesize)
    pool.release(conn)


async def autocommit_stays_with_the_connection(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await conn.autocommit(True)
    async with pool.acquire() as conn:
        db.note(conn.get_autocommit())


async def a_pool_tells_its_size(db: Any) -> None:
    pool = await db.make_pool()
    db.note(pool.minsize, pool.maxsize, pool.size, pool.freesize)
    async with pool.acquire():
        db.note(pool.size, pool.freesize)
    await db.see(pool.clear())
    db.note(pool.size, pool.freesize)


async def a_pool_has_at_least_its_minimum(db: Any) -> None:
    pool = await db.make_pool(minsize=2)
    db.note(pool.size, pool.freesize)
    await pool.clear()
    async with pool.acquire():
        db.note(pool.size, pool.freesize)


async def an_empty_pool_connects_when_asked(db: Any) -> None:
    pool = await db.make_pool(minsize=0)
    db.note(pool.size)
    async with pool.acquire():
        db.note(pool.size)


async def sizes_are_checked(db: Any) -> None:
    await db.see(db.make_pool(minsize=-1), db.make_pool(minsize=3))


async def a_closed_connection_is_replaced(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        conn.close()
    db.note(pool.size, pool.freesize)
    async with pool.acquire() as conn:
        await db.see(run(conn, NOBODY))


async def a_closing_pool_refuses(db: Any) -> None:
    pool = await db.make_pool()
    db.note(pool.close(), pool.close())
    await db.see(acquired(pool), pool.acquire().__aenter__(), pool.wait_closed(), pool.wait_closed())
    await db.see(acquired(pool))


async def a_pool_waits_for_its_connections(db: Any) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    await db.see(pool.wait_closed())
    pool.close()
    waiting = asyncio.ensure_future(pool.wait_closed())
    await asyncio.sleep(0.02)
    db.note(waiting.done())
    await db.see(run(conn, NOBODY))
    await conn.commit()
    pool.release(conn)
    await asyncio.wait_for(waiting, 1)
    await db.see(conn.commit())


async def terminate_closes_at_once(db: Any) -> None:
    pool = await db.make_pool()
    conn = await pool.acquire()
    db.note(pool.terminate())
    await db.see(conn.commit(), asyncio.wait_for(pool.wait_closed(), 1), pool.release(conn))


async def a_pool_is_entered(db: Any) -> None:
    pool = await db.make_pool()
    async with pool as entered:
        db.note(entered is pool)
    await db.see(acquired(pool))


@scripted(fetch=ROWS)
async def a_block_in_a_block_has_another_connection(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as first, pool.acquire() as second:
        db.note(first is second)
        await db.see(run(first, ALL), run(second, ALL))


async def a_pool_has_no_calls(db: Any) -> None:
    pool = await db.make_pool()
    db.note(*(hasattr(pool, name) for name in ("execute", "cursor", "connection", "getconn", "fetch")))
