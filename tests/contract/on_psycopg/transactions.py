"""psycopg: transactions, savepoints, autocommit and the end of a connection."""

import asyncio

from async_testing.templates.fakes import answers
from psycopg import Rollback
from psycopg.transaction import OutOfOrderTransactionNesting

from tests.contract.harness import World, scripted
from tests.contract.on_psycopg.calls import COUNT, INSERT, NOBODY, TWICE


async def _count(db: World) -> None:
    cursor = await db.connection.execute(COUNT)
    await db.see(cursor.fetchone())


@scripted(fetch=[{"count": 2}])
async def what_is_not_committed_is_rolled_back(db: World) -> None:
    await db.connection.execute(INSERT, (3, "three"))
    await db.see(db.connection.rollback())
    await _count(db)


@scripted(fetch=[{"count": 3}])
async def what_is_committed_lasts(db: World) -> None:
    await db.connection.execute(INSERT, (3, "three"))
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.commit())
    await _count(db)


@scripted(fetch=[{"count": 3}])
async def a_block_commits(db: World) -> None:
    async with db.connection.transaction() as transaction:
        db.note(transaction.savepoint_name, transaction.connection is db.connection)
        await db.connection.execute(INSERT, (3, "three"))
    await _count(db)


@scripted(fetch=[{"count": 2}])
async def an_error_in_a_block_rolls_back(db: World) -> None:
    async def block(error: BaseException) -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, (3, "three"))
            raise error

    await db.see(block(ValueError("no")), block(asyncio.CancelledError("no")))
    await _count(db)


@scripted(fetch=[{"count": 2}])
async def rollback_ends_a_block_in_silence(db: World) -> None:
    async with db.connection.transaction():
        await db.connection.execute(INSERT, (3, "three"))
        raise Rollback
    await _count(db)


@scripted(execute=TWICE, fetch=[])
async def a_block_that_cannot_begin_rolls_back_to_its_name(db: World) -> None:
    async def inner() -> None:
        async with db.connection.transaction("mine"):
            raise AssertionError("never here")

    async def outer() -> None:
        async with db.connection.transaction(), db.connection.transaction("mine"):
            await db.see(db.connection.execute(INSERT, (1, "one")), inner(), db.connection.execute(NOBODY))

    await db.see(outer(), db.connection.execute(NOBODY))


async def a_block_finds_that_a_statement_ended_the_outer_one(db: World) -> None:
    outer, inner = db.connection.transaction(), db.connection.transaction()
    await outer.__aenter__()
    await db.connection.execute("COMMIT")
    try:
        await inner.__aenter__()
    except OutOfOrderTransactionNesting as problem:
        db.note("wrong nesting level" in str(problem))


async def a_block_has_a_status(db: World) -> None:
    async with db.connection.transaction() as outer:
        db.note(outer.status == "active")
        async with db.connection.transaction(force_rollback=True) as inner:
            db.note(inner.status == "active", " 'named' " in repr(inner), "(active) [INTRANS]" in repr(inner))
    db.note(outer.status == "committed", inner.status == "rolled_back_explicitly", "[IDLE]" in repr(outer))


async def rollback_names_its_block(db: World) -> None:
    async with db.connection.transaction() as outer:
        async with db.connection.transaction():
            raise Rollback(outer)
        db.note("not reached")
    db.note("after")


@scripted(fetch=[{"count": 2}])
async def a_block_may_always_roll_back(db: World) -> None:
    async with db.connection.transaction(force_rollback=True):
        await db.connection.execute(INSERT, (3, "three"))
    await _count(db)


@scripted(fetch=[{"count": 3}])
async def a_block_within_a_block_is_a_savepoint(db: World) -> None:
    async def inner() -> None:
        async with db.connection.transaction() as transaction:
            db.note(transaction.savepoint_name)
            await db.connection.execute(INSERT, (4, "four"))
            raise ValueError("no")

    async with db.connection.transaction():
        await db.connection.execute(INSERT, (3, "three"))
        await db.see(inner())
        async with db.connection.transaction("mine") as named:
            db.note(named.savepoint_name)
    await _count(db)


@scripted(fetch=[{"count": 2}])
async def a_block_in_a_begun_transaction_is_a_savepoint(db: World) -> None:
    await db.connection.execute(INSERT, (3, "three"))
    async with db.connection.transaction() as transaction:
        db.note(transaction.savepoint_name)
        await db.connection.execute(INSERT, (4, "four"))
    await db.see(db.connection.rollback())
    await _count(db)


async def a_block_is_entered_once(db: World) -> None:
    transaction = db.connection.transaction()
    async with transaction:
        pass
    await db.see(transaction.__aenter__())


async def within_a_block_one_does_not_commit(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.commit(), db.connection.rollback())
    await db.see(db.connection.commit(), db.connection.rollback())


@scripted(execute=TWICE, fetch=[])
async def a_failed_statement_aborts(db: World) -> None:
    await db.see(db.connection.execute(INSERT, (1, "again")), db.connection.execute(NOBODY))
    await db.see(db.connection.rollback(), db.connection.execute(NOBODY))


