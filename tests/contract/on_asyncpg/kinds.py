"""asyncpg: what the objects are instances of."""

import asyncpg
from asyncpg import cursor, pool, prepared_stmt, transaction

from tests.contract.harness import World


async def a_connection_is_one_of_the_driver(db: World) -> None:
    kinds = (asyncpg.Connection, pool.PoolConnectionProxy, asyncpg.Pool)
    db.note(*(isinstance(db.connection, kind) for kind in kinds))
    db.note(issubclass(db.connection.__class__, asyncpg.Connection))


async def a_connection_of_a_pool_is_a_proxy(db: World) -> None:
    made = await db.make_pool()
    db.note(isinstance(made, asyncpg.Pool), isinstance(made, asyncpg.Connection))
    async with made.acquire() as connection:
        db.note(*(isinstance(connection, kind) for kind in (asyncpg.Connection, pool.PoolConnectionProxy)))
        db.note(issubclass(connection.__class__, asyncpg.Connection))


async def a_transaction_is_one_of_the_driver(db: World) -> None:
    db.note(isinstance(db.connection.transaction(), transaction.Transaction))


async def statements_and_cursors_are_those_of_the_driver(db: World) -> None:
    statement = await db.connection.prepare("SELECT 1 AS one")
    db.note(isinstance(statement, prepared_stmt.PreparedStatement))
    async with db.connection.transaction():
        made = db.connection.cursor("SELECT 1 AS one")
        db.note(isinstance(made, cursor.CursorFactory), isinstance(await made, cursor.Cursor))
