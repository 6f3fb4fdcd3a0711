"""The pool of psqlpy."""

import weakref
from collections import deque
from types import TracebackType

from ..common.kinds import SeenAs
from ..common.places import Places
from ..common.session import Session, pause
from ..core.recording import Event
from .connection import FakeConnection
from .exceptions import error


class PoolStatus:
    """How a pool stands: `max_size`, `size`, `available`, `waiting`."""

    def __init__(self, places: Places) -> None:
        self.max_size = 0 if places.closed else places.limit
        self.size, self.available, self.waiting = places.made, places.idle, len(places.waiters)

    def __str__(self) -> str:
        return (
            f"Connection Pool Status - [max_size: {self.max_size}, size: {self.size}, "
            f"available: {self.available}, waiting: {self.waiting}]"
        )


class FakePool(SeenAs):
    """A psqlpy pool. `acquire()` gives the scripted connection, or a sibling of it while it is out.

    Arguments: the scripted connection (a new one by default, reachable as `fake`); how many may be out at once.
    """

    seen = "psqlpy.ConnectionPool"

    def __init__(self, connection: FakeConnection | None = None, *, max_size: int = 8) -> None:
        if max_size < 2:
            raise error("ConnectionPoolConfigurationError")(
                "Connection pool configuration error: Maximum database pool size must be more than 1."
            )
        self.fake = FakeConnection() if connection is None else connection
        self._places = Places(max_size)
        self._fake_is_free = True
        self._idle: deque[tuple[set[str], Session]] = deque()
        self.fake.ledger.unreleased = lambda: self._places.out

    def __iter__(self) -> "FakePool":
        return self

    def __enter__(self) -> "FakePool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def acquire(self) -> FakeConnection:
        """A connection that is taken from the pool when it is entered with `async with`."""
        connection = self.fake if self._fake_is_free else self._twin()
        self._fake_is_free = self._fake_is_free and connection is not self.fake
        connection._pool, connection._enters, connection._is_open = self, True, False
        connection._in_transaction = False
        return connection

    async def connection(self) -> FakeConnection:
        """A connection, given back by `close()`, by leaving `async with`, or when nothing refers to it."""
        kept = await self._take()
        connection = self._twin()
        connection._cached, connection.session = kept
        connection._pool, connection._enters, connection._is_open = self, False, True
        collected = weakref.finalize(connection, _collected, self, connection._returned, kept)
        collected.atexit = False
        return connection

    def _twin(self) -> FakeConnection:
        twin = self.fake.sibling()
        twin._in_transaction, twin._returned, twin._cached = False, [], set()
        return twin

    async def _take(self) -> tuple[set[str], Session]:
        """Wait for a free place. Raises: BaseConnectionPoolError where the pool is closed.

        Returns: what the connection that has been idle for longest is left with: the statements it knows, and
        its session, transaction and all.
        """
        await pause()
        await self.fake.ledger.pass_by("ACQUIRE")
        if not await self._places.take():
            raise error("BaseConnectionPoolError")("Database engine pool exception: Pool has been closed")
        self.fake.events.append(Event("acquire"))
        while self._idle:
            kept = self._idle.popleft()
            if not kept[1].gone:
                return kept
            self._places.made -= 1
        self._places.made = max(self._places.made, self._places.out)
        return set(), self.fake.session_class(self.fake.ledger)

    def _release(self, connection: FakeConnection) -> None:
        """Take a connection back; called by the connection."""
        connection._returned.append(True)
        self._idle.append((connection._cached, connection.session))
        self._places.give_back()
        self._fake_is_free = self._fake_is_free or connection is self.fake
        self.fake.events.append(Event("release"))

    def status(self) -> PoolStatus:
        """How the pool stands."""
        return PoolStatus(self._places)

    def resize(self, new_max_size: int) -> None:
        """Change how many connections may be out."""
        self._places.limit = new_max_size
        self._places.wake(new_max_size)

    def close(self) -> None:
        """Close the pool; connections that are out go on working."""
        if not self._places.closed:
            self._places.closed, self._places.made = True, self._places.out
            self._places.wake(len(self._places.waiters))
            self.fake.events.append(Event("close"))


def _collected(pool: FakePool, returned: list[bool], kept: tuple[set[str], Session]) -> None:
    if not returned:
        pool._idle.append(kept)
        pool._places.give_back()
        pool.fake.events.append(Event("release"))
