"""aiosqlite: statements, their parameters and what they give."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.aiosqlite import FakeResult, errors

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_aiosqlite.steps import AGAIN, ALL, NOBODY, NOTE, NOTES, ONE, TWICE, state


@scripted(fetch=ROWS)
async def rows_are_a_list_of_tuples(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchall(), cursor.fetchall(), cursor.fetchone())
    db.note(cursor.rowcount)


async def no_rows_are_an_empty_list(db: World) -> None:
    cursor = await db.connection.execute(NOBODY)
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany(3))
    db.note(cursor.rowcount)


@scripted(execute=FakeResult(1, lastrowid=5))
async def an_insert_gives_an_id(db: World) -> None:
    cursor = await db.connection.execute(NOTE, (5, 1))
    state(db, cursor)
    await db.see(cursor.fetchone(), cursor.fetchall())


async def ids_are_counted_from_one(db: World) -> None:
    for _ in range(2):
        cursor = await db.connection.execute("INSERT INTO note (item) VALUES (1)")
        state(db, cursor)


async def an_insert_of_many_rows_counts_them(db: World) -> None:
    cursor = await db.connection.execute("INSERT INTO note VALUES (1, 1), (2, NULL)")
    state(db, cursor)


async def an_update_of_nothing_counts_none(db: World) -> None:
    cursor = await db.connection.execute("UPDATE note SET item = 2")
    db.note(cursor.rowcount, db.connection.in_transaction)
    cursor = await db.connection.execute("DELETE FROM note")
    db.note(cursor.rowcount)


@scripted(execute=2)
async def an_update_counts_what_it_changed(db: World) -> None:
    cursor = await db.connection.execute("UPDATE item SET price = 1")
    db.note(cursor.rowcount)


@scripted(fetch=[{"id": 7}])
async def returning_gives_rows(db: World) -> None:
    cursor = await db.connection.execute(NOTE + " RETURNING id", (7, 1))
    await db.see(cursor.fetchone(), cursor.fetchone())
    db.note(db.connection.in_transaction)


async def replace_is_an_insert(db: World) -> None:
    cursor = await db.connection.execute("REPLACE INTO note VALUES (1, 1)")
    db.note(cursor.rowcount, db.connection.in_transaction)


async def the_schema_has_no_count(db: World) -> None:
    cursor = await db.connection.execute("CREATE TABLE more (id int)")
    db.note(cursor.rowcount, cursor.description, db.connection.in_transaction)


@scripted(fetch=[{"user_version": 0}])
async def a_pragma_gives_rows(db: World) -> None:
    cursor = await db.connection.execute("PRAGMA user_version")
    await db.see(cursor.fetchone())


@scripted(fetch=ROWS[:1])
async def parameters_are_a_sequence_or_a_mapping(db: World) -> None:
    for parameters in ([1], (1,)):
        cursor = await db.connection.execute(ONE, parameters)
        await db.see(cursor.fetchall())
    for name in (":id", ":id OR id = :id"):
        cursor = await db.connection.execute(ONE.replace("?", name), {"id": 1, "more": 2})
        await db.see(cursor.fetchall())
    cursor = await db.connection.execute(ONE.replace("?", "?1"), [1])
    await db.see(cursor.fetchall())


async def a_wrong_number_of_parameters_is_refused(db: World) -> None:
    for parameters in ([], (1, 2), None, "ab"):
        await db.see(db.connection.execute(ONE, parameters))
    await db.see(db.connection.execute(NOBODY, [1]))
    await db.see(db.connection.execute("SELECT '?', \"id\" FROM item -- ?\nWHERE id = ?", [1, 2]))


async def a_missing_name_is_refused(db: World) -> None:
    await db.see(db.connection.execute("SELECT :b, :a", {"c": 1}), db.connection.execute(ONE, {"id": 1}))


async def parameters_that_are_neither_are_refused(db: World) -> None:
    for parameters in (1, {1}, 1.5):
        await db.see(db.connection.execute(ONE, parameters))


async def values_that_cannot_be_stored(db: World) -> None:
    for value in (UUID(int=1), Decimal("1.5"), [1], 2**70, object):
        await db.see(db.connection.execute("SELECT ?", [value]))
    await db.see(db.connection.execute("SELECT :a", {"a": UUID(int=1)}))


async def a_query_is_a_text(db: World) -> None:
    for query in (None, 5, b"SELECT 1"):
        await db.see(db.connection.execute(query))


async def one_statement_at_a_time(db: World) -> None:
    await db.see(db.connection.execute("DELETE FROM note; DELETE FROM item"))
    await db.see(db.connection.execute("DELETE FROM note;"))


@scripted(execute=TWICE)
async def a_violation_is_raised(db: World) -> None:
    await db.see(db.connection.execute(AGAIN))
    db.note(db.connection.in_transaction)


@scripted(fetch=errors.server_error("SQLITE_ERROR", "no such table: nope"))
async def an_unknown_table_is_raised(db: World) -> None:
    await db.see(db.connection.execute("SELECT * FROM nope"))


async def a_wrong_type_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.execute(NOTE, ["five", 1]))


async def a_wrong_word_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.execute("SELEC 1"))


async def executemany_counts_all(db: World) -> None:
    cursor = await db.connection.executemany(NOTE, [(1, 1), (2, 1)])
    state(db, cursor)


@scripted(execute=answers(2, 2))
async def executemany_takes_what_can_be_gone_through(db: World) -> None:
    cursor = await db.connection.cursor()
    await cursor.executemany(NOTE, ((number, 1) for number in (1, 2)))
    db.note(cursor.rowcount)
    await cursor.executemany("INSERT INTO note VALUES (:id, 1)", [{"id": 3}, {"id": 4}])
    db.note(cursor.rowcount)


async def executemany_with_nothing_does_nothing(db: World) -> None:
    cursor = await db.connection.executemany(NOTE, [])
    state(db, cursor)


async def executemany_only_changes(db: World) -> None:
    await db.see(
        db.connection.executemany(ONE, [(1,)]), db.connection.executemany("CREATE TABLE a (b)", [()])
    )


async def executemany_checks_each_set(db: World) -> None:
    await db.see(db.connection.executemany(NOTE, [(1, 1), (2,)]))


@scripted(execute=FakeResult(1, lastrowid=4), fetch=[{"count": 1}])
async def execute_insert_gives_the_id(db: World) -> None:
    await db.see(db.connection.execute_insert(NOTE, (4, 1)))
    async with db.connection.execute_insert("UPDATE note SET item = 2 WHERE id = -1") as row:
        db.note(row)
    await db.see(db.connection.execute_fetchall(NOTES))


@scripted(fetch=ROWS)
async def execute_fetchall_gives_rows(db: World) -> None:
    await db.see(db.connection.execute_fetchall(ALL))
    async with db.connection.execute_fetchall(ALL) as rows:
        db.note(rows)


@scripted(fetch=[{"count": 1}])
async def a_script_commits_what_is_open(db: World) -> None:
    await db.connection.execute(NOTE, (1, 1))
    cursor = await db.connection.executescript("CREATE TABLE a (b int); CREATE TABLE c (d int);")
    db.note(cursor.rowcount, db.connection.in_transaction)
    await db.connection.rollback()
    await db.see(db.connection.execute_fetchall(NOTES))


async def keywords_have_the_names_of_the_driver(db: World) -> None:
    await db.connection.execute(sql=ONE, parameters=[1])
    for wrong in ({"params": [1]}, {"args": [1]}, {"timeout": 1}):
        try:
            await db.connection.execute(ONE, **wrong)
        except TypeError:
            db.note("refused")


async def a_connection_has_its_names(db: World) -> None:
    names = (
        "execute",
        "cursor",
        "commit",
        "rollback",
        "close",
        "fetchone",
        "begin",
        "transaction",
        "acquire",
    )
    db.note(*(hasattr(db.connection, name) for name in names))


async def total_changes_are_counted(db: World) -> None:
    before = db.connection.total_changes
    await db.connection.execute("INSERT INTO note VALUES (1, 1), (2, 1)")
    await db.connection.execute(NOBODY)
    db.note(db.connection.total_changes - before)


async def a_row_is_no_result(db: World) -> Any:
    cursor = await db.connection.execute(NOTE, (1, 1))
    db.note(hasattr(cursor, "rows"), hasattr(cursor, "result"))
