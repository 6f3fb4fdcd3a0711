"""psycopg: statements, their parameters and what they give."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psycopg import errors
from psycopg import sql

from tests.contract.harness import ROWS, World, scripted

ALL = "SELECT id, name, price FROM item ORDER BY id"
ONE = "SELECT id, name, price FROM item WHERE id = %s"
NOBODY = "SELECT id, name, price FROM item WHERE id = -1"
COUNT = "SELECT count(*) AS count FROM item"
INSERT = "INSERT INTO item (id, name) VALUES (%s, %s)"
TWICE = errors.unique_violation("item_pkey", table="item", key={"id": 1})


@scripted(fetch=ROWS)
async def rows_are_tuples(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchall(), cursor.fetchall())
    db.note(cursor.rowcount, cursor.statusmessage)


async def no_rows_are_an_empty_list(db: World) -> None:
    cursor = await db.connection.execute(NOBODY)
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany(3))
    db.note(cursor.rowcount, cursor.statusmessage)


async def an_insert_counts_its_rows(db: World) -> None:
    cursor = await db.connection.execute(INSERT, (3, "three"))
    db.note(cursor.rowcount, cursor.statusmessage, cursor.description, cursor.rownumber)


async def an_update_of_nothing_counts_none(db: World) -> None:
    cursor = await db.connection.execute("UPDATE item SET name = %s WHERE id = -1", ["x"])
    db.note(cursor.rowcount, cursor.statusmessage)


@scripted(execute=2)
async def an_update_counts_what_it_changed(db: World) -> None:
    cursor = await db.connection.execute("UPDATE item SET price = 1")
    db.note(cursor.rowcount, cursor.statusmessage)


@scripted(fetch=[{"id": 3}])
async def returning_gives_rows(db: World) -> None:
    cursor = await db.connection.execute(INSERT + " RETURNING id", (3, "three"))
    await db.see(cursor.fetchone(), cursor.fetchone())
    db.note(cursor.rowcount)


@scripted(fetch=ROWS[:1])
async def parameters_are_a_sequence_or_a_mapping(db: World) -> None:
    for parameters in ([1], (1,)):
        cursor = await db.connection.execute(ONE, parameters)
        await db.see(cursor.fetchall())
    cursor = await db.connection.execute(
        ALL.replace("ORDER", "WHERE id = %(id)s ORDER"), {"id": 1, "more": 2}
    )
    await db.see(cursor.fetchall())


async def a_wrong_number_of_parameters_is_refused(db: World) -> None:
    for parameters in ([], [1, 2]):
        await db.see(_plain(db, ONE, parameters))
    await db.see(_plain(db, NOBODY, [1]), _plain(db, NOBODY, []))


async def _plain(db: World, query: Any, parameters: Any = None) -> None:
    await db.connection.execute(query, parameters)


async def a_missing_name_is_refused(db: World) -> None:
    await db.see(_plain(db, "SELECT %(b)s::int, %(a)s::int, %(c)s::int", {"c": 1}))


async def parameters_of_the_other_kind_are_refused(db: World) -> None:
    await db.see(_plain(db, ONE, {"id": 1}), _plain(db, "SELECT %(a)s::int", [1]))


async def parameters_that_are_neither_are_refused(db: World) -> None:
    for parameters in (1, "ab", b"ab", {1, 2}):
        await db.see(_plain(db, ONE, parameters))


async def placeholders_are_of_one_kind(db: World) -> None:
    await db.see(_plain(db, "SELECT %s::int, %(a)s::int", [1, 2]))


async def placeholders_are_spelled_right(db: World) -> None:
    for query in ("SELECT %d", "SELECT 5 % 2, %s::int", "SELECT %(a", "SELECT %("):
        await db.see(_plain(db, query, [1]))


@scripted(fetch=[{"?column?": 1}])
async def a_doubled_percent_is_one(db: World) -> None:
    cursor = await db.connection.execute("SELECT 5 %% %s", [2])
    await db.see(cursor.fetchone())


@scripted(fetch=[{"?column?": 1}])
async def without_parameters_a_percent_is_itself(db: World) -> None:
    cursor = await db.connection.execute("SELECT 5 % 2")
    await db.see(cursor.fetchone())


@scripted(fetch=[{"id": 1}])
async def a_query_may_be_composed(db: World) -> None:
    query = sql.SQL("SELECT {} FROM {} WHERE id = %s").format(sql.Identifier("id"), sql.Identifier("item"))
    cursor = await db.connection.execute(query, [1])
    await db.see(cursor.fetchall())
    cursor = await db.connection.execute(b"SELECT id FROM item WHERE id = 1")
    await db.see(cursor.fetchall())


async def several_statements_need_to_be_without_parameters(db: World) -> None:
    await db.see(_plain(db, "DELETE FROM item; DELETE FROM note"))
    await db.see(_plain(db, "DELETE FROM item WHERE id = %s; DELETE FROM note", [1]))


@scripted(execute=TWICE)
async def a_violation_is_raised(db: World) -> None:
    await db.see(_plain(db, INSERT, (1, "again")))


@scripted(execute=errors.server_error("42P01", 'relation "nope" does not exist'))
async def an_unknown_table_is_raised(db: World) -> None:
    try:
        await db.connection.execute("DELETE FROM nope")
    except Exception as error:
        db.note(type(error).__name__, str(error).partition("\n")[0], getattr(error, "sqlstate", None))


async def a_wrong_type_is_noticed_unasked(db: World) -> None:
    await db.see(_plain(db, ONE, ["one"]))


async def a_wrong_word_is_noticed_unasked(db: World) -> None:
    await db.see(_plain(db, "SELEC 1"))


async def executemany_counts_all(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(INSERT, [(3, "three"), (4, "four")]))
    db.note(cursor.rowcount, cursor.description)
    await db.see(cursor.fetchone())


async def executemany_with_nothing_does_nothing(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(INSERT, []))


async def executemany_checks_each_set(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(INSERT, [(3, "three"), (4,)]))


@scripted(execute=TWICE)
async def executemany_fails_as_a_whole(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(INSERT, [(3, "three"), (1, "again")]))
    await db.see(_plain(db, NOBODY), db.connection.rollback())


@scripted(fetch=answers(ROWS, TWICE, []))
async def a_cursor_can_be_used_again(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.execute(ALL)
    await db.see(cursor.fetchone(), _plain(cursor_world(db, cursor), INSERT + " RETURNING id", (1, "again")))
    await db.connection.rollback()
    await cursor.execute(NOBODY)
    await db.see(cursor.fetchall())


def cursor_world(db: World, cursor: Any) -> World:
    """A world whose connection is a cursor: it has `execute` too."""
    return World(cursor, db.make_pool, db.look)


@scripted(fetch=ROWS)
async def one_thing_at_a_time_waits(db: World) -> None:
    results = await asyncio.gather(*(db.connection.execute(ALL) for _ in range(3)))
    for cursor in results:
        await db.see(cursor.fetchall())


async def keywords_have_the_names_of_the_driver(db: World) -> None:
    await db.connection.execute(query=ONE, params=[1], prepare=False, binary=False)
    for wrong in ({"parameters": [1]}, {"args": [1]}, {"timeout": 1}):
        try:
            await db.connection.execute(ONE, **wrong)
        except TypeError:
            db.note("refused")


async def a_call_is_awaited(db: World) -> None:
    names = ("execute", "commit", "rollback", "close", "transaction", "cursor", "fetch", "fetchrow", "begin")
    db.note(*(hasattr(db.connection, name) for name in names))
