"""COPY with psycopg: what is written is recorded when the block ends, what is read comes from `copy_return`."""

import re
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..common.kinds import SeenAs
from .exceptions import error
from .queries import adapted, check

if TYPE_CHECKING:
    from .connection import FakeConnection

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ABSENT = "copy data failed: no COPY in progress"


class FakeCopy(SeenAs):
    """A COPY in progress: a context manager that gives itself."""

    seen = "psycopg.AsyncCopy"

    def __init__(self, connection: "FakeConnection", statement: str, parameters: Any = None) -> None:
        self.connection, self.statement, self.parameters = connection, statement, parameters or None
        self.count = 0
        self._reads = " to " in f" {' '.join(statement.lower().split())} "
        self._written: list[Any] = []
        self._parts: list[Any] = []

    async def __aenter__(self) -> Self:
        def sound() -> None:
            self.connection.session.require_sound()
            check(self.statement, self.parameters, self.connection, style="t")

        await self.connection.begun(sound)
        if self._reads:
            answer = await self.connection.call("copy", "copy", self.statement, self.parameters)
            parts = answer if isinstance(answer, list | tuple) else [answer]
            whole = "binary" in self.statement.lower()
            for each in (each for each in parts if isinstance(each, str | bytes | tuple | list)):
                self._parts += [each] if whole or isinstance(each, tuple | list) else _lines(each)
            self.count = sum(_bytes(each).count(b"\n") for each in self._parts)
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
            self.count = sum(_bytes(each).count(b"\n") for each in self._written)
            answer = await self.connection.call("copy", "copy", self.statement, content)
            self.count = answer if isinstance(answer, int) else self.count

    async def write(self, buffer: Any) -> None:
        """Send a block of data, which is text or bytes. Raises: OperationalError where data is read."""
        if not buffer:
            return
        len(buffer)
        if self._reads:
            raise error("OperationalError")(f"sending {_ABSENT}")
        self._written.append(buffer)

    async def write_row(self, row: Sequence[Any]) -> None:
        """Send a row. Raises: TypeError for none, ProgrammingError for a value that psycopg does not know."""
        if not hasattr(row, "__getitem__"):
            raise TypeError("'row' is not a valid sequence")
        adapted(list(row), "t" * len(row), self.connection)
        if not self._reads:
            self._written.append(tuple(row))

    async def read(self) -> bytes:
        """The next block of data; empty at the end. Raises: OperationalError where data is written."""
        part = self._next()
        return b"" if part is None else _bytes(part)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while data := await self.read():
            yield data

    async def read_row(self) -> tuple[Any, ...] | None:
        """The next row, None at the end; of a text its fields."""
        part = self._next()
        return tuple(_fields(part)) if isinstance(part, str | bytes) else part and tuple(part)

    async def rows(self) -> AsyncIterator[tuple[Any, ...]]:
        """The rows."""
        while (row := await self.read_row()) is not None:
            yield row

    def set_types(self, types: Sequence[Any]) -> None:
        """Does nothing: a fake knows no types."""

    def _next(self) -> Any:
        if not self._reads:
            raise error("OperationalError")(f"receiving {_ABSENT}")
        return self._parts.pop(0) if self._parts else None


def _lines(part: str | bytes) -> list[Any]:
    return (
        re.findall(r"[^\n]*\n|[^\n]+", part)
        if isinstance(part, str)
        else re.findall(b"[^\n]*\n|[^\n]+", part)
    )


def _fields(line: str | bytes) -> list[str | None]:
    text = line.decode() if isinstance(line, bytes) else line
    fields = text.removesuffix("\n").split("\t")
    return [
        None if field == "\\N" else _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), field)
        for field in fields
    ]


def _bytes(part: Any) -> bytes:
    if isinstance(part, tuple | list):
        return "\t".join("\\N" if each is None else str(each) for each in part).encode() + b"\n"
    return part.encode() if isinstance(part, str) else bytes(part)
