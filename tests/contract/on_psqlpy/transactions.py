"""psqlpy: transactions and savepoints."""

import asyncio

from async_testing.templates.fakes import answers
from psqlpy import IsolationLevel, ReadVariant
from psqlpy.exceptions import ConnectionExecuteError, DatabaseError

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, DUPLICATE, INSERT, NOBODY, ONE, PREFIX, UNKNOWN

COUNT = "SELECT count(*) FROM item"
FAILING = answers(ConnectionExecuteError(PREFIX + DUPLICATE), [], [], [], [], [])


@scripted(fetch_val=3)
async def a_block_commits(db: World) -> None:
    transaction = db.connection.transaction()
    async with transaction as entered:
        db.note(entered is transaction)
        await db.see(db.connection.in_transaction(), entered.execute(INSERT, [3, "three"]))
    await db.see(db.connection.in_transaction(), db.connection.fetch_val(COUNT))


@scripted(fetch_val=2)
async def an_error_in_a_block_rolls_back(db: World) -> None:
    async def block(error: BaseException) -> None:
        async with db.connection.transaction() as transaction:
            await transaction.execute(INSERT, [3, "three"])
            raise error

    await db.see(block(ValueError("no")), block(asyncio.CancelledError("no")))
    await db.see(db.connection.fetch_val(COUNT), db.connection.in_transaction())


@scripted(fetch=ROWS, fetch_row=ROWS[0], fetch_val=1)
async def a_transaction_has_the_calls_of_a_connection(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.execute(INSERT, parameters=[3, "three"]), transaction.fetch_row(ONE, [1]))
        await db.see(transaction.fetch_val(querystring=ONE, parameters=[1], prepared=False))
        await db.see(transaction.execute_many(INSERT, [[4, "four"]]), transaction.execute_batch("SELECT 1"))
        await db.see(transaction.fetch(ALL + " LIMIT 2"))


@scripted(fetch_val=3)
async def begin_and_commit(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.begin(), db.connection.in_transaction())
    await db.see(transaction.execute(INSERT, [3, "three"]), transaction.commit())
    await db.see(db.connection.in_transaction(), db.connection.fetch_val(COUNT))


@scripted(fetch_val=2)
async def begin_and_rollback(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.begin(), transaction.execute(INSERT, [3, "three"]), transaction.rollback())
    await db.see(db.connection.in_transaction(), db.connection.fetch_val(COUNT))


