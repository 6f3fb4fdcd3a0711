"""The drivers of MySQL: the classes of cursors."""

import warnings
from typing import Any

from tests.contract.harness import ROWS, scripted
from tests.contract.on_mysql.steps import ALL, INSERT, NOBODY, ONE, many, one, rest, state


@scripted(fetch=ROWS)
async def rows_are_fetched_in_parts(db: Any) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute(ALL), one(cursor), many(cursor), many(cursor, 5), one(cursor))
    db.note(cursor.rownumber, cursor.arraysize)
    cursor.arraysize = 2
    await db.see(cursor.execute(ALL), many(cursor))


@scripted(fetch=ROWS)
async def a_cursor_is_iterated_over(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(ALL)
    async for row in cursor:
        db.note(row)
    await db.see(one(cursor))


@scripted(fetch=ROWS)
async def a_cursor_scrolls(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(ALL)
    for value, mode in (
        (1, "relative"),
        (-1, "relative"),
        (1, "absolute"),
        (5, "absolute"),
        (-9, "relative"),
        (0, "x"),
    ):
        await db.see(lambda value=value, mode=mode: cursor.scroll(value, mode))
        db.note(cursor.rownumber)
    await db.see(one(cursor))


@scripted(fetch=ROWS)
async def a_cursor_tells_its_columns(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(ALL)
    db.note(type(cursor.description).__name__, [column[0] for column in cursor.description])
    db.note(len(cursor.description[0]))


async def before_any_statement_there_is_nothing(db: Any) -> None:
    cursor = await db.connection.cursor()
    await db.see(one(cursor), rest(cursor), many(cursor, 2))
    await db.see(lambda: cursor.scroll(1), cursor.nextset())
    db.note(cursor.rowcount, cursor.description, cursor.rownumber, cursor.lastrowid, cursor.arraysize)


@scripted(fetch=ROWS)
async def a_closed_cursor_refuses_statements(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(ALL)
    db.note(cursor.connection is db.connection)
    await db.see(cursor.close(), cursor.close())
    db.note(cursor.connection)
    await db.see(cursor.execute(NOBODY), cursor.executemany(INSERT, [("x",)]), cursor.executemany(INSERT, []))
    await db.see(lambda: cursor.mogrify("SELECT 1"), cursor.nextset())


@scripted(fetch=ROWS)
async def a_closed_cursor_keeps_its_rows(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute(ALL)
        await db.see(one(cursor))
    await db.see(rest(cursor))


@scripted(fetch=ROWS)
async def a_cursor_is_awaited_or_entered(db: Any) -> None:
    cursor = await db.connection.cursor()
    async with cursor as entered:
        db.note(entered is cursor)
    async with db.connection.cursor() as other:
        await db.see(other.execute(ALL), one(other))


@scripted(fetch=ROWS)
async def dict_cursors_give_dicts(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.DictCursor)
    await db.see(cursor.execute(ALL), one(cursor), rest(cursor), rest(cursor), one(cursor))
    await db.see(cursor.execute(ALL), many(cursor, 5), many(cursor, 5))


async def dict_cursors_give_an_empty_tuple(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.DictCursor)
    await db.see(cursor.execute(NOBODY), rest(cursor), many(cursor, 2), one(cursor))
    await db.see(cursor.execute("DELETE FROM note"), rest(cursor), many(cursor, 2), one(cursor))


@scripted(fetch=ROWS)
async def dicts_may_be_of_a_class_of_ones_own(db: Any) -> None:
    class Row(dict[str, Any]):
        pass

    class Own(db.cursors.DictCursor):  # type: ignore[misc]
        dict_type = Row

    cursor = await db.connection.cursor(Own)
    await cursor.execute(ALL)
    row = await cursor.fetchone()
    db.note(type(row).__name__, dict(row))


@scripted(fetch=ROWS)
async def unbuffered_rows_are_not_counted(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor)
    await db.see(cursor.execute(ALL))
    await state(db, cursor)
    await db.see(one(cursor), many(cursor), rest(cursor), one(cursor), rest(cursor))
    db.note(cursor.rownumber, cursor.rowcount)
    await cursor.close()


@scripted(fetch=ROWS)
async def unbuffered_rows_are_lists(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor)
    await db.see(cursor.execute(ALL), rest(cursor), cursor.execute(ALL), many(cursor, 5), many(cursor, 5))
    await db.see(cursor.execute("UPDATE item SET price = 1 WHERE id = -1"), rest(cursor), one(cursor))


async def no_unbuffered_rows(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor)
    await db.see(cursor.execute(NOBODY), rest(cursor), one(cursor), many(cursor))
    db.note(cursor.rowcount)
    await db.see(lambda: db.connection.cursor(db.cursors.SSCursor))


async def unbuffered_before_any_statement(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor)
    await db.see(one(cursor), rest(cursor), many(cursor, 2), cursor.scroll(1))


@scripted(fetch=ROWS)
async def unbuffered_rows_scroll_forward(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor)
    await db.see(
        cursor.execute(ALL),
        cursor.scroll(1),
        one(cursor),
        cursor.scroll(-1),
        cursor.scroll(0, "absolute"),
    )
    await db.see(cursor.scroll(0, "sideways"), one(cursor))
    await cursor.close()


@scripted(fetch=ROWS)
async def unread_rows_are_lost_to_the_next_statement(db: Any) -> None:
    cursor, other = await db.connection.cursor(db.cursors.SSCursor), await db.connection.cursor()
    await db.see(cursor.execute(ALL), one(cursor))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        await db.see(other.execute(ALL))
    db.note([str(each.message) for each in caught])
    await db.see(one(cursor), one(other))


@scripted(fetch=ROWS)
async def closing_leaves_unread_rows(db: Any) -> None:
    async with db.connection.cursor(db.cursors.SSCursor) as cursor:
        await db.see(cursor.execute(ALL), one(cursor))
    async with db.connection.cursor() as other:
        await db.see(other.execute(ALL), rest(other))


@scripted(fetch=ROWS)
async def unbuffered_dicts(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSDictCursor)
    await db.see(cursor.execute(ALL), one(cursor), rest(cursor))
    await cursor.execute(ALL)
    async for row in cursor:
        db.note(row)


@scripted(fetch=ROWS[:1])
async def rows_can_be_changed_without_harm(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.DictCursor)
    for _ in range(2):
        await cursor.execute(ONE, (1,))
        row = await cursor.fetchone()
        db.note(row["name"])
        row["name"] = "changed"


async def a_cursor_has_no_sets_left(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(NOBODY)
    await db.see(cursor.nextset())
    db.note(cursor.setinputsizes(1), cursor.setoutputsizes(1))
