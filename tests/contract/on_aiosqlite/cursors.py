"""aiosqlite: cursors and row factories."""

import asyncio
from typing import Any

import aiosqlite

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_aiosqlite.steps import ALL, NOBODY, NOTE, ONE, state


@scripted(fetch=ROWS)
async def rows_are_fetched_in_parts(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchmany(), cursor.fetchmany(5), cursor.fetchmany(5), cursor.fetchone())
    cursor.arraysize = 2
    await cursor.execute(ALL)
    await db.see(cursor.fetchmany())


@scripted(fetch=ROWS)
async def a_cursor_is_iterated_over(db: World) -> None:
    async with db.connection.execute(ALL) as cursor:
        async for row in cursor:
            db.note(row)
        await db.see(cursor.fetchone())


@scripted(fetch=ROWS)
async def a_cursor_tells_its_columns(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    db.note(cursor.description)


async def before_any_statement_there_is_nothing(db: World) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.fetchmany(2))
    state(db, cursor)
    db.note(cursor.arraysize)


@scripted(fetch=ROWS)
async def a_closed_cursor_refuses(db: World) -> None:
    async with db.connection.execute(ALL) as cursor:
        await db.see(cursor.fetchone())
    await db.see(cursor.fetchone(), cursor.fetchall(), cursor.execute(NOBODY), cursor.executemany(NOTE, []))
    await db.see(cursor.close(), cursor.executescript("SELECT 1"))


@scripted(fetch=ROWS)
async def a_cursor_is_awaited_or_entered(db: World) -> None:
    cursor = await db.connection.cursor()
    db.note(await cursor.execute(ALL) is cursor)
    async with db.connection.cursor() as other:
        await other.execute(ALL)
        await db.see(other.fetchone(), cursor.fetchone())


async def a_cursor_that_is_not_awaited_is_none(db: World) -> None:
    cursor = db.connection.cursor()
    db.note(hasattr(cursor, "execute"), hasattr(cursor, "fetchone"))
    await cursor


@scripted(fetch=ROWS)
async def a_cursor_can_be_used_again(db: World) -> None:
    cursor = await db.connection.execute(ALL)
    await db.see(cursor.fetchone())
    await cursor.execute(ALL)
    await db.see(cursor.fetchall(), cursor.execute(ONE, []))


@scripted(fetch=ROWS)
async def rows_have_names_with_row(db: World) -> None:
    db.connection.row_factory = aiosqlite.Row
    cursor = await db.connection.execute(ALL)
    row = await cursor.fetchone()
    db.note(row["name"], row["NAME"], row[0], list(row.keys()), len(row), tuple(row))
    await db.see(lambda: row["nope"], lambda: row[9], cursor.fetchall())


@scripted(fetch=ROWS)
async def a_factory_may_be_a_function(db: World) -> None:
    def as_dict(cursor: Any, row: tuple[Any, ...]) -> dict[str, Any]:
        return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}

    db.connection.row_factory = as_dict
    await db.see(db.connection.execute_fetchall(ALL))


@scripted(fetch=ROWS)
async def a_cursor_may_have_a_factory(db: World) -> None:
    cursor = await db.connection.cursor()
    cursor.row_factory = lambda cursor, row: row[1]
    await cursor.execute(ALL)
    await db.see(cursor.fetchall())
    db.connection.row_factory = aiosqlite.Row
    db.note(cursor.row_factory is aiosqlite.Row)


async def a_factory_without_rows_is_not_asked(db: World) -> None:
    db.connection.row_factory = aiosqlite.Row
    cursor = await db.connection.execute(NOBODY)
    await db.see(cursor.fetchone(), cursor.fetchall())


@scripted(fetch=ROWS)
async def many_at_once_wait_for_each_other(db: World) -> None:
    cursors = await asyncio.gather(*(_cursor(db) for _ in range(3)))
    for cursor in cursors:
        await db.see(cursor.fetchall())


async def _cursor(db: World) -> Any:
    return await db.connection.execute(ALL)
