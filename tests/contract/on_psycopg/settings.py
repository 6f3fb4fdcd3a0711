"""psycopg: what a connection is set to, and what values can be sent."""

import enum
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from tests.contract.harness import World
from tests.contract.on_psycopg.calls import INSERT, NOBODY, ONE


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


async def settings_are_set_with_methods(db: World) -> None:
    for name, value in (
        ("autocommit", True),
        ("isolation_level", 3),
        ("read_only", True),
        ("deferrable", True),
    ):
        await db.see(lambda name=name, value=value: setattr(db.connection, name, value))
        db.note(getattr(db.connection, name))


async def settings_are_converted(db: World) -> None:
    connection = db.connection
    await db.see(connection.set_isolation_level(3))
    db.note(connection.isolation_level is IsolationLevel.REPEATABLE_READ)
    await db.see(connection.set_isolation_level(IsolationLevel.SERIALIZABLE))
    db.note(connection.isolation_level is IsolationLevel.SERIALIZABLE)
    await db.see(connection.set_isolation_level(None), connection.set_isolation_level(9))
    db.note(connection.isolation_level)
    await db.see(connection.set_read_only(1), connection.set_deferrable(0), connection.set_autocommit(1))
    db.note(connection.read_only, connection.deferrable, connection.autocommit)
    await db.see(connection.set_read_only(None), connection.set_deferrable(None))
    db.note(connection.read_only, connection.deferrable)


async def what_cannot_be_adapted_is_refused(db: World) -> None:
    for value in ({"a": 1}, object(), [{"a": 1}], {1, 2}, print):
        await db.see(db.connection.execute(ONE, [value]))
        db.note(db.connection.info.transaction_status.name)
    query = "SELECT 1 FROM item WHERE id = %(id)s"
    await db.see(db.connection.execute(query, {"id": object(), "unused": object()}))
    await db.see(db.connection.execute("SELECT 1 FROM item WHERE id = %b", [object()]))


async def one_set_that_cannot_be_adapted_is_refused(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.executemany(INSERT, [(3, "three"), (4, {"a": 1})]))


async def what_can_be_adapted_is_sent(db: World) -> None:
    values: list[Any] = [
        *(None, True, 1, 2**40, 1.5, Decimal("1.5"), "a", b"a", date(2026, 1, 2), uuid.UUID(int=1)),
        *([1, 2], ["a"], [], Jsonb({"a": 1}), Colour.RED, (1, "a")),
    ]
    for value in values:
        await db.see(_sent(db, value))


async def _sent(db: World, value: Any) -> None:
    await db.connection.execute("SELECT %s::text WHERE false", [value])


async def what_is_a_wrong_value_is_refused(db: World) -> None:
    await db.see(_sent(db, "a\x00b"), _sent(db, 10**200), _sent(db, [1, "a"]))
    await db.connection.rollback()
    await db.see(_none(db))


async def _none(db: World) -> None:
    await db.connection.execute(NOBODY)
