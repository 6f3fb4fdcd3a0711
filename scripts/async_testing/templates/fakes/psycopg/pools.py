"""The pool of psycopg_pool."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

from ..common.kinds import SeenAs
from ..common.places import Places
from ..common.session import pause
from ..core.recording import Event
from .connection import FakeConnection
from .exceptions import error

# ruff: noqa: ASYNC109 - the driver has these parameters

Hook = Callable[[Any], Awaitable[None]]
_OPTIONS = {
    *("conninfo", "connection_class", "close_returns", "max_waiting", "max_lifetime", "max_idle"),
    *("reconnect_timeout", "reconnect_failed", "num_workers"),
}


class FakePool(SeenAs):
    """An `AsyncConnectionPool`, open. `connection()` gives the scripted connection, or a sibling while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`), which may be the DSN where this
    class stands for the driver's; what the driver's takes, of which `num_workers` and the like change nothing.
    """

    seen = "psycopg_pool.AsyncConnectionPool"

    def __init__(
        self,
        connection: FakeConnection | str | None = None,
        *,
        min_size: int = 4,
        max_size: int | None = None,
        timeout: float = 30.0,
        name: str = "pool-1",
        open: bool | None = None,
        kwargs: dict[str, Any] | None = None,
        configure: Hook | None = None,
        check: Hook | None = None,
        reset: Hook | None = None,
        **options: Any,
    ) -> None:
        for option in options.keys() - _OPTIONS:
            raise TypeError(f"AsyncConnectionPool.__init__() got an unexpected keyword argument {option!r}")
        self.fake = connection if isinstance(connection, FakeConnection) else FakeConnection()
        self.conninfo = connection if isinstance(connection, str) else options.get("conninfo", "")
        self.kwargs = kwargs or {}
        self.fake.settings |= {key: value for key, value in self.kwargs.items() if key == "autocommit"}
        self.fake.row_factory = self.kwargs.get("row_factory", self.fake.row_factory)
        self._configure, self._check, self._reset = configure, check, reset
        self._configured = False
        self.closed = open is False
        self._ended = False
        self.name, self.timeout = name, timeout
        self.min_size, self.max_size = min_size, max(min_size, 1) if max_size is None else max_size
        if self.max_size < min_size:
            raise ValueError("max_size must be greater or equal than min_size")
        self._places = Places(self.max_size)
        self._places.made = min_size
        self._out: list[FakeConnection] = []
        self.fake.ledger.unreleased = lambda: self._places.out

    async def __aenter__(self) -> "FakePool":
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self, wait: bool = False, timeout: float = 30.0) -> None:
        """Open the pool, once: with `open=False` it was not yet. Raises: OperationalError on one that was closed."""
        if self._ended:
            raise error("PoolClosed")("pool has already been opened/closed and cannot be reused")
        self.closed = False

    async def wait(self, timeout: float = 30.0) -> None:
        """Return at once: the connections are there."""
        self._check_open()

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[FakeConnection]:
        """A connection for a block, which commits at its end, or rolls back."""
        connection = await self.getconn(timeout)
        try:
            async with connection:
                yield connection
        finally:
            await self.putconn(connection)

    async def getconn(self, timeout: float | None = None) -> FakeConnection:
        """A connection, to be given back with `putconn`. Raises: PoolClosed, PoolTimeout."""
        await pause()
        self._check_open()
        await self.fake.ledger.pass_by("ACQUIRE")
        import asyncio

        seconds = self.timeout if timeout is None else timeout
        try:
            if not await asyncio.wait_for(self._places.take(), seconds):
                self._check_open()
        except TimeoutError:
            raise error("PoolTimeout")(f"couldn't get a connection after {seconds:.2f} sec") from None
        connection = self.fake if self.fake not in self._out else self.fake.sibling()
        kept = connection is self.fake and not connection.closed
        settings, hearing = connection.settings, connection.hearing
        connection.reset()
        if kept:
            connection.settings, connection.hearing = settings, hearing
        if self._configure and not (kept and self._configured):
            await self._configure(connection)
        self._configured = True
        if self._check:
            await self._check(connection)
        connection._pool = self
        self._out.append(connection)
        self.fake.events.append(Event("acquire"))
        return connection

    async def putconn(self, connection: FakeConnection) -> None:
        """Take a connection back and roll back what it left open."""
        if getattr(connection, "_pool", None) is not self:
            pool = getattr(connection, "_pool", None)
            whose = f"it comes from pool {pool.name!r}" if pool else "it doesn't come from any pool"
            raise ValueError(f"can't return connection to pool {self.name!r}, {whose}: {connection!r}")
        if connection.session.open and not connection.closed:
            # it may not be rolled back within a block: the pool lets go of it, and makes another
            await (connection.close() if connection.blocks or connection.copying else connection.rollback())
        if self._reset and not connection.closed:
            await self._reset(connection)
        connection.blocks = 0
        connection._pool = None
        self._out.remove(connection)
        self._places.give_back()
        self.fake.events.append(Event("release"))

    def _check_open(self) -> None:
        if self.closed:
            state = "already closed" if self._ended else "not open yet"
            raise error("PoolClosed")(f"the pool {self.name!r} is {state}")

    async def close(self, timeout: float = 5.0) -> None:
        """Close the pool; connections that are out go on working."""
        if not self.closed:
            self.closed = self._ended = self._places.closed = True
            self._places.wake(len(self._places.waiters))
            self.fake.events.append(Event("close"))

    async def check(self) -> None:
        """Return at once: the connections are well."""

    async def resize(self, min_size: int, max_size: int | None = None) -> None:
        """Change how many connections there are."""
        self.min_size, self.max_size = min_size, min_size if max_size is None else max_size
        self._places.limit = self.max_size
        self._places.wake(self.max_size)

    def get_stats(self) -> dict[str, int]:
        """How the pool stands."""
        return {
            "pool_min": self.min_size,
            "pool_max": self.max_size,
            "pool_size": self._places.made,
            "pool_available": self._places.idle,
            "requests_waiting": len(self._places.waiters),
        }
