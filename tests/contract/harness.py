"""One behaviour, run on the fake and on the live driver, and what was seen of each.

A behaviour is an async function in a module of a driver's folder: it takes a `World` and calls the driver in its
own spelling. `@scripted(…)` says what the fake is to answer; the live driver answers from a table of two rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from inspect import getmembers, isawaitable, iscoroutinefunction
from types import ModuleType
from typing import Any

SCHEMA = """
    DROP TABLE IF EXISTS note;
    DROP TABLE IF EXISTS item;
    CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, price int CHECK (price >= 0));
    CREATE TABLE note (id int PRIMARY KEY, item int REFERENCES item DEFERRABLE);
"""
ROWS: list[dict[str, Any]] = [{"id": 1, "name": "one", "price": 10}, {"id": 2, "name": "two", "price": None}]
RESET = "TRUNCATE item, note; INSERT INTO item VALUES (1, 'one', 10), (2, 'two', NULL);"

TOLD = (
    *("sqlstate", "detail", "schema_name", "table_name", "column_name", "constraint_name"),
    *("message_primary", "message_detail", "severity", "sqlite_errorname", "sqlite_errorcode"),
)
"""What an exception may tell of what the server said."""

Behaviour = Callable[["World"], Awaitable[None]]


@dataclass
class World:
    """What a behaviour works with: a connection, a pool of at most two, and a place to put what it sees."""

    connection: Any
    make_pool: Callable[[], Awaitable[Any]]
    look: Callable[[Any], Any]
    seen: list[Any] = field(default_factory=list)

    async def see(self, *attempts: Awaitable[Any] | Callable[[], Any]) -> Any:
        """Try each, and note its value or its exception. Returns the value of the last, None if it raised."""
        value: Any = None
        for attempt in attempts:
            try:
                value = attempt() if callable(attempt) and not isawaitable(attempt) else attempt
                value = await value if isawaitable(value) else value
            except (Exception, asyncio.CancelledError) as error:
                value = None
                self.seen.append(described(error))
            else:
                self.seen.append(self.look(value))
        return value

    async def until(self, holds: Callable[[], Any]) -> None:
        """Let other tasks run until something holds."""
        for _ in range(10_000):
            if holds():
                return
            await asyncio.sleep(0.0001)
        raise TimeoutError("it never came to hold")

    def note(self, *values: Any) -> None:
        """Note values as they are."""
        self.seen += [self.look(value) for value in values]


@dataclass(frozen=True)
class Driver:
    """How to make both worlds of a driver; `known` names the behaviours in which they differ, and why."""

    name: str
    modules: tuple[ModuleType, ...]
    live: Callable[[str], AbstractAsyncContextManager[World]]
    fake: Callable[[dict[str, Any]], World]
    prepare: Callable[[str], Coroutine[Any, Any, None]]
    known: dict[str, str]
    server: str = "postgresql"

    def behaviours(self) -> dict[str, Behaviour]:
        """All behaviours by name. Raises: ValueError for a name that occurs twice."""
        found: dict[str, Behaviour] = {}
        for module in self.modules:
            for name, function in getmembers(module, iscoroutinefunction):
                if function.__module__ == module.__name__ and not name.startswith("_"):
                    if name in found:
                        raise ValueError(f"{self.name} has two behaviours of the name {name}")
                    found[name] = function
        return found


def scripted(**script: Any) -> Callable[[Behaviour], Behaviour]:
    """Say what the fake is to answer: `fetch=[…]` sets `fetch_return`."""

    def mark(behaviour: Behaviour) -> Behaviour:
        behaviour.script = script  # type: ignore[attr-defined]
        return behaviour

    return mark


def described(error: BaseException) -> dict[str, Any]:
    """An exception: its classes, its text and what the server tells of it."""
    family = [kind.__name__ for kind in type(error).__mro__ if kind not in (BaseException, Exception, object)]
    found: dict[str, Any] = {"raised": family, "text": str(error)}
    for source in (error, getattr(error, "diag", None)):
        for name in TOLD:
            if getattr(source, name, None) is not None:
                found[name] = getattr(source, name)
    return found


async def on_fake(driver: Driver, behaviour: Behaviour) -> list[Any]:
    """What is seen of the fake."""
    world = driver.fake(getattr(behaviour, "script", {}))
    await asyncio.wait_for(behaviour(world), 5)
    return world.seen


async def on_live(driver: Driver, behaviour: Behaviour, dsn: str) -> list[Any]:
    """What is seen of the driver on a server."""
    async with driver.live(dsn) as world:
        await asyncio.wait_for(behaviour(world), 5)
        return world.seen


async def both(driver: Driver, name: str, dsn: str) -> tuple[list[Any], list[Any]]:
    """What is seen of the fake, and what of the live driver."""
    behaviour = driver.behaviours()[name]
    return await on_fake(driver, behaviour), await on_live(driver, behaviour, dsn)
