"""What replaying asks of a live server, once for each driver; it runs under the interpreter of the user's project.

A module here imports its driver when it is opened, since only the project's environment has it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol

SERVERS = {
    "asyncpg": "postgresql",
    "psqlpy": "postgresql",
    "psycopg": "postgresql",
    "aiomysql": "mysql",
    "asyncmy": "mysql",
    "aiosqlite": "sqlite",
}
"""Driver → the kind of server that it talks to."""
MODULES = {"aiomysql": "on_mysql", "asyncmy": "on_mysql", "aiosqlite": "on_sqlite"}

PLANNED = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(with|select|insert|update|delete|merge|replace|values|table)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Statements that a server plans without running them."""


class Rejected(Exception):
    """The server, or the driver on the way to it, does not take a statement.

    Args:
        message: what it says, in one line.
        position: the character of the statement that it points to, from 1; None where it does not say.
        values: whether the values are what is wrong.
    """

    def __init__(self, message: object, position: int | None = None, *, values: bool = False) -> None:
        super().__init__(" ".join(str(message).split()))
        self.position = position
        self.values = values


class Described(NamedTuple):
    """What a server says of a statement without running it."""

    parameters: tuple[str, ...] | None
    """The names of the parameters' types in order, None where the server does not tell."""
    columns: tuple[tuple[str, str], ...] | None
    """Name and type of each column that it gives, None where the server does not tell."""


Columns = tuple[tuple[str, str], ...]


class Live(Protocol):
    """A connection to a live server through one driver."""

    version: str
    """The server and the driver, with their versions."""
    transactional: bool
    """Whether definitions of tables can be undone."""

    async def script(self, text: str) -> None:
        """Run statements, one or many, without parameters."""

    async def describe(self, statement: str) -> Described:
        """Have the server look at a statement without running it; raises ``Rejected``."""

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> Columns | None:
        """Hand a statement over with values, but not to be run.

        Returns:
            Name and label of each column where only this tells them, the label empty where it is not known.

        Raises:
            Rejected: the driver or the server does not take the values.
        """

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """The enumerations of the database, with their members."""

    async def given(self, kind: str, literal: str) -> Any:
        """The value that the driver gives for a literal of a server's type; raises ``Rejected``."""

    async def close(self) -> None:
        """Close the connection."""


Open = Callable[[str, str], Awaitable[Live]]


def selects(statement: str) -> bool:
    """Whether a statement only reads."""
    found = PLANNED.match(statement)
    return found is not None and found[1].lower() in ("select", "with", "values")


def opener(driver: str) -> Open:
    """How a driver's connection is opened: called with the driver's name and a DSN.

    Raises:
        ImportError: this environment does not have the driver.
    """
    if driver != "aiosqlite":
        import_module(driver)
    found: Open = import_module(f"{__name__}.{MODULES.get(driver, f'on_{driver}')}").open_
    return found