@scripted(execute=TWICE, fetch=[{"count": 2}])
async def a_commit_after_a_failure_rolls_back(db: World) -> None:
    await db.see(db.connection.execute(INSERT, (1, "again")), db.connection.commit())
    await _count(db)


@scripted(execute=answers(1, TWICE), fetch=[{"count": 2}])
async def a_swallowed_failure_rolls_back_in_silence(db: World) -> None:
    async def block() -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, (3, "three"))
            await db.see(db.connection.execute(INSERT, (1, "again")))

    await db.see(block())
    await _count(db)


@scripted(execute=answers(1, TWICE, 1), fetch=[{"count": 4}])
async def a_savepoint_mends_a_failure(db: World) -> None:
    async def inner() -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, (1, "again"))

    async with db.connection.transaction():
        await db.connection.execute(INSERT, (3, "three"))
        await db.see(inner())
        await db.connection.execute(INSERT, (4, "four"))
    await _count(db)


@scripted(execute=TWICE)
async def no_block_begins_after_a_failure(db: World) -> None:
    await db.see(db.connection.execute(INSERT, (1, "again")))
    await db.see(db.connection.transaction().__aenter__(), db.connection.rollback())


async def what_the_client_finds_does_not_abort(db: World) -> None:
    await db.connection.execute(NOBODY)
    await db.see(db.connection.execute(INSERT, [1]), db.connection.execute(NOBODY))


@scripted(fetch=[{"count": 3}])
async def autocommit_commits_each_statement(db: World) -> None:
    await db.see(db.connection.set_autocommit(True))
    db.note(db.connection.autocommit)
    await db.connection.execute(INSERT, (3, "three"))
    await db.see(db.connection.rollback())
    await _count(db)


async def autocommit_is_not_changed_within_a_transaction(db: World) -> None:
    await db.connection.execute(NOBODY)
    await db.see(db.connection.set_autocommit(True), db.connection.rollback())
    async with db.connection.transaction():
        await db.see(db.connection.set_autocommit(True), db.connection.set_read_only(True))
    await db.see(db.connection.set_autocommit(True))


@scripted(execute=TWICE)
async def autocommit_is_not_changed_after_a_failure(db: World) -> None:
    await db.see(db.connection.execute(INSERT, (1, "again")), db.connection.set_autocommit(True))


async def a_read_only_transaction_refuses_to_write(db: World) -> None:
    await db.see(db.connection.set_read_only(True))
    await db.see(db.connection.execute(INSERT, (3, "three")), db.connection.rollback())
    db.note(db.connection.read_only)


@scripted(fetch=[{"count": 2}])
async def a_savepoint_by_hand(db: World) -> None:
    for query in ("SAVEPOINT a", "DELETE FROM item", "ROLLBACK TO a", "RELEASE a"):
        await db.connection.execute(query)
    await _count(db)


async def an_unknown_savepoint_aborts(db: World) -> None:
    await db.see(db.connection.execute("ROLLBACK TO nobody"), db.connection.execute(NOBODY))


@scripted(fetch=[{"count": 3}])
async def a_connection_block_commits_and_closes(db: World) -> None:
    pool = await db.make_pool()
    async with db.connection as entered:
        db.note(entered is db.connection)
        await entered.execute(INSERT, (3, "three"))
    db.note(db.connection.closed)
    async with pool.connection() as conn:
        cursor = await conn.execute(COUNT)
        await db.see(cursor.fetchone())


async def an_error_in_a_connection_block_closes(db: World) -> None:
    async def block() -> None:
        async with db.connection:
            await db.connection.execute(INSERT, (3, "three"))
            raise ValueError("no")

    await db.see(block())
    db.note(db.connection.closed, db.connection.broken)


async def a_closed_connection_refuses_everything(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(db.connection.close(), db.connection.close())
    db.note(db.connection.closed, db.connection.broken)
    await db.see(db.connection.cursor, cursor.execute(NOBODY), db.connection.execute(NOBODY))
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.set_autocommit(True))
    await db.see(db.connection.transaction().__aenter__(), cursor.fetchone())


async def a_cancelled_statement_aborts(db: World) -> None:
    if hasattr(db.connection, "when"):
        from async_testing.templates.fakes import held

        db.connection.when(text="SELECT pg_sleep(5)").then(held())
    task = asyncio.ensure_future(db.connection.execute("SELECT pg_sleep(5)"))
    await asyncio.sleep(0.05)
    task.cancel()
    await db.see(task, db.connection.execute(NOBODY), db.connection.rollback(), db.connection.execute(NOBODY))


@scripted(execute=answers(1, TWICE))
async def a_connection_tells_the_state_of_its_transaction(db: World) -> None:
    conn = db.connection

    def state() -> None:
        db.note(conn.info.transaction_status.name, conn.info.status.name)

    state()
    await db.see(conn.execute(INSERT, [3, "three"]))
    state()
    await db.see(conn.execute(INSERT, [1, "again"]))
    state()
    await db.see(conn.rollback())
    state()
    db.note(conn.info.encoding, isinstance(conn.info.backend_pid, int), conn.info.server_version >= 120000)
    await db.see(conn.close())
    state()
