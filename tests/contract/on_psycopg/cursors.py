"""psycopg: cursors and row factories."""

from dataclasses import dataclass
from typing import Any

from psycopg.errors import SyntaxError
from psycopg.rows import args_row, class_row, dict_row, kwargs_row, namedtuple_row, scalar_row, tuple_row

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psycopg.calls import ALL, INSERT, NOBODY, ONE


@dataclass
class Item:
    """A row as an object."""

    id: int
    name: str
    price: int | None


@scripted(fetch=ROWS)
async def rows_are_fetched_in_parts(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.execute(ALL)
    db.note(cursor.rownumber, cursor.arraysize)
    await db.see(cursor.fetchmany(), cursor.fetchmany(5), cursor.fetchmany(5), cursor.fetchone())
    db.note(cursor.rownumber)


@scripted(fetch=ROWS)
async def a_cursor_is_iterated_over(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    async for row in cursor:
        db.note(row)
    await db.see(cursor.fetchone())


@scripted(fetch=ROWS)
async def a_cursor_scrolls(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.scroll(1), cursor.fetchone(), cursor.scroll(0, mode="absolute"), cursor.fetchone())
    await db.see(cursor.scroll(5), cursor.scroll(-3), cursor.scroll(0, "sideways"))


@scripted(fetch=ROWS)
async def a_cursor_tells_its_columns(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    db.note([column.name for column in cursor.description], [column[0] for column in cursor.description])
    db.note(len(cursor.description[0]))


async def before_any_statement_there_is_no_result(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany(2), cursor.scroll(1))
    db.note(cursor.rowcount, cursor.description, cursor.statusmessage, cursor.rownumber, cursor.closed)


async def a_statement_without_rows_has_none_to_fetch(db: World) -> None:
    cursor = await db.connection.execute(INSERT, [3, "three"])
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany())
    cursor = await db.connection.execute("UPDATE item SET name = 'x' WHERE id = -1")
    await db.see(cursor.fetchone())


async def a_closed_cursor_refuses(db: World) -> None:
    cursor = db.connection.cursor()
    async with cursor as entered:
        db.note(entered is cursor)
    db.note(cursor.closed)
    await db.see(cursor.execute(NOBODY), cursor.fetchone(), cursor.executemany(INSERT, []), cursor.close())


@scripted(fetch=ROWS)
async def a_closed_cursor_keeps_no_rows(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await cursor.close()
    await db.see(cursor.fetchall())


@scripted(fetch=ROWS[:1])
async def row_factories_make_rows(db: World) -> None:
    for factory in (tuple_row, dict_row, scalar_row, class_row(Item), args_row(Item), kwargs_row(dict)):
        cursor = db.connection.cursor(row_factory=factory)
        await cursor.execute(ONE, [1])
        row = await cursor.fetchone()
        db.note(vars(row) if isinstance(row, Item) else row)
    cursor = db.connection.cursor(row_factory=namedtuple_row)
    await cursor.execute(ONE, [1])
    row = await cursor.fetchone()
    db.note(row.id, row.name, row.price, row._fields)


@scripted(fetch=ROWS)
async def the_connection_has_a_row_factory(db: World) -> None:
    db.connection.row_factory = dict_row
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchall())


async def a_factory_without_rows_is_not_asked(db: World) -> None:
    cursor = db.connection.cursor(row_factory=dict_row)
    await cursor.execute(NOBODY)
    await db.see(cursor.fetchone(), cursor.fetchall())


@scripted(fetch=ROWS)
async def a_factory_may_be_a_function_of_ones_own(db: World) -> None:
    def factory(cursor: Any) -> Any:
        names = [column.name for column in cursor.description or ()]
        return lambda values: dict(zip(names, values, strict=True))

    cursor = db.connection.cursor(row_factory=factory)
    await cursor.execute(ALL)
    await db.see(cursor.fetchall())


@scripted(fetch=ROWS)
async def rows_are_streamed(db: World) -> None:
    cursor = db.connection.cursor()
    async for row in cursor.stream(ALL):
        db.note(row)


@scripted(fetch=ROWS)
async def a_named_cursor_is_of_the_server(db: World) -> None:
    async with db.connection.cursor("named") as cursor:
        await cursor.execute(ALL)
        await db.see(cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall())
        db.note(cursor.name)


async def a_named_cursor_needs_a_transaction(db: World) -> None:
    await db.connection.set_autocommit(True)
    cursor = db.connection.cursor("named")
    await db.see(cursor.execute(NOBODY))
    await cursor.close()


def _told(cursor: Any) -> list[Any]:
    return [cursor.rowcount, cursor.statusmessage, cursor.rownumber, cursor.closed]


@scripted(fetch=ROWS)
async def a_named_cursor_is_there_once(db: World) -> None:
    first, second = db.connection.cursor("named"), db.connection.cursor("named")
    await first.execute(ALL)
    await db.see(second.fetchone(), first.fetchone(), lambda: _told(second))
    await db.see(second.execute(ALL), first.fetchone(), lambda: _told(second))
    await db.connection.rollback()
    await db.see(first.fetchone(), second.fetchone(), second.fetchone(), first.close(), second.close())
    await db.connection.close()
    await db.see(first.close(), second.close(), lambda: _told(first))


@scripted(fetch=ROWS)
async def a_named_cursor_is_declared_again(db: World) -> None:
    cursor = db.connection.cursor("named")
    await db.see(cursor.execute(ALL), cursor.fetchone(), cursor.execute(ALL), cursor.fetchone())
    await db.connection.commit()
    await db.see(cursor.execute(ALL), cursor.fetchone(), lambda: _told(cursor), cursor.close())
    await db.see(cursor.fetchone(), cursor.execute(ALL), lambda: _told(cursor))


@scripted(fetch=ROWS)
async def a_named_cursor_is_held(db: World) -> None:
    cursor = db.connection.cursor("named", withhold=True)
    await cursor.execute(ALL)
    await db.connection.commit()
    await db.see(cursor.fetchone(), db.connection.rollback(), cursor.fetchone(), cursor.close())


@scripted(fetch=ROWS)
async def a_named_cursor_goes_with_its_savepoint(db: World) -> None:
    outer, inner = db.connection.cursor("outer"), db.connection.cursor("inner")
    await outer.execute(ALL)
    async with db.connection.transaction(force_rollback=True):
        await inner.execute(ALL)
        await db.see(inner.fetchone(), outer.fetchone())
    await db.see(outer.fetchone(), inner.fetchone(), outer.fetchone(), db.connection.rollback())
    await db.connection.close()
    await db.see(inner.close(), outer.close())


@scripted(fetch=ROWS)
async def a_named_cursor_scrolls_beyond_its_rows(db: World) -> None:
    cursor = db.connection.cursor("named", scrollable=True)
    await cursor.execute(ALL)
    await db.see(cursor.scroll(1), cursor.fetchone(), cursor.scroll(9), cursor.fetchone(), cursor.scroll(-2))
    await db.see(cursor.fetchall(), lambda: _told(cursor), cursor.scroll(0, "absolute"), cursor.fetchmany(1))
    await db.see(cursor.scroll(-1, "absolute"), cursor.fetchone(), cursor.scroll(1, "no"), cursor.close())


@scripted(fetch=ROWS)
async def a_named_cursor_is_iterated_over(db: World) -> None:
    cursor = db.connection.cursor("named", row_factory=dict_row)
    cursor.itersize = 1
    await cursor.execute(ALL)
    async for row in cursor:
        db.note(row, cursor.rownumber)
    await db.see(cursor.fetchone(), cursor.close())


async def a_named_cursor_is_for_rows(db: World) -> None:
    cursor = db.connection.cursor("named")
    try:
        await cursor.execute(INSERT, (3, "three"))
    except SyntaxError as problem:  # its text shows the place too, which a fake does not
        db.note(problem.sqlstate, problem.diag.message_primary)
    await db.see(lambda: _told(cursor), cursor.fetchone())
    await db.see(cursor.executemany(INSERT, [(3, "three")]), db.connection.rollback(), cursor.close())


async def a_cursor_knows_its_connection(db: World) -> None:
    cursor = db.connection.cursor()
    db.note(cursor.connection is db.connection)
    executed = await cursor.execute(NOBODY)
    db.note(executed is cursor, cursor.nextset())


@scripted(fetch=ROWS)
async def a_row_can_be_changed_without_harm(db: World) -> None:
    db.connection.row_factory = dict_row
    cursor = await db.connection.execute(ALL)
    row = await cursor.fetchone()
    row["name"] = "changed"
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchone())
