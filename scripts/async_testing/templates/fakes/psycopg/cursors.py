"""The cursor of psycopg."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..common.cursor import Rows
from ..common.kinds import SeenAs
from ..common.tags import status
from ..core.recording import copied
from .columns import Column, Fields
from .copies import FakeCopy
from .exceptions import LOST, error
from .queries import text_of
from .wire import Result

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakeCursor(SeenAs):
    """A psycopg cursor over scripted rows."""

    seen = "psycopg.AsyncCursor"
    _encoding = "utf-8"

    def __init__(self, connection: "FakeConnection", *, row_factory: Callable[..., Any] | None) -> None:
        self.connection, self.row_factory = connection, row_factory
        self.arraysize = 1
        self.closed = False
        self._result: Result | None = None
        self._rows = Rows()
        self._many = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the cursor."""
        self.closed = True
        self._set(None)

    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self:
        """Run a statement. Returns this cursor."""
        self._ready()
        text, self._many = text_of(query), False
        self._set(await self.connection.run("execute", text, params))
        return self

    async def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """Run a statement once for each set of parameters."""
        self._ready()
        text, sets = text_of(query), list(params_seq)
        answer = await self.connection.run_many(text, sets)
        if returning:
            rows = list(answer) if isinstance(answer, list) else []
            self._set(Result(rows, len(rows), f"SELECT {len(rows)}"))
            return
        done = self.connection.counted(text, answer, len(sets))
        each = done.count // len(sets) if sets else 0
        self._many = True
        self._set(Result(None, done.count, status(text, each) if sets and done.count >= 0 else ""))

    async def stream(
        self, query: Any, params: Any = None, *, binary: bool | None = None, size: int = 1
    ) -> AsyncIterator[Any]:
        """Run a statement and go through its rows one by one."""
        self._ready()
        self._set(await self.connection.run("stream", text_of(query), params))
        for row in self._fetched(None):
            yield row

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return next(iter(self._fetched(1)), None)

    async def fetchmany(self, size: int = 0) -> list[Any]:
        """The next rows, `arraysize` of them by default."""
        return self._fetched(size or self.arraysize)

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._fetched(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        row = await self.fetchone()
        if row is None:
            raise StopAsyncIteration
        return row

    async def scroll(self, value: int, mode: str = "relative") -> None:
        """Go to another row."""
        self._readable()
        self._rows.move(value, mode)

    def nextset(self) -> bool | None:
        """None: a fake has one result a statement."""
        return None

    @asynccontextmanager
    async def copy(
        self, statement: Any, params: Any = None, *, writer: Any = None
    ) -> AsyncIterator[FakeCopy]:
        """A COPY, for a block: recorded in `copy_calls`, answered by `copy_return`."""
        self._not_closed()
        async with FakeCopy(self.connection, text_of(statement)) as copy:
            yield copy
        self._set(Result(None, copy.count, f"COPY {copy.count}"))

    @property
    def rowcount(self) -> int:
        """How many rows the statement returned or changed; -1 before any."""
        return -1 if self._result is None else self._result.count

    @property
    def statusmessage(self) -> str | None:
        """The command tag, as `INSERT 0 1`; None before any statement."""
        return (self._result.tag or None) if self._result else None

    @property
    def rownumber(self) -> int | None:
        """The place of the next row; None without rows."""
        return None if self._result is None or self._result.rows is None else self._rows.place

    @property
    def description(self) -> list[Column] | None:
        """The columns, as far as the scripted rows tell; None for a statement that returns none."""
        if self._result is None or self._result.rows is None:
            return None
        return [Column(name) for name in self._names()]

    @property
    def pgresult(self) -> Fields | None:
        """The names of the columns, for row factories."""
        return None if self.description is None else Fields(self._names())

    def _names(self) -> list[str]:
        return list(dict(self._rows.all[0].items())) if self._rows.all else []

    def _set(self, result: Result | None) -> None:
        self._result, self._rows = result, Rows((result and result.rows) or ())

    def _not_closed(self) -> None:
        if self.closed:
            raise error("InterfaceError")("the cursor is closed")

    def _ready(self) -> None:
        if self.connection.broken:
            raise error("OperationalError")(LOST)
        self.connection.check_open()
        self._not_closed()
        self._set(None)

    def _readable(self) -> None:
        self._not_closed()
        if self._result is None or not self._result.tag or self._many:
            raise error("ProgrammingError")("no result available")
        if self._result.rows is None:
            tag = self._result.tag
            raise error("ProgrammingError")(
                f"the last operation didn't produce records (command status: {tag})"
            )

    def _fetched(self, count: int | None) -> list[Any]:
        self._readable()
        return self._made(self._rows.take(count))

    def _made(self, rows: list[Any]) -> list[Any]:
        make: Any = tuple if self.row_factory is None else self.row_factory(self)
        return [make([copied(value) for value in dict(row.items()).values()]) for row in rows]
