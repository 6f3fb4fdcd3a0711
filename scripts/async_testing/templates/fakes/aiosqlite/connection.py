"""The connection of aiosqlite."""

from collections.abc import Callable, Generator, Iterable
from types import TracebackType
from typing import Any, Self

from ..common.contexts import FakeContext
from ..core.recording import Event
from .cursors import FakeCursor
from .exceptions import error
from .wire import Wire


class FakeConnection(Wire):
    """An aiosqlite connection, open, whose answers are scripted; can be awaited and entered, as `connect(…)`.

    `fetch_return` answers statements that return rows, `execute_return` the others.
    Arguments: `strict`, as for every fake; `isolation_level` as `aiosqlite.connect` takes it, None for autocommit.
    """

    def __init__(self, *, strict: bool = False, isolation_level: str | None = "") -> None:
        super().__init__(strict=strict, isolation_level=isolation_level)
        self.row_factory: Any = None
        self.text_factory: Any = str

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._ready().__await__()

    async def _ready(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def isolation_level(self) -> str | None:
        """How transactions begin; None where they do so by a statement only."""
        return self._level

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        message = "SQLite objects created in a thread can only be used in that same thread."
        raise error("ProgrammingError")(message)  # it goes past the thread of the connection

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        self.check_open()
        return self.session.open

    def cursor(self) -> FakeContext:
        """A cursor: await it, or enter it with `async with`."""
        return self._context(FakeCursor(self), lambda cursor: _given(cursor))

    def execute(self, sql: str, parameters: Any = None) -> FakeContext:
        """Run a statement on a cursor of its own: await it, or enter it with `async with`."""
        return self._context(FakeCursor(self), lambda cursor: cursor.execute(sql, parameters))

    def executemany(self, sql: str, parameters: Iterable[Any]) -> FakeContext:
        """Run a statement for each set of parameters on a cursor of its own."""
        return self._context(FakeCursor(self), lambda cursor: cursor.executemany(sql, parameters))

    def executescript(self, sql_script: str) -> FakeContext:
        """Run statements without parameters on a cursor of their own."""
        return self._context(FakeCursor(self), lambda cursor: cursor.executescript(sql_script))

    def execute_insert(self, sql: str, parameters: Any = None) -> FakeContext:
        """Run an INSERT. Gives a row with the id of the last one."""

        async def insert(cursor: FakeCursor) -> Any:
            await cursor.execute(sql, parameters)
            cursor.fill([{"last_insert_rowid()": self._last_id}], -1, self._last_id)
            return await cursor.fetchone()

        return self._context(FakeCursor(self), insert, by_thread=True)

    def execute_fetchall(self, sql: str, parameters: Any = None) -> FakeContext:
        """Run a statement. Gives all of its rows."""

        async def fetch(cursor: FakeCursor) -> Any:
            await cursor.execute(sql, parameters)
            return await cursor.fetchall()

        return self._context(FakeCursor(self), fetch, by_thread=True)

    def _context(
        self, cursor: FakeCursor, use: Callable[[FakeCursor], Any], *, by_thread: bool = False
    ) -> FakeContext:
        async def make() -> Any:
            if not by_thread:
                self.check_open()
            return await use(cursor)

        return FakeContext(make, lambda made: made.close() if made is cursor else _given(None))

    async def commit(self) -> None:
        """Commit what is open, if anything."""
        self.check_open()
        await self.operation(lambda: self.end("COMMIT", self.session.commit))

    async def rollback(self) -> None:
        """Roll back what is open, if anything."""
        self.check_open()
        await self.operation(lambda: self.end("ROLLBACK", self.session.rollback))

    async def close(self) -> None:
        """Close the connection; what is open is rolled back."""
        if not self.closed:
            self.closed = True
            self.session.lose()
            self.events.append(Event("close"))


async def _given(value: Any) -> Any:
    return value
