"""Both worlds of psycopg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import psycopg_pool
from async_testing.templates.fakes import psycopg as fakes

from tests.contract.harness import RESET, SCHEMA, Driver, World
from tests.contract.on_psycopg import (
    calls,
    copies,
    cursors,
    failures,
    kinds,
    notifications,
    pools,
    settings,
    several,
    transactions,
)


def look(value: Any) -> Any:
    """A value as both worlds can be compared by: cursors and what else is of the driver by their kind."""
    kind = type(value).__name__
    if isinstance(value, list | tuple) and kind in ("list", "tuple"):
        return [kind, *map(look, value)]
    if kind.endswith("Column"):
        return ["column", value.name]
    plain = value is None or isinstance(value, bool | int | str | bytes | dict)
    return [kind, value] if plain else ["object"]


@asynccontextmanager
async def live(dsn: str) -> AsyncIterator[World]:
    """A connection to the server, with the table as it is to be."""
    connection = await psycopg.AsyncConnection.connect(dsn)
    await connection.execute(RESET)
    await connection.commit()
    pools: list[Any] = []

    async def pool(*, open: bool = True, **options: Any) -> Any:
        sizes = {"min_size": 1, "max_size": 2, "name": "pool-1"} | options
        made: Any = psycopg_pool.AsyncConnectionPool(dsn, open=False, **sizes)
        pools.append(made)
        if open:
            await made.open(wait=True)
        return made

    try:
        yield World(connection, pool, look)
    finally:
        await connection.close()
        for made in pools:
            await made.close()


def fake(script: dict[str, Any]) -> World:
    """A connection with the script."""
    connection = fakes.FakeConnection()
    for kind, value in script.items():
        setattr(connection, f"{kind}_return", value)

    async def pool(**options: Any) -> fakes.FakePool:
        return fakes.FakePool(connection, **{"min_size": 1, "max_size": 2} | options)

    return World(connection, pool, look)


async def prepare(dsn: str) -> None:
    """Make the table."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute(SCHEMA)


DRIVER = Driver(
    name="psycopg",
    modules=(calls, cursors, transactions, pools, copies, failures, kinds, several, settings, notifications),
    live=live,
    fake=fake,
    prepare=prepare,
    known={
        "an_error_in_a_pipeline_comes_late": "the fake runs each statement of a pipeline at once, and raises there",
        "a_wrong_type_is_noticed_unasked": "the fake does not know the types of columns; script the DataError",
        "a_wrong_word_is_noticed_unasked": "the fake does not parse SQL as the server does; replay it on a real one",
    },
)
