"""psycopg: what the objects are instances of."""

import psycopg
import psycopg_pool

from tests.contract.harness import World
from tests.contract.on_psycopg.copies import INTO


async def a_connection_is_one_of_the_driver(db: World) -> None:
    kinds = (psycopg.AsyncConnection, psycopg.Connection, psycopg.AsyncCursor)
    db.note(*(isinstance(db.connection, kind) for kind in kinds))
    db.note(issubclass(db.connection.__class__, psycopg.AsyncConnection))


async def a_cursor_is_one_of_the_driver(db: World) -> None:
    kinds = (psycopg.AsyncCursor, psycopg.AsyncServerCursor, psycopg.Cursor)
    for cursor in (db.connection.cursor(), db.connection.cursor("named")):
        db.note(*(isinstance(cursor, kind) for kind in kinds))
        await cursor.close()


async def a_pool_is_one_of_the_driver(db: World) -> None:
    pool = await db.make_pool()
    db.note(
        *(isinstance(pool, kind) for kind in (psycopg_pool.AsyncConnectionPool, psycopg_pool.ConnectionPool))
    )
    async with pool.connection() as connection:
        db.note(isinstance(connection, psycopg.AsyncConnection))


async def a_transaction_is_one_of_the_driver(db: World) -> None:
    async with db.connection.transaction() as transaction:
        db.note(
            isinstance(transaction, psycopg.AsyncTransaction), isinstance(transaction, psycopg.Transaction)
        )


async def a_copy_is_one_of_the_driver(db: World) -> None:
    async with db.connection.cursor().copy(INTO) as copy:
        db.note(isinstance(copy, psycopg.AsyncCopy))


async def what_it_tells_of_itself_is_of_the_driver(db: World) -> None:
    cursor = await db.connection.execute("SELECT 1 AS one")
    db.note(isinstance(db.connection.info, psycopg.ConnectionInfo))
    db.note(isinstance(cursor.connection, psycopg.AsyncConnection))
