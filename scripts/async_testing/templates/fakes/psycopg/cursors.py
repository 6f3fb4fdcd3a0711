"""The cursor of psycopg."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..common.session import several
from ..common.tags import status
from .answers import Result, counted
from .copies import FakeCopy
from .exceptions import LOST, error
from .queries import streams, text_of
from .results import Results

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakeCursor(Results):
    """A psycopg cursor over scripted rows."""

    seen = "psycopg.AsyncCursor"
    _encoding = "utf-8"

    def __init__(self, connection: "FakeConnection", *, row_factory: Callable[..., Any] | None) -> None:
        self.connection, self.row_factory = connection, row_factory
        self.arraysize = 1
        self.closed = False
        self._set()

    @property
    def adapters(self) -> Any:
        """Those of its connection."""
        return self.connection.adapters

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the cursor."""
        self.closed = True
        self._set()

    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self:
        """Run a statement. Returns this cursor."""
        self._ready()
        text, self._many = text_of(query), False
        self._set(*await self.connection.run("execute", text, params))
        return self

    async def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """Run a statement once for each set of parameters."""
        self._ready()
        text, sets = text_of(query), list(params_seq)
        self._many = not returning
        if returning:
            self._set(*await self.connection.run_returning(text, sets))
            return
        answer = await self.connection.run_many(text, sets)
        done = counted(text, answer, len(sets))
        each = done.count // len(sets) if sets else 0
        self._set(Result(None, done.count, status(text, each) if sets and done.count >= 0 else ""))

    async def stream(
        self, query: Any, params: Any = None, *, binary: bool | None = None, size: int = 1
    ) -> AsyncIterator[Any]:
        """Run a statement and go through its rows one by one."""
        if self.connection.pipelines:
            raise error("ProgrammingError")("stream() cannot be used in pipeline mode")
        self._ready()
        self._set(*await self.connection.run("stream", text_of(query), params))
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

    @asynccontextmanager
    async def copy(
        self, statement: Any, params: Any = None, *, writer: Any = None
    ) -> AsyncIterator[FakeCopy]:
        """A COPY, for a block: recorded in `copy_calls`, answered by `copy_return`."""
        if self.connection.pipelines:
            raise error("NotSupportedError")("COPY cannot be used in pipeline mode")
        self._not_closed()
        text = text_of(statement)
        if not streams(text):
            raise await self._no_copy(text)
        async with FakeCopy(self.connection, text, params) as copy:
            yield copy
        self._set(Result(None, copy.count, f"COPY {copy.count}"))

    async def _no_copy(self, text: str) -> Exception:
        """Run what is no COPY, as the server does before psycopg looks at what came of it. Returns the error."""
        if several(text):
            await self.connection.run("copy", text, None)
            return error("ProgrammingError")("COPY cannot be mixed with other operations")
        given = (await self.connection.run("copy", text, None))[0]
        return error("ProgrammingError")(
            "copy() should be used only with COPY ... TO STDOUT or COPY ... FROM STDIN statements, "
            f"got {'COMMAND_OK' if given.rows is None else 'TUPLES_OK'}"
        )

    def _ready(self) -> None:
        if self.connection.broken:
            raise error("OperationalError")(LOST)
        self.connection.check_open()
        self._not_closed()
        self._set()
