"""What the behaviours of the drivers of MySQL share: statements, and steps that are noted."""

from typing import Any

from tests.contract.harness import World

ALL = "SELECT id, name, price FROM item ORDER BY id"
ONE = "SELECT id, name, price FROM item WHERE id = %s"
NOBODY = "SELECT id, name, price FROM item WHERE id = -1"
COUNT = "SELECT count(*) AS count FROM item"
INSERT = "INSERT INTO item (name) VALUES (%s)"
AGAIN = "INSERT INTO item (id, name) VALUES (1, 'again')"
NOTE = "INSERT INTO note VALUES (%s, 1)"
NOTES = "SELECT count(*) AS count FROM note"


def twice(errors: Any) -> Exception:
    """What the server says of a second row with the id 1."""
    made: Exception = errors.unique_violation("PRIMARY", key={"id": 1})
    return made


async def one(cursor: Any) -> Any:
    """The next row, by a call that raises when it is awaited in both drivers."""
    return await cursor.fetchone()


async def many(cursor: Any, *size: int) -> Any:
    """The next rows."""
    return await cursor.fetchmany(*size)


async def rest(cursor: Any) -> Any:
    """The rows that are left."""
    return await cursor.fetchall()


async def state(db: World, cursor: Any) -> None:
    """Note what a cursor tells of its last statement."""
    db.note(cursor.rowcount, cursor.lastrowid, cursor.rownumber)
    db.note(cursor.description is None, db.connection.affected_rows(), db.connection.insert_id())


async def execute(db: Any, *statements: str) -> None:
    """Run statements and note what each of them gives."""
    async with db.connection.cursor() as cursor:
        await db.see(*(cursor.execute(statement) for statement in statements))


async def count(db: Any, query: str = NOTES) -> None:
    """Note how many rows another connection sees."""
    pool = await db.make_pool()
    async with pool.acquire() as conn, conn.cursor() as cursor:
        await cursor.execute(query)
        await db.see(cursor.fetchone())


def status(db: Any) -> None:
    """Note what a connection knows of its transaction."""
    db.note(db.connection.get_transaction_status(), db.connection.get_autocommit())


async def run(conn: Any, query: str) -> Any:
    """Run a statement on a connection. Returns its first row."""
    async with conn.cursor() as cursor:
        await cursor.execute(query)
        return await cursor.fetchone()


async def acquired(pool: Any) -> Any:
    """A connection of a pool, as a coroutine."""
    return await pool.acquire()
