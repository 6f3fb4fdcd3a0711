"""What the repositories ask of aiomysql, where connections come from, and transactions that are tried again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

import aiomysql  # type: ignore[import-untyped]

from src.errors import DEADLOCK, LOCK_WAIT, BankError

T = TypeVar("T")


class Cursor(Protocol):
    """Where statements are sent; its rows are dicts."""

    @property
    def lastrowid(self) -> int | None:
        """The id that the last INSERT gave."""

    def execute(self, query: str, args: Sequence[Any], /) -> Awaitable[Any]:
        """Run a statement."""

    def executemany(self, query: str, args: Sequence[Sequence[Any]], /) -> Awaitable[Any]:
        """Run a statement for each of the arguments; an INSERT once with all of them."""

    def fetchone(self) -> Awaitable[Any]:
        """Return the next row, or None."""

    def fetchall(self) -> Awaitable[Any]:
        """Return the rows that are left."""


class Connection(Protocol):
    """One conversation with the database."""

    @property
    def closed(self) -> bool:
        """Whether it is over."""

    def cursor(self, kind: type, /) -> AbstractAsyncContextManager[Cursor]:
        """Make a cursor of a class, for the time of the block."""

    def begin(self) -> Awaitable[None]:
        """Begin a transaction."""

    def commit(self) -> Awaitable[None]:
        """Keep what was done."""

    def rollback(self) -> Awaitable[None]:
        """Undo what was done."""


class Pool(Protocol):
    """Where connections come from."""

    def acquire(self) -> Awaitable[Connection]:
        """Lend a connection, as soon as there is one."""

    def release(self, connection: Any, /) -> Awaitable[None]:
        """Take it back."""


@asynccontextmanager
async def lent(pool: Pool, seconds: float) -> AsyncIterator[Connection]:
    """Lend a connection. Raises BankError (503) if there is none to be had in so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            connection = await pool.acquire()
    except (OSError, aiomysql.MySQLError) as error:  # a timeout is an OSError
        raise BankError(503, "The database is not available") from error
    try:
        yield connection
    finally:
        await pool.release(connection)


async def transaction(
    connection: Connection, work: Callable[[Cursor], Awaitable[T]], *, attempts: int = 3
) -> T:
    """Run `work` in a transaction of its own, again from the start after a deadlock or too long a wait for a lock.

    Returns what it returns. Raises what the last attempt raises.
    """
    while True:
        attempts -= 1
        await connection.begin()
        try:
            async with connection.cursor(aiomysql.DictCursor) as cursor:
                result = await work(cursor)
            await connection.commit()
        except BaseException as error:
            # A statement that is cancelled closes the connection; to roll that back would hide why.
            if not connection.closed:
                await connection.rollback()
            again = isinstance(error, aiomysql.MySQLError) and error.args[:1] in ((DEADLOCK,), (LOCK_WAIT,))
            if not again or not attempts:
                raise
        else:
            return result
