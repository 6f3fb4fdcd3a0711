"""The pool of asyncpg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Generator
from types import TracebackType
from typing import Any

from ..common.kinds import SeenAs
from ..common.places import Places
from ..common.session import pause
from ..core.recording import Event
from .connection import FakeConnection
from .exceptions import interface_error
from .pool_calls import PoolCalls


class FakePool(SeenAs, PoolCalls):
    """An asyncpg pool, initialised. `acquire()` gives the scripted connection, or a sibling while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`); how many connections there
    are at least, and how many may be out at once.
    """

    seen = "asyncpg.pool.Pool"

    def __init__(
        self, connection: FakeConnection | None = None, *, min_size: int = 1, max_size: int = 10
    ) -> None:
        if max_size <= 0:
            raise ValueError("max_size is expected to be greater than zero")
        if min_size > max_size:
            raise ValueError("min_size is greater than max_size")
        self.fake = FakeConnection() if connection is None else connection
        self._min_size = min_size
        self._places = Places(max_size)
        self._places.made = min_size
        self._out: list[FakeConnection] = []
        self._closing = self._closed = False
        self._emptied: Any = None
        self.fake.ledger.unreleased = lambda: self._places.out

    def __await__(self) -> Generator[Any, None, "FakePool"]:
        return self._ready().__await__()

    async def _ready(self) -> "FakePool":
        await pause()
        return self

    async def __aenter__(self) -> "FakePool":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def acquire(self, *, timeout: float | None = None) -> "FakeAcquireContext":
        """A connection: await it and `release` it later, or enter it with `async with`."""
        return FakeAcquireContext(self, timeout)

    async def take(self, timeout: float | None) -> FakeConnection:
        """Wait for a connection. Raises: InterfaceError where the pool is closed, TimeoutError."""
        await pause()
        self._check_open()
        await self.fake.ledger.pass_by("ACQUIRE")
        taking = self._places.take()
        if timeout is not None:
            import asyncio

            taking = asyncio.wait_for(taking, timeout)
        if not await taking:
            self._check_open()
        connection = self.fake if self.fake not in self._out else self.fake.sibling()
        connection._reset_state(self)
        connection.session = connection.session_class(connection.ledger)
        self._out.append(connection)
        self.fake.events.append(Event("acquire"))
        return connection

    def _check_open(self) -> None:
        if self._closed or self._closing:
            raise interface_error("pool is closed" if self._closed else "pool is closing")

    async def release(self, connection: FakeConnection, *, timeout: float | None = None) -> None:
        """Take a connection back and roll back what it left open; a second time does nothing."""
        if not isinstance(connection, FakeConnection) or connection._pool is not self:
            raise interface_error(
                f"Pool.release() received invalid connection: {connection!r} is not a member of this pool"
            )
        if connection not in self._out:
            return
        await pause()
        if connection in self._out:
            connection.warn_of_listeners()
            connection.forget_listeners()
            if connection.session.open and not connection.session.gone:
                connection.session.rollback()
            self._forget(connection, "release")

    def discard(self, connection: FakeConnection) -> None:
        """Let go of a connection that was closed; called by the connection."""
        if connection not in self._out:
            return
        self._forget(connection, "release")
        self._places.made -= not self._closed

    def _forget(self, connection: FakeConnection, kind: str) -> None:
        connection._released = True
        self._out.remove(connection)
        self._places.give_back()
        self.fake.events.append(Event(kind))
        if not self._out and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    async def close(self) -> None:
        """Close the pool, once all connections are released."""
        if self._closed:
            return
        self._closing = True
        await pause()
        if self._out:
            import asyncio

            self._emptied = self._emptied or asyncio.get_running_loop().create_future()
            await self._emptied
        self._shut()

    def terminate(self) -> None:
        """Close the pool without waiting; connections that are out can't be used any more."""
        for connection in list(self._out):
            self._forget(connection, "release")
        self._shut()

    def _shut(self) -> None:
        if not self._closed:
            self._closed = self._closing = self._places.closed = True
            self._places.made = 0
            self._places.wake(len(self._places.waiters))
            self.fake.events.append(Event("close"))

    async def expire_connections(self) -> None:
        """Let go of the idle connections."""
        self._places.made = self._places.out

    def get_size(self) -> int:
        """How many connections there are."""
        return self._places.made

    def get_min_size(self) -> int:
        """How many connections there are at least."""
        return self._min_size

    def get_max_size(self) -> int:
        """How many connections may be out at once."""
        return self._places.limit

    def get_idle_size(self) -> int:
        """How many connections are not out."""
        return self._places.idle

    def is_closing(self) -> bool:
        """Whether the pool is closed or about to be."""
        return self._closed or self._closing


class FakeAcquireContext(SeenAs):
    """What `acquire()` returns: await it, or enter it once."""

    seen = "asyncpg.pool.PoolAcquireContext"

    def __init__(self, pool: FakePool, timeout: float | None) -> None:
        self._pool, self._timeout = pool, timeout
        self._connection: FakeConnection | None = None

    async def __aenter__(self) -> FakeConnection:
        if self._connection is not None:
            raise interface_error("a connection is already acquired")
        self._connection = await self._pool.take(self._timeout)
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            await self._pool.release(self._connection)

    def __await__(self) -> Generator[Any, None, FakeConnection]:
        return self._pool.take(self._timeout).__await__()
