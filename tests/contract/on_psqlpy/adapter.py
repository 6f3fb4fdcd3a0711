"""Both worlds of psqlpy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psqlpy
from async_testing.templates.fakes import psqlpy as fakes

from tests.contract.harness import RESET, SCHEMA, Driver, World
from tests.contract.on_psqlpy import (
    calls,
    failures,
    kinds,
    objects,
    orders,
    pools,
    resources,
    results,
    surprises,
    transactions,
)


def look(value: Any) -> Any:
    """A value as both worlds can be compared by: results by their kind and rows, records by their fields."""
    kind = type(value).__name__
    if isinstance(value, list | tuple):
        return [kind, *map(look, value)]
    if hasattr(value, "as_class"):
        return [kind, value.result()]
    if kind == "Record":
        return [kind, value.items()]
    if kind.endswith("Status"):
        return ["status", value.max_size, value.size, value.available, value.waiting, str(value)]
    plain = value is None or isinstance(value, bool | int | str | bytes | dict)
    return [kind, value] if plain else ["object"]


@asynccontextmanager
async def live(dsn: str) -> AsyncIterator[World]:
    """A connection to the server, with the table as it is to be."""
    connection = await psqlpy.connect(dsn=dsn)
    await connection.execute_batch(RESET)

    async def pool() -> psqlpy.ConnectionPool:
        return psqlpy.ConnectionPool(dsn=dsn, max_db_pool_size=2)

    try:
        yield World(connection, pool, look)
    finally:
        connection.close()


def fake(script: dict[str, Any]) -> World:
    """A connection with the script."""
    connection = fakes.FakeConnection()
    for kind, value in script.items():
        setattr(connection, f"{kind}_return", value)

    async def pool() -> fakes.FakePool:
        return fakes.FakePool(connection, max_size=2)

    return World(connection, pool, look)


async def prepare(dsn: str) -> None:
    """Make the table."""
    connection = await psqlpy.connect(dsn=dsn)
    await connection.execute_batch(SCHEMA)
    connection.close()


DRIVER = Driver(
    name="psqlpy",
    modules=(calls, results, objects, transactions, orders, pools, resources, failures, surprises, kinds),
    live=live,
    fake=fake,
    prepare=prepare,
    known={
        "a_record_too_wide_is_not_copied": "the fake does not know the columns of a table",
        "a_wrong_type_is_noticed_unasked": "the fake does not know the types of columns; script the TypeError",
        "a_wrong_word_is_noticed_unasked": "the fake does not parse SQL as the server does; replay it on a real one",
        "a_prepared_statement_tells_its_columns": "the fake does not know the columns of a result",
    },
)
