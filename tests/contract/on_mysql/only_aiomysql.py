"""aiomysql: what asyncmy does otherwise or not at all."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers

from tests.contract.harness import ROWS, scripted
from tests.contract.on_mysql.steps import ALL, NOBODY


async def cursors_are_checked(db: Any) -> None:
    await db.see(lambda: db.connection.cursor(dict), lambda: db.connection.cursor("DictCursor"))
    db.connection.close()
    await db.see(lambda: db.connection.cursor())


@scripted(fetch=ROWS)
async def classes_of_cursors_are_joined(db: Any) -> None:
    cursor = await db.connection.cursor(db.cursors.SSCursor, db.cursors.DictCursor)
    await db.see(cursor.execute(ALL), cursor.fetchone(), cursor.fetchall())


async def a_cursor_that_is_not_awaited_is_none(db: Any) -> None:
    cursor = db.connection.cursor()
    db.note(hasattr(cursor, "execute"), hasattr(cursor, "fetchone"))
    cursor = await cursor
    db.note(hasattr(cursor, "execute"), cursor.closed)
    await cursor.close()
    db.note(cursor.closed, db.connection.closed)


@scripted(fetch=answers([{"1": 1}], [{"2": 2}]))
async def two_statements_at_once_are_refused(db: Any) -> None:
    first, second = await db.connection.cursor(), await db.connection.cursor()
    found = await asyncio.gather(
        first.execute("SELECT 1"), second.execute("SELECT 2"), return_exceptions=True
    )
    db.note(found[0], type(found[1]).__name__, str(found[1]))


@scripted(fetch=ROWS)
async def fetches_of_buffered_rows_are_futures(db: Any) -> None:
    cursor = await db.connection.cursor()
    await cursor.execute(ALL)
    for given in (cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall(), cursor.scroll(0, "absolute")):
        db.note(isinstance(given, asyncio.Future), given.done())


async def a_pool_without_a_limit(db: Any) -> None:
    pool = await db.make_pool(maxsize=0)
    db.note(pool.maxsize, pool.closed)
    held = [await pool.acquire() for _ in range(3)]
    db.note(pool.size)
    for conn in held:
        pool.release(conn)
    pool.close()
    await pool.wait_closed()
    db.note(pool.closed)


@scripted(fetch=[{"id": 3}])
async def returning_hides_the_transaction(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await db.see(cursor.execute("INSERT INTO item (name) VALUES ('three') RETURNING id"))
    db.note(db.connection.get_transaction_status())


async def a_sequence_is_no_value(db: Any) -> None:
    cursor = await db.connection.cursor()
    for value in ((1, 2), {"a": 1}):
        await db.see(cursor.execute(NOBODY + " OR id IN %s", [value]))


async def a_connection_tells_its_character_set(db: Any) -> None:
    db.note(db.connection.charset, db.connection.character_set_name())
    await db.see(db.connection.set_charset("latin1"))
    db.note(db.connection.charset)
