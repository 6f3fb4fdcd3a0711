"""aiosqlite: what the objects are instances of."""

import aiosqlite

from tests.contract.harness import World


async def a_connection_is_one_of_the_driver(db: World) -> None:
    db.note(isinstance(db.connection, aiosqlite.Connection))


async def a_cursor_is_one_of_the_driver(db: World) -> None:
    db.note(isinstance(await db.connection.cursor(), aiosqlite.Cursor))
