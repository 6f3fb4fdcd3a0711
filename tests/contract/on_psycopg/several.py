"""psycopg: several results of one call, and the columns of a result without rows."""

from typing import Any

from async_testing.templates.fakes.common.several import FakeResults

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psycopg.calls import ALL, INSERT, NOBODY

BOTH = "SELECT 1 AS id; SELECT 2 AS id"
RETURNING = INSERT + " RETURNING id"
NAMES = "SELECT i.id, name AS label, count(*), price::int, lower(name) FROM item i WHERE id < 0 GROUP BY i.id"


async def _all(db: World, cursor: Any) -> None:
    """All rows of all results."""
    while True:
        await db.see(cursor.fetchall())
        db.note(cursor.rowcount, cursor.statusmessage)
        if not cursor.nextset():
            break
    await db.see(cursor.fetchone(), cursor.nextset)


@scripted(fetch=[{"id": 3}, {"id": 4}, {"id": 5}])
async def executemany_returns_a_result_for_each_set(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(RETURNING, [(3, "c"), (4, "d"), (5, "e")], returning=True))
    db.note(cursor.rowcount, cursor.statusmessage)
    await db.see(cursor.fetchone(), cursor.fetchone(), cursor.nextset, cursor.fetchone(), cursor.nextset)
    await db.see(cursor.fetchall(), cursor.nextset, cursor.fetchall())


@scripted(fetch=FakeResults([{"id": 1}], [], [{"id": 2}]))
async def executemany_returns_as_many_rows_as_there_are(db: World) -> None:
    cursor = db.connection.cursor()
    query = "UPDATE item SET price = 1 WHERE name = %s RETURNING id"
    await cursor.executemany(query, [("one",), ("nobody",), ("two",)], returning=True)
    await _all(db, cursor)


async def executemany_returns_nothing_without_a_set(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(RETURNING, [], returning=True), cursor.fetchone(), cursor.nextset)
    db.note(cursor.rowcount, cursor.description)


async def executemany_returns_the_count_of_each_set(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.executemany(INSERT, [(3, "c"), (4, "d")], returning=True)
    db.note(cursor.rowcount, cursor.statusmessage, cursor.nextset(), cursor.rowcount, cursor.nextset())
    await db.see(cursor.fetchone())


@scripted(fetch=[{"id": 3}, {"id": 4}])
async def results_are_gone_through(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.executemany(RETURNING, [(3, "c"), (4, "d")], returning=True)
    async for result in cursor.results():
        db.note(result is cursor)
        await db.see(result.fetchall())
    async for _ in db.connection.cursor().results():
        db.note("a result")


@scripted(fetch=[{"id": 3}, {"id": 4}])
async def a_result_is_chosen(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.executemany(RETURNING, [(3, "c"), (4, "d")], returning=True)
    db.note(await cursor.set_result(1) is cursor)
    await db.see(cursor.fetchall(), cursor.set_result(-2), cursor.fetchall(), cursor.set_result(2))
    await db.see(db.connection.cursor().set_result(0))


@scripted(fetch=FakeResults([{"id": 1}], [{"id": 2}]))
async def several_statements_give_several_results(db: World) -> None:
    await _all(db, await db.connection.execute(BOTH))


@scripted(fetch=[{"id": 1}])
async def the_first_of_several_results_is_the_current_one(db: World) -> None:
    cursor = await db.connection.execute(
        "SELECT 1 AS id; UPDATE item SET price = 1 WHERE id = -1; SELECT 2 AS n WHERE false"
    )
    await _all(db, cursor)


@scripted(fetch=[{"id": 2}])
async def a_result_without_rows_comes_first(db: World) -> None:
    cursor = await db.connection.execute("DELETE FROM note; SELECT 2 AS id")
    await _all(db, cursor)


@scripted(fetch=ROWS)
async def one_statement_has_one_result(db: World) -> None:
    cursor = await db.connection.execute(ALL + ";")
    db.note(cursor.nextset())
    await db.see(cursor.fetchone(), cursor.set_result(0), cursor.fetchone())


async def a_result_without_rows_tells_its_columns(db: World) -> None:
    for query in (NOBODY, NAMES, "SELECT DISTINCT id AS a, 'x', 1 + 1, NULL FROM item WHERE id < 0"):
        cursor = await db.connection.execute(query)
        db.note([column.name for column in cursor.description])
    cursor = await db.connection.execute("UPDATE item SET price = 1 WHERE id < 0 RETURNING id, name AS label")
    db.note([column.name for column in cursor.description])
    cursor = await db.connection.execute(
        "WITH few AS (SELECT id FROM item WHERE id < 0) SELECT id AS few FROM few"
    )
    db.note([column.name for column in cursor.description])


@scripted(fetch=FakeResults([], columns=["id", "name", "price"]))
async def columns_that_are_not_named_can_be_scripted(db: World) -> None:
    cursor = await db.connection.execute("SELECT * FROM item WHERE id < 0")
    db.note([column.name for column in cursor.description])
