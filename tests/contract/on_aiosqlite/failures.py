"""aiosqlite: what SQLite refuses."""

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.aiosqlite import errors

from tests.contract.harness import World, scripted
from tests.contract.on_aiosqlite.steps import AGAIN, NOTES, TWICE, run


@scripted(execute=answers(TWICE, errors.unique_violation("item_name", table="item", key={"name": "one"})))
async def keys_that_are_there_already(db: World) -> None:
    await run(db, AGAIN, "INSERT INTO item VALUES (9, 'one', 1)")


@scripted(
    execute=answers(
        errors.foreign_key_violation("note_item", table="note", key={"item": 7}),
        1,
        errors.foreign_key_violation("note_item", table="note", key={"item": 1}, deleting=True),
    )
)
async def keys_that_are_not_there(db: World) -> None:
    await run(
        db,
        "INSERT INTO note VALUES (1, 7)",
        "INSERT INTO note VALUES (1, 1)",
        "DELETE FROM item WHERE id = 1",
    )


@scripted(
    execute=answers(
        errors.not_null_violation("name", table="item"),
        errors.check_violation("item_price_check", table="item"),
    )
)
async def rows_that_are_refused(db: World) -> None:
    await run(db, "INSERT INTO item VALUES (9, NULL, 1)", "INSERT INTO item VALUES (9, 'nine', -1)")


@scripted(execute=answers(errors.lock_not_available() and errors.deadlock()))
async def another_connection_writes(db: World) -> None:
    other = await db.make_pool()
    if not hasattr(other, "when"):
        await other.execute("INSERT INTO note VALUES (1, 1)")
        await db.connection.execute("PRAGMA busy_timeout = 0")
    await run(db, "INSERT INTO note VALUES (2, 1)")
    db.note(db.connection.in_transaction)


@scripted(fetch=answers([{"count": 0}], errors.server_error("SQLITE_ERROR", "no such column: nope")))
async def a_failure_leaves_the_connection_well(db: World) -> None:
    await db.see(
        db.connection.execute_fetchall(NOTES), db.connection.execute_fetchall("SELECT nope FROM item")
    )
    await db.see(db.connection.commit())
