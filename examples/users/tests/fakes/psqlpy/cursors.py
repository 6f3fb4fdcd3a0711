# async-testing-expert 0.1.0 sha256:155ed8ff473d5111 (scaffold.py --update renews it)
"""Prepared statements and cursors of psqlpy."""

from types import TracebackType
from typing import TYPE_CHECKING, Any

from .exceptions import CLOSED, error
from .results import Parameters, QueryResult

if TYPE_CHECKING:
    from .connection import FakeConnection
    from .operations import Operations


class FakePreparedStatement:
    """A statement with its parameters."""

    def __init__(
        self, connection: "FakeConnection", query: str, parameters: Any, expected: int, given: int
    ) -> None:
        self._connection, self._query, self._parameters = connection, query, parameters
        self._missing = f"expected {expected} parameters but got {given}" if given < expected else None

    async def execute(self) -> QueryResult:
        """Run the statement; answered as `execute` is."""
        if self._missing:
            raise error("DatabaseError")(self._missing)
        rows = await self._connection.call(
            "execute", "execute", self._query, self._parameters, plain=False, of="prepared"
        )
        return QueryResult(rows)

    def cursor(self) -> "FakeCursor":
        """A cursor over the statement's rows."""
        return FakeCursor(self._connection, self._query, self._parameters)

    def columns(self) -> list[Any]:
        """No columns: a fake doesn't know them."""
        return []


class FakeCursor:
    """A server-side cursor over the rows scripted for `fetch`, asked for once, when it starts."""

    def __init__(
        self,
        target: "Operations",
        querystring: str | None,
        parameters: Any = None,
        array_size: int | None = None,
    ) -> None:
        self.querystring, self.parameters = querystring, parameters
        self.array_size = 1 if array_size is None else array_size
        self._target: Operations | None = target
        self._rows: list[Any] | None = None

    def __aiter__(self) -> "FakeCursor":
        return self

    async def __anext__(self) -> QueryResult:
        result = await self.fetchmany()
        if not result.rowcount:
            raise StopAsyncIteration
        return result

    async def __aenter__(self) -> "FakeCursor":
        if self._target is None:
            raise error("CursorClosedError")(CLOSED)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def start(self) -> None:
        """Ask for the rows."""
        if self._target is None:
            raise error("ConnectionClosedError")(CLOSED)
        if self.querystring is None:
            raise error("CursorStartError")("Cursor start error: Cannot start cursor")
        connection = self._target.opened()
        try:
            rows = await connection.call("fetch", "cursor", self.querystring, self.parameters, plain=False)
        except error("ConnectionExecuteError") as problem:
            if " parameters but got " in str(problem):
                raise error("DatabaseError")(str(problem)) from None
            raise
        self._rows = list(rows)

    async def execute(self, querystring: str, parameters: Parameters = None) -> None:
        """Start with another statement."""
        self.querystring, self.parameters = querystring, parameters
        await self.start()

    def is_closed(self) -> bool:
        """True while this is open: psqlpy has it the wrong way round."""
        return self._target is not None

    def close(self) -> None:
        """Close the cursor; it can't be started again."""
        self._target = self._rows = None

    async def fetchone(self) -> QueryResult:
        """The next row, or none."""
        return self._next(1)

    async def fetchmany(self, size: int | None = None) -> QueryResult:
        """The next rows, `array_size` of them by default."""
        return self._next(self.array_size if size is None else size)

    async def fetchall(self) -> QueryResult:
        """All rows that are left."""
        return self._next(None)

    def _next(self, count: int | None) -> QueryResult:
        if self._rows is None:
            raise error("TransactionClosedError")(CLOSED)
        taken, self._rows = self._rows[:count], self._rows[len(self._rows[:count]) :]
        return QueryResult(taken)