async def a_transaction_ends_once(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(transaction.commit(), transaction.commit(), transaction.rollback(), transaction.begin())
    await db.see(transaction.execute("SELECT 1"), transaction.fetch_val("SELECT 1"))
    await db.see(transaction.create_savepoint("a"), transaction.execute_many(INSERT, []))
    db.note(transaction.is_closed())


async def a_transaction_is_not_used_after_its_block(db: World) -> None:
    async with db.connection.transaction() as transaction:
        db.note(transaction.is_closed())
    await db.see(transaction.execute("SELECT 1"), transaction.fetch_row("SELECT 1"), transaction.commit())
    await db.see(transaction.__aenter__())
    db.note(transaction.is_closed())


@scripted(fetch_val=3)
async def before_begin_a_transaction_commits_at_once(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.execute(INSERT, [3, "three"]), db.connection.in_transaction())
    await db.see(transaction.rollback(), db.connection.fetch_val(COUNT))


async def commit_before_begin_is_accepted(db: World) -> None:
    await db.see(db.connection.transaction().commit(), db.connection.transaction().rollback())


async def begin_twice_is_accepted(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(
        transaction.begin(), transaction.begin(), db.connection.in_transaction(), transaction.commit()
    )


@scripted(fetch_val=5)
async def the_inner_block_ends_the_outer(db: World) -> None:
    async def nested() -> None:
        async with db.connection.transaction() as outer:
            await outer.execute(INSERT, [3, "three"])
            async with db.connection.transaction() as inner:
                await inner.execute(INSERT, [4, "four"])
            await db.see(db.connection.in_transaction(), outer.execute(INSERT, [5, "five"]))
            raise ValueError("outer")

    await db.see(nested(), db.connection.fetch_val(COUNT))


async def an_end_within_a_block_makes_the_block_raise(db: World) -> None:
    async def ends(action: str) -> None:
        async with db.connection.transaction() as transaction:
            await getattr(transaction, action)()

    await db.see(ends("commit"), ends("rollback"))


@scripted(execute=FAILING, fetch_val=2)
async def a_failed_statement_aborts(db: World) -> None:
    conn = db.connection
    transaction = conn.transaction()
    await transaction.begin()
    await db.see(transaction.execute(INSERT, [1, "one"]), transaction.execute("SELECT 1"))
    await db.see(transaction.execute("SELECT $1::int", [1]), transaction.fetch("SELECT 1"))
    await db.see(transaction.fetch_row("SELECT 1"), transaction.fetch_val("SELECT 1"))
    await db.see(transaction.execute_many("SELECT $1::int", [[1]]), transaction.execute_batch("SELECT 1"))
    await db.see(
        conn.execute("SELECT 1"), conn.fetch("SELECT $1::int", [1]), transaction.create_savepoint("a")
    )
    await db.see(conn.in_transaction(), transaction.commit(), conn.in_transaction(), conn.fetch_val(COUNT))


@scripted(execute=FAILING)
async def a_statement_seen_before_fails_differently_when_aborted(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.execute(INSERT, [1, "one"]), transaction.execute(INSERT, [3, "three"]))


@scripted(execute=FAILING, fetch_val=2)
async def a_swallowed_failure_rolls_back_in_silence(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await transaction.execute_many(INSERT, []) if False else None
        await db.see(transaction.execute(INSERT, [1, "one"]))
    await db.see(db.connection.fetch_val(COUNT))


async def what_the_client_finds_does_not_abort(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(
            transaction.execute(INSERT, [3]), transaction.execute(INSERT, 3), transaction.execute(ONE, {})
        )
        await db.see(
            transaction.fetch_row(NOBODY), transaction.fetch_val(NOBODY), transaction.execute(NOBODY)
        )


@scripted(
    execute=answers(
        [], ConnectionExecuteError("Error occurred in `execute_many` statement: " + DUPLICATE), []
    )
)
async def a_failed_execute_many_does_not_abort(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.execute(INSERT, [3, "three"]))
        await db.see(transaction.execute_many(INSERT, [[1, "one"]]), transaction.execute(NOBODY))


@scripted(execute=FAILING, fetch_val=2)
async def a_savepoint_mends(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.begin(), transaction.create_savepoint("a"))
    await db.see(transaction.execute(INSERT, [1, "one"]), transaction.rollback_savepoint(savepoint_name="a"))
    await db.see(
        transaction.execute(NOBODY), transaction.release_savepoint("A"), transaction.release_savepoint("a")
    )
    await db.see(transaction.execute(NOBODY), transaction.commit(), db.connection.fetch_val(COUNT))


@scripted(fetch_val=3)
async def a_savepoint_takes_back_what_came_after(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await transaction.execute(INSERT, [3, "three"])
        await transaction.create_savepoint("a")
        await transaction.execute(INSERT, [4, "four"])
        await transaction.rollback_savepoint("a")
    await db.see(db.connection.fetch_val(COUNT))


async def an_unknown_savepoint_aborts(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.rollback_savepoint("a"), transaction.fetch("SELECT 1"))
        await db.see(transaction.rollback_savepoint("a"))


async def a_savepoint_needs_a_transaction(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.create_savepoint("a"), transaction.rollback_savepoint("a"))
    await db.see(transaction.release_savepoint("a"))


async def isolation_is_an_enum(db: World) -> None:
    conn = db.connection
    await db.see(
        lambda: conn.transaction(isolation_level="serializable"), lambda: conn.transaction(read_variant=1)
    )
    async with conn.transaction(IsolationLevel.Serializable, ReadVariant.ReadWrite, True) as transaction:
        await db.see(transaction.execute(NOBODY))


async def a_read_only_transaction_refuses_to_write(db: World) -> None:
    async with db.connection.transaction(read_variant=ReadVariant.ReadOnly) as transaction:
        await db.see(transaction.execute(NOBODY), transaction.execute(INSERT, [3, "three"]))
        await db.see(transaction.execute(ONE, [1]))


async def a_second_begin_changes_who_may_write(db: World) -> None:
    first = db.connection.transaction(read_variant=ReadVariant.ReadOnly)
    second = db.connection.transaction(read_variant=ReadVariant.ReadWrite)
    await db.see(first.begin(), db.connection.transaction().begin(), first.execute(INSERT, [3, "three"]))
    await db.see(first.rollback(), second.begin(), second.execute(INSERT, [3, "three"]), second.rollback())


async def a_rollback_to_a_savepoint_forgets_later_ones(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.create_savepoint("a"), transaction.create_savepoint("b"))
        await db.see(transaction.rollback_savepoint("a"), transaction.release_savepoint("b"))


@scripted(execute=answers(DatabaseError(UNKNOWN)))
async def a_statement_that_could_not_be_prepared_is_not_kept(db: World) -> None:
    async with db.connection.transaction() as transaction:
        for _ in range(2):
            await db.see(transaction.execute("SELECT * FROM nope WHERE id = $1", [1]))


@scripted(fetch_val=answers(2, 3))
async def a_begin_as_a_statement_is_not_counted(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.in_transaction(), conn.execute(INSERT, [3, "three"]))
    await db.see(conn.execute("ROLLBACK"), conn.fetch_val(COUNT), conn.execute("SAVEPOINT a"))
    await db.see(conn.execute_batch("BEGIN"), conn.execute(INSERT, [3, "three"]), conn.execute("COMMIT"))
    await db.see(conn.fetch_val(COUNT))


@scripted(execute=answers([{"a": 1}], [{"b": 2}], [{"c": 3}]))
async def a_pipeline_gives_a_list_of_results(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.pipeline([("SELECT 1 AS a", []), ("SELECT $1::int AS b", [2])]))
        await db.see(
            transaction.pipeline(queries=[("SELECT 3 AS c",)], prepared=False), transaction.pipeline()
        )
        await db.see(transaction.pipeline([["SELECT 1", []]]))
        await db.see(transaction.pipeline([("SELECT 1", None)]))
    await db.see(transaction.pipeline([("SELECT 1", [])]))


@scripted(fetch_val=2)
async def a_connection_shares_its_transaction(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(db.connection.execute(INSERT, [3, "three"]), transaction.rollback())
    await db.see(db.connection.fetch_val(COUNT))


async def the_same_transaction_is_not_entered_twice(db: World) -> None:
    transaction = db.connection.transaction()
    async with transaction:
        pass
    await db.see(transaction.__aenter__())


async def a_connection_is_no_transaction(db: World) -> None:
    db.note(
        hasattr(db.connection, "commit"), hasattr(db.connection, "begin"), hasattr(db.connection, "pipeline")
    )
