"""What the behaviours of aiosqlite share: statements, and steps that are noted."""

from typing import Any

from async_testing.templates.fakes.aiosqlite import errors

from tests.contract.harness import World

ALL = "SELECT id, name, price FROM item ORDER BY id"
ONE = "SELECT id, name, price FROM item WHERE id = ?"
NOBODY = "SELECT id, name, price FROM item WHERE id = -1"
NOTE = "INSERT INTO note VALUES (?, ?)"
NOTES = "SELECT count(*) AS count FROM note"
AGAIN = "INSERT INTO item VALUES (1, 'again', NULL)"
TWICE = errors.unique_violation("PRIMARY KEY", table="item", key={"id": 1})


async def run(db: World, *statements: str) -> None:
    """Run statements and note what becomes of each."""
    for statement in statements:
        await db.see(db.connection.execute(statement))


async def count(db: World) -> None:
    """Note how many rows another connection sees."""
    other = await db.make_pool()
    async with other.execute(NOTES) as cursor:
        await db.see(cursor.fetchone())


def state(db: World, cursor: Any) -> None:
    """Note what a cursor tells of its last statement."""
    db.note(cursor.rowcount, cursor.lastrowid, cursor.description is None, db.connection.in_transaction)
