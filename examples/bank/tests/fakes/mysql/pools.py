# async-testing-expert 0.1.0 sha256:3b62ca5c273c2e6f (scaffold.py --update renews it)
"""What the pools of the drivers of MySQL have in common."""

from collections import deque
from collections.abc import Generator
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

from ..common.contexts import FakeContext, arrived
from ..common.kinds import SeenAs
from ..common.places import Places
from ..common.session import pause
from ..core.recording import Event
from .connection import MysqlConnection

C = TypeVar("C", bound=MysqlConnection)


class MysqlPool(SeenAs, Generic[C]):
    """A pool, open. `acquire()` gives the scripted connection, or a sibling while it is out.

    A connection that is given back within a transaction, as far as it knows, is closed: nothing is committed.
    """

    makes: ClassVar[type[MysqlConnection]]

    def __init__(self, connection: C | None, minsize: int, maxsize: int) -> None:
        if minsize < 0:
            raise ValueError("minsize should be zero or greater")
        self.fake: Any = self.makes() if connection is None else connection  # type: ignore[call-arg]
        self.minsize = minsize
        self.limit = maxsize
        self._places = Places(maxsize or 2**31)
        self._free: deque[Any] = deque()
        self._used: list[Any] = []
        self._terminated: list[Any] = []
        self._begun = self._closing = self._closed = False
        self._emptied: Any = None
        self._fill()
        self.fake.ledger.unreleased = lambda: self._places.out

    def __await__(self) -> Generator[Any, Any, Self]:
        """To stand for what `create_pool()` returns, which is awaited or entered."""
        return self._ready().__await__()

    async def _ready(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        await self.wait_closed()

    @property
    def size(self) -> int:
        """How many connections there are."""
        return len(self._free) + len(self._used)

    @property
    def freesize(self) -> int:
        """How many connections wait to be acquired."""
        return len(self._free)

    def acquire(self) -> FakeContext:
        """A connection: await it and `release` it later, or enter it with `async with`."""
        return FakeContext(self._acquire, self._leave)

    async def _leave(self, connection: Any) -> None:
        await self.release(connection)

    async def _acquire(self) -> C:
        await pause()
        self._check()
        await self.fake.ledger.pass_by("ACQUIRE")
        if not await self._places.take():
            self._check()
        while self._free and not self._is_well(self._free[0]):
            self._free.popleft()
        self._fill()
        connection: C = self._free.popleft() if self._free else self._made()
        self._used.append(connection)
        self.fake.events.append(Event("acquire"))
        return connection

    def _check(self) -> None:
        if self._closing:
            raise RuntimeError("Cannot acquire connection after closing pool")

    @staticmethod
    def _is_well(connection: Any) -> bool:
        return connection.connected and not connection.broken

    def _fill(self) -> None:
        while self.size < self.minsize:
            self._free.append(self._made())

    def _made(self) -> Any:
        if self._begun:
            return self.fake.sibling()
        self._begun = True
        self.fake.reset()
        return self.fake

    def release(self, conn: Any) -> Any:
        """Take a connection back; need not be awaited."""
        if conn in self._terminated:
            self._terminated.remove(conn)
            return arrived()
        if conn not in self._used:
            raise self.stranger(conn)
        self._used.remove(conn)
        if conn.connected and (conn.get_transaction_status() or self._closing):
            conn.close()
        elif conn.connected:
            self._free.append(conn)
        self._places.give_back()
        self.fake.events.append(Event("release"))
        self._wake()
        return arrived()

    def stranger(self, connection: Any) -> Exception:
        """The error for a connection that is not out."""
        raise NotImplementedError

    async def clear(self) -> None:
        """Close the connections that nobody has."""
        while self._free:
            self._free.popleft().close()

    def close(self) -> None:
        """Give out no more connections, and close those that come back."""
        if not self._closing:
            self._closing = self._places.closed = True
            self._places.wake(len(self._places.waiters))
            self.fake.events.append(Event("close"))

    def terminate(self) -> None:
        """Close the pool and all of its connections."""
        self.close()
        for connection in self._used:
            connection.close()
            self._places.give_back()
        self._terminated += self._used
        self._used.clear()
        self._wake()

    async def wait_closed(self) -> None:
        """Wait until all connections came back. Raises: RuntimeError before `close()`."""
        if self._closed:
            return
        if not self._closing:
            raise RuntimeError(".wait_closed() should be called after .close()")
        self._close_free()
        if self._used:
            import asyncio

            self._emptied = self._emptied or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._emptied)
        self._closed = True

    def _close_free(self) -> None:
        while self._free:
            connection = self._free.popleft()
            if connection.connected:
                connection.session.lose()
                connection.connected = False

    def _wake(self) -> None:
        if not self._used and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)
