"""What the data access layer asks of the driver; psqlpy's own classes fit."""

from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Rows(Protocol):
    """What a query brings."""

    def result(self) -> list[dict[str, Any]]:
        """Return the rows."""


class Row(Protocol):
    """What a query for one row brings."""

    def result(self) -> dict[str, Any]:
        """Return the row."""


class Queries(Protocol):
    """A connection or a transaction."""

    def execute(self, querystring: str, parameters: Sequence[Any] | None = None) -> Awaitable[Rows]:
        """Run a statement and return its rows."""

    def execute_many(self, querystring: str, parameters: list[list[Any]] | None = None) -> Awaitable[None]:
        """Run a statement once for each set of parameters."""

    def fetch(self, querystring: str, parameters: Sequence[Any] | None = None) -> Awaitable[Rows]:
        """Run a query and return its rows."""

    def fetch_row(self, querystring: str, parameters: Sequence[Any] | None = None) -> Awaitable[Row]:
        """Run a query that must find exactly one row."""

    def fetch_val(self, querystring: str, parameters: Sequence[Any] | None = None) -> Awaitable[Any]:
        """Run a query that must find exactly one row and return its first column."""


class Connection(Queries, Protocol):
    """A connection, which can start a transaction."""

    def transaction(self) -> AbstractAsyncContextManager[Queries]:
        """Commit what is done in the block, or roll it back when the block fails."""


class Pool(Protocol):
    """Where connections come from."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection for the time of the block."""

    def close(self) -> None:
        """Close every connection."""
