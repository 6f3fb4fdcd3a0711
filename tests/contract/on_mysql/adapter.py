"""Both worlds of aiomysql and of asyncmy, which share most of their behaviours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from async_testing.templates.fakes import aiomysql, asyncmy

from tests.contract.harness import Driver, World
from tests.contract.on_mysql import (
    calls,
    cursors,
    failures,
    kinds,
    only_aiomysql,
    only_asyncmy,
    pools,
    several,
    transactions,
)

SCHEMA = (
    "SET foreign_key_checks = 0",
    "CREATE OR REPLACE DATABASE contract",
    "CREATE TABLE contract.item (id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, price int, "
    "UNIQUE KEY item_name (name), CONSTRAINT item_price_check CHECK (price >= 0))",
    "CREATE TABLE contract.note (id int PRIMARY KEY, item int, "
    "CONSTRAINT note_item_fkey FOREIGN KEY (item) REFERENCES item (id))",
)
RESET = (
    "SET foreign_key_checks = 0",
    "TRUNCATE note",
    "TRUNCATE item",
    "INSERT INTO item VALUES (1, 'one', 10), (2, 'two', NULL)",
    "SET foreign_key_checks = 1",
)
SHARED = (calls, cursors, transactions, pools, failures, kinds, several)
UNTYPED = "the fake does not know the types of columns; script the DataError"
UNPARSED = "the fake does not parse SQL as the server does; replay it on a real one"


@dataclass
class MysqlWorld(World):
    """What a behaviour works with, the driver's module among it."""

    driver: Any = None
    cursors: Any = None


def look(value: Any) -> Any:
    """A value as both worlds can be compared by: what is of the driver only by being an object."""
    kind = type(value).__name__
    if isinstance(value, list | tuple) and kind in ("list", "tuple"):
        return [kind, *map(look, value)]
    plain = value is None or isinstance(value, bool | int | str | bytes | dict)
    return (
        ["int", int(value)]
        if type(value) is not bool and isinstance(value, int)
        else ([kind, value] if plain else ["object"])
    )


def driver(name: str, fakes: Any, only: ModuleType, known: dict[str, str]) -> Driver:
    """The contract of one of the two."""
    module, cursor_classes = import_module(name), import_module(f"{name}.cursors")

    def arguments(dsn: str) -> dict[str, Any]:
        return {"unix_socket": parse_qs(urlsplit(dsn).query)["unix_socket"][0], "user": "root"}

    @asynccontextmanager
    async def live(dsn: str) -> AsyncIterator[World]:
        options = arguments(dsn) | {"db": "contract"}
        pools: list[Any] = []

        async def pool(**more: Any) -> Any:
            pools.append(await module.create_pool(**{"minsize": 1, "maxsize": 2, **more}, **options))
            return pools[-1]

        connection = await module.connect(**options)
        cursor = await connection.cursor()
        for statement in RESET:
            await cursor.execute(statement)
        await connection.commit()
        try:
            yield MysqlWorld(connection, pool, look, driver=module, cursors=cursor_classes)
        finally:
            connection.close()
            for made in pools:
                made.terminate()
                await made.wait_closed()
            await asyncio.sleep(0.001)  # the sockets are closed by the loop

    def fake(script: dict[str, Any]) -> World:
        connection = fakes.FakeConnection()
        for kind, value in script.items():
            setattr(connection, f"{kind}_return", value(fakes.errors) if callable(value) else value)

        async def pool(**more: Any) -> Any:
            return fakes.FakePool(connection, **{"minsize": 1, "maxsize": 2, **more})

        return MysqlWorld(connection, pool, look, driver=module, cursors=cursor_classes)

    async def prepare(dsn: str) -> None:
        connection = await module.connect(**arguments(dsn))
        cursor = await connection.cursor()
        for statement in SCHEMA:
            await cursor.execute(statement)
        await connection.ensure_closed()
        await asyncio.sleep(0.001)

    return Driver(name, (*SHARED, only), live, fake, prepare, known, server="mariadb")


KNOWN = {
    "a_wrong_type_is_noticed_unasked": UNTYPED,
    "a_wrong_word_is_noticed_unasked": UNPARSED,
}
AIOMYSQL = driver("aiomysql", aiomysql, only_aiomysql, dict(KNOWN))
ASYNCMY = driver("asyncmy", asyncmy, only_asyncmy, dict(KNOWN))
