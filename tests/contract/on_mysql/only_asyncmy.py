"""asyncmy: what aiomysql does otherwise or not at all."""

from typing import Any

from tests.contract.harness import ROWS, scripted
from tests.contract.on_mysql.steps import ALL, NOBODY, NOTE, execute, one, rest, status


async def a_closed_connection_gives_cursors(db: Any) -> None:
    db.note(db.connection.connected)
    db.connection.close()
    db.note(db.connection.connected)
    cursor = db.connection.cursor()
    await db.see(cursor.execute(NOBODY))


@scripted(fetch=ROWS)
async def a_cursor_need_not_be_awaited(db: Any) -> None:
    cursor = db.connection.cursor()
    db.note((await cursor) is cursor)
    await db.see(cursor.execute(ALL), one(cursor))


async def the_end_of_a_transaction_by_a_statement_is_not_noticed(db: Any) -> None:
    await execute(db, NOTE % 1, "COMMIT")
    status(db)
    await db.see(db.connection.commit())
    status(db)


async def a_pool_needs_a_limit(db: Any) -> None:
    await db.see(db.make_pool(maxsize=0))
    pool = await db.make_pool()
    db.note(pool.maxsize, hasattr(pool, "closed"))


@scripted(fetch=ROWS)
async def a_tuple_is_a_value(db: Any) -> None:
    cursor = await db.connection.cursor()
    await db.see(cursor.execute("SELECT id, name, price FROM item WHERE id IN %s ORDER BY id", [(1, 2)]))
    await db.see(rest(cursor), cursor.mogrify("%s", [(1, "a")]), cursor.mogrify("%s", [b"a'"]))


async def only_a_cursor_class_gives_a_cursor(db: Any) -> None:
    for wrong in (dict, "DictCursor"):
        try:
            db.connection.cursor(wrong)
        except TypeError:
            db.note("refused")


async def scrolling_is_no_coroutine(db: Any) -> None:
    cursor = db.connection.cursor()
    await cursor.execute(ALL)
    try:
        db.note(cursor.scroll(0, "absolute"))
    except IndexError as error:
        db.note(str(error))


scrolling_is_no_coroutine.script = {"fetch": ROWS}  # type: ignore[attr-defined]
