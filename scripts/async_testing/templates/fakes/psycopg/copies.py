"""COPY with psycopg: what is written is recorded when the block ends, what is read comes from `copy_return`."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..common.kinds import SeenAs

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakeCopy(SeenAs):
    """A COPY in progress: a context manager that gives itself."""

    seen = "psycopg.AsyncCopy"

    def __init__(self, connection: "FakeConnection", statement: str) -> None:
        self.connection, self.statement = connection, statement
        self.count = 0
        self._reads = " to " in f" {' '.join(statement.lower().split())} "
        self._written: list[Any] = []
        self._parts: list[Any] = []

    async def __aenter__(self) -> Self:
        if self._reads:
            answer = await self.connection.call("copy", "copy", self.statement, None)
            parts = answer if isinstance(answer, list | tuple) else [answer]
            self._parts = [each for each in parts if isinstance(each, str | bytes | tuple | list)]
            self.count = sum(_lines(each) for each in self._parts)
        else:
            await self.connection.operation(self.connection.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            if self.connection.session.open:
                self.connection.session.aborted = True
        elif not self._reads:
            rows = all(isinstance(each, tuple) for each in self._written)
            content: Any = self._written if rows else b"".join(map(_bytes, self._written))
            self.count = sum(_lines(each) for each in self._written)
            answer = await self.connection.call("copy", "copy", self.statement, content)
            self.count = answer if isinstance(answer, int) else self.count

    async def write(self, buffer: Any) -> None:
        """Send a block of data."""
        self._written.append(buffer)

    async def write_row(self, row: Sequence[Any]) -> None:
        """Send a row."""
        self._written.append(tuple(row))

    async def read(self) -> bytes:
        """The next block of data; empty at the end."""
        return _bytes(self._parts.pop(0)) if self._parts else b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while data := await self.read():
            yield data

    async def read_row(self) -> tuple[Any, ...] | None:
        """The next row, None at the end."""
        return tuple(self._parts.pop(0)) if self._parts else None

    async def rows(self) -> AsyncIterator[tuple[Any, ...]]:
        """The rows."""
        while (row := await self.read_row()) is not None:
            yield row

    def set_types(self, types: Sequence[Any]) -> None:
        """Does nothing: a fake knows no types."""


def _lines(part: Any) -> int:
    return _bytes(part).count(b"\n")


def _bytes(part: Any) -> bytes:
    if isinstance(part, tuple | list):
        return "\t".join("\\N" if each is None else str(each) for each in part).encode() + b"\n"
    return part.encode() if isinstance(part, str) else bytes(part)
