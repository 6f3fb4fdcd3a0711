"""Both worlds of aiosqlite: a database in a file of its own, and the fake."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosqlite
from async_testing.templates.fakes import aiosqlite as fakes

from tests.contract.harness import Driver, World
from tests.contract.on_aiosqlite import calls, cursors, failures, kinds, transactions

SCHEMA = """
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS item (
        id integer PRIMARY KEY, name text NOT NULL UNIQUE, price int CONSTRAINT item_price_check CHECK (price >= 0)
    );
    CREATE TABLE IF NOT EXISTS note (id integer PRIMARY KEY, item int REFERENCES item (id));
    INSERT OR IGNORE INTO item VALUES (1, 'one', 10), (2, 'two', NULL);
"""


def look(value: Any) -> Any:
    """A value as both worlds can be compared by: what is of the driver only by being an object."""
    if isinstance(value, sqlite3.Row):
        return ["Row", dict(value)]
    kind = type(value).__name__
    if isinstance(value, list | tuple):
        return [kind, *map(look, value)]
    plain = value is None or isinstance(value, bool | int | str | bytes | dict)
    return [kind, value] if plain else ["object"]


@asynccontextmanager
async def live(folder: str) -> AsyncIterator[World]:
    """A connection to a database with the tables as they are to be."""
    path = Path(folder, f"{uuid4().hex}.sqlite")
    opened = []

    async def another(**options: Any) -> Any:
        opened.append(await aiosqlite.connect(path, **options))
        return opened[-1]

    connection = await another()
    await connection.executescript(SCHEMA)
    try:
        yield World(connection, another, look)
    finally:
        for one in opened:
            await one.close()


def fake(script: dict[str, Any]) -> World:
    """A connection with the script."""
    connection = fakes.FakeConnection()
    for kind, value in script.items():
        setattr(connection, f"{kind}_return", value)

    async def another(**options: Any) -> Any:
        twin = connection.sibling()
        twin._level = options.get("isolation_level", "")
        return twin

    return World(connection, another, look)


async def prepare(folder: str) -> None:
    """Nothing: each behaviour has a database of its own."""


DRIVER = Driver(
    name="aiosqlite",
    modules=(calls, cursors, transactions, failures, kinds),
    live=live,
    fake=fake,
    prepare=prepare,
    known={
        "a_wrong_type_is_noticed_unasked": "the fake does not know the types of columns; script the IntegrityError",
        "a_wrong_word_is_noticed_unasked": "the fake does not parse SQL as SQLite does; run it on a real one",
    },
    server="sqlite",
)
