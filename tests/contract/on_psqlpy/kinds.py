"""psqlpy: what the objects are instances of."""

import psqlpy

from tests.contract.harness import World


async def a_connection_is_one_of_the_driver(db: World) -> None:
    pool = await db.make_pool()
    connection = await pool.connection()
    db.note(isinstance(pool, psqlpy.ConnectionPool), isinstance(connection, psqlpy.Connection))
    connection.close()


async def a_transaction_is_one_of_the_driver(db: World) -> None:
    db.note(isinstance(db.connection.transaction(), psqlpy.Transaction))
    db.note(isinstance(db.connection.cursor("SELECT 1"), psqlpy.Cursor))
