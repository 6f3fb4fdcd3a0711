"""psqlpy: one thing after another, and within another: blocks, pools, failures, cancellations."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers, held
from async_testing.templates.fakes.psqlpy import errors
from psqlpy import IsolationLevel, ReadVariant

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, INSERT, NOBODY, ONE
from tests.contract.on_psqlpy.transactions import COUNT

TWICE = errors.unique_violation("item_pkey", table="item", key={"id": 1})


@scripted(fetch_val=2)
async def savepoints_within_savepoints(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.create_savepoint("a"), transaction.execute(INSERT, [3, "three"]))
        await db.see(transaction.create_savepoint("b"), transaction.execute(INSERT, [4, "four"]))
        await db.see(transaction.create_savepoint("c"), transaction.execute(INSERT, [5, "five"]))
        await db.see(transaction.rollback_savepoint("c"), transaction.release_savepoint("a"))
        await db.see(transaction.release_savepoint("b"))
    await db.see(db.connection.in_transaction(), db.connection.fetch_val(COUNT))


@scripted(fetch_val=3)
async def a_savepoint_of_the_same_name_hides_the_first(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.create_savepoint("a"), transaction.execute(INSERT, [3, "three"]))
        await db.see(transaction.create_savepoint("a"), transaction.execute(INSERT, [4, "four"]))
        await db.see(transaction.rollback_savepoint("a"), transaction.release_savepoint("a"))
        await db.see(transaction.release_savepoint("a"))
    await db.see(db.connection.fetch_val(COUNT))


async def names_of_savepoints(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.create_savepoint("Mixed"), transaction.rollback_savepoint("mixed"))
        await db.see(transaction.create_savepoint('"Quoted"'), transaction.release_savepoint('"Quoted"'))
        await db.see(transaction.create_savepoint(savepoint_name="named"))
        await db.see(transaction.create_savepoint(3), transaction.create_savepoint(None))
        await db.see(
            transaction.execute("ROLLBACK TO SAVEPOINT named"), transaction.release_savepoint("NAMED")
        )


@scripted(execute=answers([], [], TWICE, []), fetch_val=answers(3, 3))
async def after_a_failure_a_new_transaction_begins(db: World) -> None:
    conn = db.connection
    async with conn.transaction() as first:
        await db.see(first.execute(INSERT, [3, "three"]))

    async def second() -> None:
        async with conn.transaction() as transaction:
            await transaction.execute(INSERT, [4, "four"])
            await transaction.execute(INSERT, [1, "again"])

    await db.see(second(), conn.in_transaction(), conn.fetch_val(COUNT))
    async with conn.transaction() as third:
        await db.see(third.fetch_val(COUNT), third.execute(NOBODY))


async def every_isolation_begins(db: World) -> None:
    levels = ("ReadUncommitted", "ReadCommitted", "RepeatableRead", "Serializable")
    for level in levels:
        async with db.connection.transaction(isolation_level=getattr(IsolationLevel, level)) as transaction:
            await db.see(transaction.execute(NOBODY))
    async with db.connection.transaction(
        isolation_level=IsolationLevel.Serializable, read_variant=ReadVariant.ReadOnly, deferrable=True
    ) as transaction:
        await db.see(transaction.fetch(NOBODY))
        await db.see(transaction.execute(INSERT, [3, "three"]))
        await db.see(transaction.fetch(NOBODY))


@scripted(fetch_val=2)
async def a_read_only_transaction_reads(db: World) -> None:
    async with db.connection.transaction(read_variant=ReadVariant.ReadOnly) as transaction:
        await db.see(transaction.fetch_val(COUNT), transaction.fetch(NOBODY))
    async with db.connection.transaction(read_variant=ReadVariant.ReadOnly) as transaction:
        await db.see(transaction.execute_many(INSERT, [[3, "three"]]), transaction.fetch_val(COUNT))
    await db.see(db.connection.execute(INSERT, [3, "three"]))


@scripted(fetch_val=held(1))
async def a_cancelled_call_leaves_the_connection_usable(db: World) -> None:
    conn = db.connection
    waiting = asyncio.ensure_future(conn.fetch_val("SELECT 1 FROM pg_sleep(0.2)"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await db.see(waiting, conn.execute(NOBODY), conn.in_transaction())


@scripted(fetch_val=held(1))
async def wait_for_gives_up_on_a_call(db: World) -> None:
    await db.see(asyncio.wait_for(db.connection.fetch_val("SELECT 1 FROM pg_sleep(0.2)"), 0.05))
    await db.see(db.connection.execute(NOBODY))


@scripted(fetch_val=held(1), fetch=[])
async def a_cancelled_block_of_a_pool_gives_back(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn, conn.transaction() as transaction:
            await transaction.execute(INSERT, [3, "three"])
            await transaction.fetch_val("SELECT 1 FROM pg_sleep(0.2)")

    running = asyncio.ensure_future(block())
    await asyncio.sleep(0.05)
    running.cancel()
    await db.see(running)
    async with pool.acquire() as conn:
        await db.see(conn.fetch("SELECT * FROM item WHERE id = 3"), conn.in_transaction())


@scripted(execute=answers(TWICE, [], TWICE), fetch=ROWS)
async def outside_of_a_transaction_a_failure_changes_nothing(db: World) -> None:
    conn = db.connection
    await db.see(
        conn.execute(INSERT, [1, "x"]), conn.execute(INSERT, [3, "three"]), conn.execute(INSERT, [1, "x"])
    )
    await db.see(conn.fetch(ALL + " LIMIT 2"), conn.in_transaction(), conn.is_closed)


@scripted(execute=answers(TWICE, [], []))
async def an_error_in_one_call_at_once_leaves_the_others(db: World) -> None:
    conn = db.connection
    found = await asyncio.gather(
        conn.execute(INSERT, [1, "again"]), conn.execute(INSERT, [3, "three"]), return_exceptions=True
    )
    db.note(sorted(type(each).__name__.removeprefix("Fake") for each in found))
    await db.see(conn.execute(NOBODY))


@scripted(fetch_val=answers(1, 2))
async def two_connections_have_their_own_transactions(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as one, pool.acquire() as other:
        async with one.transaction() as transaction:
            await db.see(transaction.fetch_val("SELECT 1"))
            db.note(await one.in_transaction(), await other.in_transaction())
            await db.see(other.execute("SAVEPOINT a"), other.fetch_val("SELECT 2"))
        db.note(await one.in_transaction())


@scripted(execute=TWICE)
async def an_error_of_a_block_comes_out_as_it_is(db: World) -> None:
    async def block(connection: Any) -> None:
        async with connection.transaction() as transaction:
            await transaction.execute(INSERT, [1, "again"])

    pool = await db.make_pool()
    await db.see(block(db.connection))
    async with pool.acquire() as conn:
        await db.see(block(conn))
    db.note(pool.status().available == pool.status().size)


async def commit_and_rollback_as_statements(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("COMMIT"), conn.execute("ROLLBACK"), conn.in_transaction())
    transaction = conn.transaction()
    await db.see(transaction.begin(), conn.execute("COMMIT"), conn.in_transaction(), transaction.rollback())
    await db.see(conn.in_transaction())


@scripted(copy=TWICE, fetch_val=2)
async def a_copy_that_violates_changes_nothing(db: World) -> None:
    error: Any = None
    try:
        await db.connection.copy_records_to_table("item", [(3, "three", 1), (1, "one", 1)])
    except Exception as raised:
        error = raised
    db.note(type(error).__name__, "item_pkey" in str(error))
    await db.see(db.connection.fetch_val(COUNT))


@scripted(fetch=ROWS)
async def a_cursor_reads_in_pages(db: World) -> None:
    async with db.connection.transaction() as transaction:
        cursor = transaction.cursor(ALL, array_size=1)
        await db.see(cursor.start(), cursor.fetchmany(), cursor.fetchmany(5), cursor.fetchmany(5))
        await db.see(cursor.fetchmany(0), cursor.fetchone(), cursor.close)
    await db.see(db.connection.in_transaction())


@scripted(fetch=ROWS)
async def a_loop_over_a_cursor_is_left(db: World) -> None:
    async with db.connection.cursor(ALL) as cursor:
        async for result in cursor:
            db.note(result)
            break
        await db.see(cursor.fetchone(), cursor.fetchone())


async def a_cursor_over_nothing(db: World) -> None:
    async with db.connection.cursor(NOBODY) as cursor:
        await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany(2))
        db.note([result async for result in cursor])


@scripted(fetch_row=ROWS[0], fetch_val=answers(None, 1))
async def one_row_or_value_of_many_kinds(db: World) -> None:
    conn = db.connection
    await db.see(conn.fetch_row(ONE, (1,)), conn.fetch_val("SELECT NULL"), conn.fetch_val("SELECT 1"))
    await db.see(conn.fetch_row(ALL + " LIMIT 1"))


async def batches_of_other_things(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute_batch("  "), conn.execute_batch(";"), conn.execute_batch("SELECT 1;"))
    await db.see(
        conn.execute_batch(None), conn.execute_batch("BEGIN; SELECT 1; COMMIT"), conn.in_transaction()
    )
    await db.see(conn.execute_batch("CREATE TEMP TABLE made (id int); INSERT INTO made VALUES (1)"))


async def a_second_begin_comes_too_late(db: World) -> None:
    conn = db.connection
    reading, writing = ReadVariant.ReadOnly, ReadVariant.ReadWrite
    for between in (NOBODY, "SET LOCAL timezone = 'utc'", "SAVEPOINT a"):
        for first, second in (
            ({"read_variant": reading}, {"read_variant": writing}),
            ({"read_variant": writing}, {"read_variant": reading}),
            ({}, {"isolation_level": IsolationLevel.Serializable}),
            ({}, {"isolation_level": IsolationLevel.ReadCommitted}),
        ):
            transaction = conn.transaction(**first)
            await db.see(transaction.begin(), conn.execute(between), conn.transaction(**second).begin())
            await db.see(conn.execute(NOBODY), transaction.rollback())


async def a_second_begin_as_a_statement_comes_too_late(db: World) -> None:
    conn = db.connection
    for between in (NOBODY, "SET LOCAL timezone = 'utc'", "SAVEPOINT a"):
        for first, second in (
            ("START TRANSACTION READ ONLY", "BEGIN READ WRITE"),
            ("BEGIN READ ONLY", "BEGIN"),
            ("BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY"),
            ("BEGIN ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION ISOLATION LEVEL repeatable  read"),
        ):
            await db.see(conn.execute(first), conn.execute(between), conn.execute(second))
            await db.see(conn.execute(NOBODY), conn.execute("ROLLBACK"))
