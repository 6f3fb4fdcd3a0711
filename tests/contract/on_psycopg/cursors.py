"""psycopg: cursors and row factories."""

from dataclasses import dataclass
from typing import Any

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
