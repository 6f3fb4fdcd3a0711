"""Both worlds of asyncpg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from async_testing.templates.fakes import asyncpg as fakes

from tests.contract.harness import RESET, SCHEMA, Driver, World
from tests.contract.on_asyncpg import (
    calls,
    failures,
    guards,
    kinds,
    objects,
    orders,
    pools,
    resources,
    transactions,
)

asyncpg = import_module("asyncpg")


def look(value: Any) -> Any:
    """A value as both worlds can be compared by: records by their fields, what is of the driver by its kind."""
    kind = type(value).__name__.removeprefix("Fake")
    if isinstance(value, list | tuple):
        return [kind, *map(look, value)]
    if hasattr(value, "items") and not isinstance(value, dict):
        return ["Record", list(value.items())]
    plain = value is None or isinstance(value, bool | int | str | bytes | dict)
    return [kind, value] if plain else ["object"]


@asynccontextmanager
async def live(dsn: str) -> AsyncIterator[World]:
    """A connection to the server, with the table as it is to be."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(RESET)
    pools: list[Any] = []

    async def pool() -> Any:
        pools.append(await asyncpg.create_pool(dsn, min_size=1, max_size=2))
        return pools[-1]

    try:
        yield World(connection, pool, look)
    finally:
        connection.terminate()
        for made in pools:
            made.terminate()


def fake(script: dict[str, Any]) -> World:
    """A connection with the script."""
    connection = fakes.FakeConnection()
    for kind, value in script.items():
        setattr(connection, f"{kind}_return", value)

    async def pool() -> fakes.FakePool:
        return fakes.FakePool(connection, min_size=1, max_size=2)

    return World(connection, pool, look)


async def prepare(dsn: str) -> None:
    """Make the table."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    await connection.close()


DRIVER = Driver(
    name="asyncpg",
    modules=(calls, objects, transactions, orders, pools, resources, failures, kinds, guards),
    live=live,
    fake=fake,
    prepare=prepare,
    known={
        "a_record_of_a_wrong_type_is_not_copied": "the fake does not know the types of columns; script the error",
        "a_wrong_type_is_noticed_unasked": "the fake does not know the types of columns; script the DataError",
        "a_wrong_word_is_noticed_unasked": "the fake does not parse SQL as the server does; replay it on a real one",
    },
)
