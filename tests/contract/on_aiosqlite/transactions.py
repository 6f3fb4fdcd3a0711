"""aiosqlite: transactions, savepoints and the end of a connection."""

import asyncio
from typing import Any, cast

from async_testing.templates.fakes import answers, held

from tests.contract.harness import World, scripted
from tests.contract.on_aiosqlite.steps import AGAIN, ALL, NOBODY, NOTE, NOTES, TWICE, count, run

ADD = "INSERT INTO note (item) VALUES (1)"


def inside(db: World) -> None:
    """Note whether a transaction is open."""
    db.note(db.connection.in_transaction)


@scripted(fetch=[{"count": 0}])
async def what_is_not_committed_is_rolled_back(db: World) -> None:
    await run(db, ADD)
    inside(db)
    await db.see(db.connection.rollback())
    inside(db)
    await count(db)


@scripted(fetch=[{"count": 1}])
async def what_is_committed_lasts(db: World) -> None:
    await run(db, ADD)
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.commit())
    await count(db)


@scripted(fetch=[{"count": 0}])
async def others_do_not_see_what_is_not_committed(db: World) -> None:
    await run(db, ADD)
    await count(db)


async def reading_begins_nothing(db: World) -> None:
    await run(db, ALL, NOBODY, "PRAGMA user_version")
    inside(db)


async def changing_begins_a_transaction(db: World) -> None:
    for statement in (ADD, "UPDATE note SET item = 1", "DELETE FROM note", "REPLACE INTO note VALUES (1, 1)"):
        await run(db, statement)
        inside(db)
        await db.connection.rollback()


@scripted(execute=answers(1, TWICE, 1), fetch=[{"count": 2}])
async def an_error_leaves_the_transaction_open(db: World) -> None:
    await run(db, ADD, AGAIN, ADD)
    inside(db)
    await db.see(db.connection.commit())
    await count(db)


@scripted(fetch=[{"count": 1}])
async def statements_may_control_the_transaction(db: World) -> None:
    await run(db, "BEGIN", ADD, "COMMIT", "BEGIN IMMEDIATE", ADD, "ROLLBACK")
    inside(db)
    await count(db)


async def a_transaction_within_one_is_refused(db: World) -> None:
    await run(db, "BEGIN", "BEGIN", "COMMIT", "COMMIT", "ROLLBACK", "END")
    inside(db)


@scripted(fetch=[{"count": 1}])
async def savepoints_are_statements(db: World) -> None:
    await run(db, ADD, "SAVEPOINT a", ADD, "ROLLBACK TO a", "RELEASE a")
    inside(db)
    await db.see(db.connection.commit())
    await count(db)


@scripted(fetch=[{"count": 1}])
async def a_savepoint_begins_a_transaction(db: World) -> None:
    await run(db, "SAVEPOINT a")
    inside(db)
    await run(db, ADD, "RELEASE SAVEPOINT a")
    inside(db)
    await db.see(db.connection.rollback())
    await count(db)


async def an_unknown_savepoint_is_refused(db: World) -> None:
    await run(db, ADD, "SAVEPOINT a", "RELEASE b", "ROLLBACK TO b", "RELEASE a", "RELEASE a")
    inside(db)


@scripted(fetch=[{"count": 1}])
async def a_savepoint_within_one(db: World) -> None:
    await run(db, "SAVEPOINT a", ADD, "SAVEPOINT b", ADD, "ROLLBACK TO b", "RELEASE a")
    inside(db)
    await count(db)


@scripted(fetch=[{"count": 0}])
async def the_schema_is_rolled_back_as_well(db: World) -> None:
    await run(db, ADD, "CREATE TABLE more (id int)")
    inside(db)
    await db.see(db.connection.rollback())
    await count(db)


@scripted(fetch=[{"count": 1}])
async def without_a_level_each_statement_commits(db: World) -> None:
    other: Any = await cast("Any", db.make_pool)(isolation_level=None)
    db.note(db.connection.isolation_level, other.isolation_level)
    await other.execute(ADD)
    db.note(other.in_transaction)
    await db.see(other.rollback())
    await count(db)


async def without_a_level_one_may_begin(db: World) -> None:
    other: Any = await cast("Any", db.make_pool)(isolation_level=None)
    await db.see(other.execute("BEGIN"), other.execute(ADD))
    db.note(other.in_transaction)
    await db.see(other.rollback())
    db.note(other.in_transaction)


async def a_change_behind_with_begins_nothing(db: World) -> None:
    cursor = await db.connection.execute("WITH a AS (SELECT 1 AS b) INSERT INTO note (item) SELECT b FROM a")
    db.note(cursor.rowcount, db.connection.in_transaction)


async def the_level_is_not_changed_later(db: World) -> None:
    try:
        db.connection.isolation_level = None
    except Exception as error:
        db.note(type(error).__name__, str(error).partition(".")[0])


async def a_closed_connection_refuses_everything(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(db.connection.close(), db.connection.close())
    await db.see(db.connection.execute(NOBODY), db.connection.cursor(), db.connection.commit())
    await db.see(
        db.connection.rollback(), db.connection.executemany(NOTE, []), db.connection.executescript("")
    )
    await db.see(db.connection.execute_insert(ADD), db.connection.execute_fetchall(NOBODY))
    await db.see(
        lambda: db.connection.in_transaction, cursor.execute(NOBODY), cursor.fetchone(), cursor.close()
    )


@scripted(fetch=[{"count": 0}])
async def a_closed_connection_rolls_back(db: World) -> None:
    other = await db.make_pool()
    await run(db, ADD)
    await db.see(db.connection.close())
    await db.see(other.execute_fetchall(NOTES))


@scripted(fetch=[{"count": 0}])
async def an_error_in_a_block_commits_nothing(db: World) -> None:
    async def block() -> None:
        try:
            await db.connection.execute(ADD)
            raise KeyError("lost")
        finally:
            await db.connection.close()

    other = await db.make_pool()
    await db.see(block())
    await db.see(other.execute_fetchall(NOTES))


@scripted(fetch=[{"count": 1}])
async def a_cancelled_statement_goes_on(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when(text=ADD).then(held())

    async def add() -> None:
        await db.connection.execute(ADD)

    task = asyncio.ensure_future(add())
    await asyncio.sleep(0)
    task.cancel()
    await db.see(task)
    await asyncio.sleep(0.02)
    inside(db)
    await db.see(db.connection.commit(), db.connection.execute_fetchall(NOTES))
