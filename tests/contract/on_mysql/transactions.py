"""The drivers of MySQL: transactions, autocommit and the end of a connection."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers, held

from tests.contract.harness import scripted
from tests.contract.on_mysql.steps import AGAIN, INSERT, NOBODY, NOTE, NOTES, count, execute, status, twice


@scripted(fetch=[{"count": 0}])
async def what_is_not_committed_is_rolled_back(db: Any) -> None:
    await execute(db, NOTE % 1)
    status(db)
    await db.see(db.connection.rollback())
    status(db)
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def what_is_committed_lasts(db: Any) -> None:
    await execute(db, NOTE % 1)
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.commit())
    await count(db, NOTES)


@scripted(fetch=[{"count": 0}])
async def others_do_not_see_what_is_not_committed(db: Any) -> None:
    await execute(db, NOTE % 1)
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def autocommit_commits_each_statement(db: Any) -> None:
    await db.see(db.connection.autocommit(True), db.connection.autocommit(True))
    await execute(db, NOTE % 1)
    status(db)
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(fetch=[{"count": 0}])
async def begin_begins_in_autocommit(db: Any) -> None:
    await db.connection.autocommit(True)
    await db.see(db.connection.begin())
    status(db)
    await execute(db, NOTE % 1)
    await db.see(db.connection.rollback())
    status(db)
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def begin_commits_what_is_open(db: Any) -> None:
    await db.see(db.connection.begin())
    await execute(db, NOTE % 1)
    await db.see(db.connection.begin())
    status(db)
    await execute(db, NOTE % 2)
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def turning_autocommit_on_commits(db: Any) -> None:
    await execute(db, NOTE % 1)
    await db.see(db.connection.autocommit(True))
    status(db)
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def turning_autocommit_off_leaves_a_transaction(db: Any) -> None:
    await db.connection.autocommit(True)
    await db.connection.begin()
    await execute(db, NOTE % 1)
    await db.see(db.connection.autocommit(False))
    status(db)
    await db.see(db.connection.commit())
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def a_change_of_the_schema_commits(db: Any) -> None:
    await db.see(db.connection.begin())
    await execute(db, NOTE % 1, "CREATE OR REPLACE TABLE brief (id int)")
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(fetch=[{"count": 0}])
async def a_temporary_table_does_not_commit(db: Any) -> None:
    await db.see(db.connection.begin())
    await execute(db, NOTE % 1, "CREATE TEMPORARY TABLE passing (id int)")
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(execute=lambda errors: answers(1, twice(errors), 1), fetch=[{"count": 2}])
async def an_error_leaves_the_transaction_open(db: Any) -> None:
    await db.see(db.connection.begin())
    await execute(db, NOTE % 1, AGAIN, NOTE % 2)
    status(db)
    await db.see(db.connection.commit())
    await count(db, NOTES)


@scripted(execute=twice)
async def a_first_statement_that_fails(db: Any) -> None:
    await execute(db, AGAIN)
    status(db)


@scripted(fetch=[{"count": 1}])
async def statements_may_control_the_transaction(db: Any) -> None:
    await db.connection.autocommit(True)
    await execute(db, "BEGIN", NOTE % 1, "COMMIT", "START TRANSACTION", NOTE % 2, "ROLLBACK")
    status(db)
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def a_statement_may_set_autocommit(db: Any) -> None:
    await execute(db, NOTE % 1, "SET autocommit = 1")
    status(db)
    await db.see(db.connection.rollback())
    await count(db, NOTES)


@scripted(fetch=[{"count": 1}])
async def savepoints_are_statements(db: Any) -> None:
    await execute(db, NOTE % 1, "SAVEPOINT a", NOTE % 2, "ROLLBACK TO a", "RELEASE SAVEPOINT a")
    await db.see(db.connection.commit())
    await count(db, NOTES)


async def an_unknown_savepoint_is_refused(db: Any) -> None:
    await execute(
        db, NOTE % 1, "SAVEPOINT a", "RELEASE SAVEPOINT a", "ROLLBACK TO a", "ROLLBACK TO SAVEPOINT b"
    )
    status(db)


@scripted(fetch=[{"count": 1}])
async def a_savepoint_of_the_same_name_takes_its_place(db: Any) -> None:
    await execute(
        db, "SAVEPOINT a", NOTE % 1, "SAVEPOINT a", NOTE % 2, "ROLLBACK TO a", "RELEASE SAVEPOINT a"
    )
    await execute(db, "ROLLBACK TO a")
    await db.see(db.connection.commit())
    await count(db, NOTES)


async def a_savepoint_in_autocommit_is_none(db: Any) -> None:
    await db.connection.autocommit(True)
    await execute(db, "SAVEPOINT a", "ROLLBACK TO a", "RELEASE SAVEPOINT a")


async def a_read_only_transaction_refuses_to_write(db: Any) -> None:
    await execute(db, "START TRANSACTION READ ONLY", NOTE % 1, NOBODY, "DELETE FROM note")
    status(db)
    await db.see(db.connection.commit())
    await execute(db, NOTE % 1)


async def a_mere_select_and_the_transaction(db: Any) -> None:
    await execute(db, "SET @a = 1")
    status(db)
    await execute(db, NOBODY)
    status(db)
    await db.see(db.connection.commit())
    status(db)


async def a_closed_connection_refuses_everything(db: Any) -> None:
    cursor = await db.connection.cursor()
    db.note(db.connection.close(), db.connection.close())
    await db.see(db.connection.ensure_closed(), cursor.execute(NOBODY), db.connection.begin())
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.autocommit(True))
    await db.see(db.connection.select_db("contract"), db.connection.show_warnings(), cursor.close())


async def a_ping_opens_a_closed_connection(db: Any) -> None:
    await db.see(db.connection.ping(), db.connection.ping(False))
    db.connection.close()
    await db.see(db.connection.ping(False), db.connection.ping(reconnect=True))
    await execute(db, NOBODY)


async def a_connection_block_closes(db: Any) -> None:
    async def block() -> None:
        async with db.connection as entered:
            db.note(entered is db.connection)
            await execute(db, NOTE % 1)
            raise KeyError("lost")

    await db.see(block(), db.connection.commit())


@scripted(fetch=[{"count": 0}])
async def a_closed_connection_rolls_back(db: Any) -> None:
    await execute(db, NOTE % 1)
    await db.see(db.connection.ensure_closed())
    await count(db, NOTES)


def _sleeping(db: Any) -> "asyncio.Task[Any]":
    if hasattr(db.connection, "when"):
        db.connection.when(text="SELECT SLEEP(5)").then(held())

    async def sleep() -> None:
        async with db.connection.cursor() as cursor:
            await cursor.execute("SELECT SLEEP(5)")

    return asyncio.ensure_future(sleep())


async def a_cancelled_statement_closes_the_connection(db: Any) -> None:
    task = _sleeping(db)
    await asyncio.sleep(0.05)
    task.cancel()
    await db.see(task, db.connection.commit(), db.connection.ping(False), db.connection.ping())
    await execute(db, NOBODY)


async def a_timeout_closes_the_connection(db: Any) -> None:
    await db.see(asyncio.wait_for(_sleeping(db), 0.05), db.connection.begin())


async def a_connection_tells_of_itself(db: Any) -> None:
    db.note(db.connection.get_autocommit(), db.connection.get_transaction_status())
    await db.see(db.connection.select_db("contract"), db.connection.show_warnings(), db.connection.ping())
    db.note(db.connection.character_set_name(), isinstance(db.connection.thread_id(), int))


@scripted(execute=1)
async def inserts_of_two_tasks_in_turn(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        for name in ("a", "b"):
            await db.see(cursor.execute(INSERT, [name]))
