"""asyncpg: one thing after another, and within another: blocks, cursors, pools, failures, cancellations."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers, held

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_asyncpg.calls import ALL, DUPLICATE, INSERT, NOBODY, ONE, UNKNOWN
from tests.contract.on_asyncpg.transactions import COUNT

NUMBERS = [{"n": number} for number in range(1, 6)]
SERIES = "SELECT generate_series(1, 5) AS n"


@scripted(fetch_val=3)
async def three_blocks_deep(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        await conn.execute(INSERT, 3, "three")
        try:
            async with conn.transaction():
                async with conn.transaction():
                    await conn.execute(INSERT, 4, "four")
                raise KeyError("middle")
        except KeyError:
            db.note(conn.is_in_transaction())
    await db.see(conn.fetchval(COUNT))


@scripted(fetch_val=3)
async def savepoints_by_hand(db: World) -> None:
    conn = db.connection
    outer, inner = conn.transaction(), conn.transaction()
    await db.see(outer.start(), inner.start(), conn.execute(INSERT, 3, "three"), inner.rollback())
    second = conn.transaction()
    await db.see(second.start(), conn.execute(INSERT, 4, "four"), second.commit(), inner.commit())
    await db.see(outer.commit(), conn.is_in_transaction, conn.fetchval(COUNT))


@scripted(fetch_val=2)
async def savepoints_as_statements(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        await db.see(conn.execute("SAVEPOINT Mine"), conn.execute(INSERT, 3, "three"))
        await db.see(conn.execute("ROLLBACK TO mine"), conn.execute('RELEASE SAVEPOINT "mine"'))
    await db.see(conn.fetchval(COUNT))
    async with conn.transaction():
        await db.see(conn.execute("RELEASE SAVEPOINT nope"), conn.execute("SELECT 1"))
    await db.see(conn.execute("SAVEPOINT a"), conn.execute("ROLLBACK TO a"), conn.execute("RELEASE a"))


@scripted(execute=answers("INSERT 0 1", DUPLICATE, *["INSERT 0 1"] * 3), fetch_val=2)
async def after_a_failure_in_a_savepoint_all_goes_on(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        await db.see(conn.execute(INSERT, 3, "three"))
        savepoint = conn.transaction()
        await savepoint.start()
        await db.see(conn.execute(INSERT, 1, "again"), savepoint.commit(), conn.is_in_transaction)
        await db.see(savepoint.rollback(), conn.execute("SELECT 1"))
    await db.see(conn.is_in_transaction, conn.fetchval(COUNT))


@scripted(execute=answers(DUPLICATE, "INSERT 0 1", DUPLICATE), fetch=ROWS)
async def outside_of_a_transaction_a_failure_changes_nothing(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, 1, "x"), conn.execute(INSERT, 3, "three"), conn.execute(INSERT, 1, "x"))
    await db.see(conn.fetch(ALL + " LIMIT 2"), conn.is_in_transaction, conn.is_closed)


@scripted(fetch_val=2)
async def a_generator_that_fails_in_executemany(db: World) -> None:
    def sets() -> Any:
        yield (3, "three")
        raise KeyError("in the generator")

    await db.see(db.connection.executemany(INSERT, sets()), db.connection.fetchval(COUNT))
    await db.see(db.connection.is_in_transaction)


@scripted(execute=answers("INSERT 0 1", DUPLICATE, 1), fetch_val=2)
async def a_failed_executemany_takes_its_block_back(db: World) -> None:
    async def block() -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, 3, "three")
            await db.connection.executemany(INSERT, [(4, "four"), (1, "one")])

    await db.see(block(), db.connection.is_in_transaction, db.connection.fetchval(COUNT))


@scripted(fetch=answers(NUMBERS, NUMBERS))
async def two_cursors_side_by_side(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        first, second = await conn.cursor(SERIES), await conn.cursor(SERIES)
        await db.see(first.fetch(2), second.fetchrow(), first.fetchrow(), second.fetch(9), first.fetch(9))


@scripted(fetch=NUMBERS)
async def a_loop_over_a_cursor_is_left(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        async for record in conn.cursor(SERIES, prefetch=2):
            db.note(record)
            break
        await db.see(conn.execute(INSERT, 3, "three"))
    await db.see(conn.is_in_transaction)


@scripted(fetch=answers(NUMBERS, NUMBERS))
async def a_cursor_is_gone_over_twice(db: World) -> None:
    async with db.connection.transaction():
        factory = db.connection.cursor(SERIES)
        for _ in range(2):
            db.note([record["n"] async for record in factory])


@scripted(fetch=NUMBERS)
async def a_cursor_in_a_savepoint(db: World) -> None:
    conn = db.connection
    async with conn.transaction():
        async with conn.transaction():
            cursor = await conn.cursor(SERIES)
            await db.see(cursor.fetchrow())
        await db.see(cursor.fetchrow(), cursor.fetch(2))


async def a_cursor_over_nothing(db: World) -> None:
    async with db.connection.transaction():
        cursor = await db.connection.cursor(NOBODY)
        await db.see(cursor.fetchrow(), cursor.fetch(2), cursor.forward(2))
        db.note([record async for record in db.connection.cursor(NOBODY)])


@scripted(fetch_val=held(1))
async def a_cancelled_call_leaves_the_connection_usable(db: World) -> None:
    conn = db.connection
    waiting = asyncio.ensure_future(conn.fetchval("SELECT 1 FROM pg_sleep(5)"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await db.see(waiting, conn.execute(NOBODY), conn.is_closed, conn.is_in_transaction)


@scripted(fetch_val=held(1))
async def wait_for_gives_up_on_a_call(db: World) -> None:
    conn = db.connection
    await db.see(asyncio.wait_for(conn.fetchval("SELECT 1 FROM pg_sleep(5)"), 0.05))
    await db.see(conn.execute(NOBODY))


@scripted(fetch_val=held(1), fetch=[])
async def a_cancelled_block_of_a_pool_gives_back(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(INSERT, 3, "three")
            await conn.fetchval("SELECT 1 FROM pg_sleep(5)")

    running = asyncio.ensure_future(block())
    await asyncio.sleep(0.1)
    running.cancel()
    await db.see(running)
    db.note(pool.get_idle_size() == pool.get_size())
    await db.see(pool.fetch("SELECT * FROM item WHERE id = 3"))


async def who_is_cancelled_while_waiting_for_a_place_takes_none(db: World) -> None:
    pool = await db.make_pool()
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.ensure_future(pool.acquire())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await db.see(waiting)
    await pool.release(first)
    await pool.release(second)
    db.note(pool.get_idle_size(), pool.get_size())
    async with pool.acquire() as one, pool.acquire() as other:
        await db.see(one.execute(NOBODY), other.execute(NOBODY))


@scripted(fetch=ROWS[:1])
async def calls_of_a_pool_at_once(db: World) -> None:
    pool = await db.make_pool()
    db.note(*await asyncio.gather(*(pool.fetch(ONE, 1) for _ in range(5))))
    db.note(pool.get_size(), pool.get_idle_size())


async def places_are_given_in_turn(db: World) -> None:
    pool = await db.make_pool()
    order: list[int] = []

    async def one(number: int) -> None:
        async with pool.acquire() as conn:
            await conn.execute(NOBODY)
            order.append(number)

    first, second = await pool.acquire(), await pool.acquire()
    running = [asyncio.ensure_future(one(number)) for number in range(3)]
    await asyncio.sleep(0.01)
    await pool.release(first)
    await asyncio.gather(*running)
    db.note(order)
    await pool.release(second)


@scripted(execute=DUPLICATE, fetch=[])
async def an_error_of_a_call_of_a_pool_gives_back(db: World) -> None:
    pool = await db.make_pool()
    await db.see(pool.execute(INSERT, 1, "x"), pool.fetch(NOBODY))
    db.note(pool.get_idle_size() == pool.get_size())


async def a_transaction_of_another_connection_is_another(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as one, pool.acquire() as other, one.transaction():
        db.note(one.is_in_transaction(), other.is_in_transaction())
        await db.see(other.execute("SAVEPOINT a"))


@scripted(execute=answers("BEGIN", "INSERT 0 1", "COMMIT", "BEGIN", "ROLLBACK"), fetch_val=3)
async def transactions_as_statements(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN ISOLATION LEVEL SERIALIZABLE"), conn.execute(INSERT, 3, "three"))
    await db.see(
        conn.execute("commit"), conn.is_in_transaction, conn.execute(" begin "), conn.is_in_transaction
    )
    await db.see(conn.execute("rollback;"), conn.is_in_transaction, conn.fetchval(COUNT))


async def a_commit_of_nothing(db: World) -> None:
    await db.see(db.connection.execute("COMMIT"), db.connection.execute("ROLLBACK"))
    await db.see(db.connection.is_in_transaction)


async def a_copy_of_nothing(db: World) -> None:
    conn = db.connection
    await db.see(
        conn.copy_records_to_table("item", records=[]), conn.copy_records_to_table("item", records=())
    )


@scripted(copy=DUPLICATE, fetch_val=2)
async def a_copy_that_violates_changes_nothing(db: World) -> None:
    records = [(3, "three", 1), (1, "one", 1)]
    error: Any = None
    try:
        await db.connection.copy_records_to_table("item", records=records)
    except Exception as raised:
        error = raised
    db.note(type(error).__name__, error.sqlstate, error.constraint_name)
    await db.see(db.connection.fetchval(COUNT), db.connection.is_in_transaction)


@scripted(copy=DUPLICATE)
async def a_copy_that_violates_aborts(db: World) -> None:
    async with db.connection.transaction():
        try:
            await db.connection.copy_records_to_table("item", records=[(1, "one", 1)])
        except Exception as raised:
            db.note(type(raised).__name__)
        await db.see(db.connection.fetch(NOBODY))


async def a_closed_connection_ends_its_transaction(db: World) -> None:
    conn = db.connection
    transaction = conn.transaction()
    await db.see(transaction.start(), conn.execute(INSERT, 3, "three"), conn.close())
    await db.see(lambda: transaction.commit(), lambda: transaction.rollback())


async def parameters_of_many_kinds(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, *[3, "three"]), conn.execute(INSERT, *(4, "four")))
    await db.see(
        conn.fetch("SELECT 1 WHERE $1::int[] IS NULL", [1, 2]),
        conn.fetch("SELECT 1 WHERE $1::text = 'x'", None),
    )
    await db.see(conn.execute(INSERT, [5, "five"]), conn.execute(INSERT, {"id": 5, "name": "x"}))


async def in_an_aborted_transaction_nothing_is_prepared(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("PREPARE").always(UNKNOWN)
    await db.see(db.connection.execute("BEGIN"))
    for _ in range(2):
        await db.see(db.connection.prepare("SELECT * FROM nope WHERE id = $1"))
