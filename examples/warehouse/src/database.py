"""What the repositories ask of asyncpg, where connections come from, and transactions that are tried again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TypeVar

import asyncpg  # type: ignore[import-untyped]

from src.errors import WarehouseError

T = TypeVar("T")


class Row(Protocol):
    """What a query brings; asyncpg.Record is one."""

    def __getitem__(self, key: str, /) -> Any:
        """Return the value of a column."""

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""


class Connection(Protocol):
    """One conversation with the database."""

    def execute(self, query: str, *args: Any) -> Awaitable[str]:
        """Run a statement and return its status, as `UPDATE 1`."""

    def executemany(self, command: str, args: Iterable[Sequence[Any]]) -> Awaitable[None]:
        """Run a statement once for each set of arguments."""

    def fetch(self, query: str, *args: Any) -> Awaitable[Sequence[Row]]:
        """Run a query and return its rows."""

    def fetchrow(self, query: str, *args: Any) -> Awaitable[Row | None]:
        """Run a query and return its first row, or None."""

    def fetchval(self, query: str, *args: Any) -> Awaitable[Any]:
        """Run a query and return the first value of its first row, or None."""

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[None]:
        """Commit what is done in the block, or roll it back; within another one, to a savepoint."""

    def add_listener(self, channel: str, callback: Callable[..., None]) -> Awaitable[None]:
        """Call back with connection, process, channel and payload for each notification."""

    def remove_listener(self, channel: str, callback: Callable[..., None]) -> Awaitable[None]:
        """Do not call back any more."""


class Pool(Protocol):
    """Where connections come from."""

    def acquire(self, *, timeout: float | None = None) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection for the time of the block."""


@asynccontextmanager
async def lent(pool: Pool, seconds: float) -> AsyncIterator[Connection]:
    """Lend a connection. Raises WarehouseError (503) if there is none to be had in so many seconds."""
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(pool.acquire(timeout=seconds))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise WarehouseError(503, "The database is not available") from error
        yield connection


async def retried(connection: Connection, work: Callable[[], Awaitable[T]], *, attempts: int = 5) -> T:
    """Run `work` in a serializable transaction of its own, again where others were quicker.

    Returns what it returns. Raises what the last attempt raises.
    """
    while True:
        attempts -= 1
        try:
            async with connection.transaction(isolation="serializable"):
                return await work()
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            if not attempts:
                raise
