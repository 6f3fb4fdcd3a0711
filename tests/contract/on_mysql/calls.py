"""The drivers of MySQL: statements, their parameters and what they give."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.aiomysql import FakeResult

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_mysql.steps import (
    AGAIN,
    ALL,
    COUNT,
    INSERT,
    NOBODY,
    ONE,
    many,
    one,
    rest,
    state,
    twice,
)


@scripted(fetch=ROWS)
async def rows_are_a_tuple_of_tuples(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(ALL), rest(cursor), rest(cursor))
    await state(db, cursor)


async def no_rows_are_an_empty_tuple(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(NOBODY), rest(cursor), one(cursor), many(cursor, 3))
    await state(db, cursor)


@scripted(execute=FakeResult(1, lastrowid=3))
async def an_insert_gives_an_id(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(INSERT, ("three",)))
    await state(db, cursor)


async def an_insert_with_its_own_id_counts_its_rows(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("INSERT INTO note VALUES (1, 1), (2, NULL)"))
    await state(db, cursor)
    await db.see(cursor.execute("INSERT INTO note SET id = 3, item = 2"))


async def nothing_is_fetched_after_an_insert(db: World) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute("INSERT INTO note VALUES (1, 1)")
    await db.see(one(cursor), rest(cursor), many(cursor, 2))


async def an_update_of_nothing_counts_none(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("UPDATE item SET name = %s WHERE id = -1", ["x"]))
    await db.see(cursor.execute("DELETE FROM note"))
    await state(db, cursor)


@scripted(execute=answers(2, 0))
async def an_update_counts_what_it_changed(db: World) -> None:
    cursor = await db.connection.cursor()
    for _ in range(2):
        await db.see(cursor.execute("UPDATE item SET price = 1"))
    await state(db, cursor)


@scripted(execute=FakeResult(2, lastrowid=1))
async def an_upsert_counts_two_for_a_change(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(AGAIN + " ON DUPLICATE KEY UPDATE price = 5"))
    await state(db, cursor)


@scripted(fetch=[{"id": 3}])
async def returning_gives_rows(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(INSERT + " RETURNING id", ("three",)), one(cursor), one(cursor))
    await state(db, cursor)


async def a_setting_counts_nothing(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SET @a = 1"), rest(cursor))
    await state(db, cursor)


async def a_schema_changes(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("CREATE TEMPORARY TABLE brief (id int)"), one(cursor))
    await state(db, cursor)


@scripted(fetch=[{"Tables_in_contract (note)": "note"}])
async def show_gives_rows(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SHOW TABLES LIKE 'note'"), rest(cursor))


@scripted(fetch=ROWS[:1])
async def parameters_are_a_sequence_a_mapping_or_one(db: World) -> None:
    cursor = await db.connection.cursor()
    for parameters in ([1], (1,), 1):
        await db.see(cursor.execute(ONE, parameters), rest(cursor))
    await db.see(cursor.execute(ONE.replace("%s", "%(id)s"), {"id": 1, "more": 2}), rest(cursor))


async def a_wrong_number_of_parameters_is_a_type_error(db: World) -> None:
    cursor = await db.connection.cursor()
    for parameters in ([], (), (1, 2), [1, 2, 3]):
        await db.see(cursor.execute(ONE, parameters))
    await db.see(cursor.execute(NOBODY, [1]), cursor.execute(NOBODY, []), cursor.execute(NOBODY, {}))


async def a_missing_name_is_a_key_error(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SELECT %(b)s, %(a)s", {"c": 1}), cursor.execute("SELECT %(a)s", {}))
    await db.see(cursor.execute("SELECT %(a)s", [1]))


async def placeholders_are_spelled_right(db: World) -> None:
    cursor = await db.connection.cursor()
    for query in ("SELECT %d", "SELECT 5 % 2, %s", "SELECT %(a", "SELECT %", "SELECT ?", "SELECT $1"):
        await db.see(cursor.execute(query, [1]))


@scripted(fetch=[{"5 % 2": 1}])
async def a_doubled_percent_is_one(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SELECT 5 %% %s", [2]), one(cursor))


@scripted(fetch=[{"5 % 2": 1}])
async def without_parameters_a_percent_is_itself(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SELECT 5 % 2"), one(cursor))
    await db.see(cursor.mogrify("SELECT 5 %% 2"), cursor.mogrify("SELECT 5 %% 2", ()))


async def values_are_written_into_the_text(db: World) -> None:
    cursor = await db.connection.cursor()
    values: tuple[Any, ...] = (
        1,
        True,
        None,
        1.5,
        1e300,
        Decimal("1.50"),
        UUID(int=1),
        'it\'s\n\\ "é" %s \0\x1a',
        2**70,
        object,
    )
    for value in values:
        db.note(cursor.mogrify("SELECT %s", [value]), db.connection.escape(value))
    db.note(cursor.mogrify("%(a)s %(b)s %%", {"a": 1, "b": "x"}), cursor.mogrify("%s", "alone"))
    db.note(db.connection.escape_string("it's"), db.connection.literal("it's"))


async def values_that_cannot_be_written(db: World) -> None:
    cursor = await db.connection.cursor()
    for value in (float("nan"), float("inf"), [1], {1}, frozenset()):
        await db.see(cursor.execute("SELECT %s", [value]))


async def a_query_is_a_text(db: World) -> None:
    cursor = await db.connection.cursor()
    for query in (None, 5):
        await db.see(cursor.execute(query))
    await db.see(cursor.execute(""))


@scripted(fetch=[{"1": 1}])
async def a_query_may_be_bytes(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(b"SELECT 1"), one(cursor))


@scripted(execute=twice)
async def a_violation_is_raised(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(AGAIN), one(cursor))
    await state(db, cursor)


@scripted(
    fetch=lambda errors: answers(ROWS, errors.server_error(1146, "Table 'contract.nope' doesn't exist"), [])
)
async def a_cursor_can_be_used_again(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(ALL), one(cursor), cursor.execute("SELECT * FROM nope"))
    db.note(cursor.rowcount, cursor.description)
    await db.see(one(cursor), cursor.execute(NOBODY), rest(cursor))


@scripted(fetch=ROWS)
async def a_wrong_call_leaves_the_rows_of_the_last(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(ALL), cursor.execute(ONE, []), rest(cursor))
    db.note(cursor.rowcount)


async def a_wrong_type_is_noticed_unasked(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("INSERT INTO item (name, price) VALUES (%s, %s)", ["x", "dear"]))


async def a_wrong_word_is_noticed_unasked(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SELEC 1"))


@scripted(execute=FakeResult(2, lastrowid=3))
async def executemany_inserts_at_once(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.executemany(INSERT, [("three",), ("four",)]))
    await state(db, cursor)
    await db.see(one(cursor), rest(cursor))


async def executemany_counts_all(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(
        cursor.executemany(
            "INSERT INTO note VALUES (%(id)s, %(item)s)", [{"id": 1, "item": 1}, {"id": 2, "item": 1}]
        )
    )
    await db.see(cursor.executemany("UPDATE note SET item = %s WHERE id = %s", ((1, 8), (2, 9))))
    db.note(cursor.rowcount)


async def executemany_with_nothing_does_nothing(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.executemany(INSERT, []), cursor.executemany(INSERT, ()))
    db.note(cursor.rowcount)
    await db.see(one(cursor))


async def executemany_checks_each_set(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.executemany("INSERT INTO note VALUES (%s, %s)", [(1, 1), (2,)]))
    await db.see(cursor.executemany("INSERT INTO note VALUES (1, 1)", [(1,)]))
    await db.see(cursor.execute("SELECT 1 FROM note"))


@scripted(execute=twice, fetch=[{"count": 2}])
async def executemany_fails_as_a_whole(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.executemany("INSERT INTO item (id, name) VALUES (%s, %s)", [(3, "x"), (1, "y")]))
    await db.see(cursor.execute(COUNT), one(cursor))


async def keywords_have_the_names_of_the_driver(db: World) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(query=ONE, args=[1])
    for wrong in ({"params": [1]}, {"parameters": [1]}, {"timeout": 1}):
        try:
            await cursor.execute(ONE, **wrong)
        except TypeError:
            db.note("refused")


async def a_connection_has_no_calls(db: World) -> None:
    names = (
        "execute",
        "fetchone",
        "transaction",
        "begin",
        "commit",
        "rollback",
        "ping",
        "close",
        "ensure_closed",
    )
    db.note(*(hasattr(db.connection, name) for name in names))


@scripted(fetch=lambda errors: errors.server_error(1305, "PROCEDURE contract.nope does not exist"))
async def a_procedure_that_is_not_there(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.callproc("nope", ()))
