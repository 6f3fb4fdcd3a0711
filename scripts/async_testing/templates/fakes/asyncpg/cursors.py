"""Prepared statements and cursors of asyncpg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import AsyncIterator, Generator, Iterable
from typing import TYPE_CHECKING, Any

from ..common.kinds import SeenAs
from ..common.tags import status
from .described import Attribute, Type, attributes, explained, parameters
from .exceptions import error, interface_error
from .records import FakeRecord

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakePreparedStatement(SeenAs):
    """A prepared statement; recorded and answered as the connection's own calls are."""

    seen = "asyncpg.prepared_stmt.PreparedStatement"

    def __init__(
        self, connection: "FakeConnection", query: str, record_class: type | None, name: str | None
    ) -> None:
        self._connection, self._query, self._record_class = connection, query, record_class
        self._name = name or f"__asyncpg_stmt_{id(self):x}__"
        self._status: str | None = None

    def get_name(self) -> str:
        """The name asked for, or one that is made up."""
        return self._name

    def get_query(self) -> str:
        """The text of the statement."""
        return self._query

    def get_statusmsg(self) -> str | None:
        """The status of the last `fetch`; None before, and after what stops at the first row."""
        return self._status

    def get_parameters(self) -> tuple[Type, ...]:
        """A type for each parameter, as far as a cast says it."""
        self._check("get_parameters")
        return parameters(self._query)

    def get_attributes(self) -> tuple[Attribute, ...]:
        """The columns of the result, where the text names them."""
        self._check("get_attributes")
        return attributes(self._query)

    async def explain(self, *args: Any, analyze: bool = False) -> Any:
        """The plan that is scripted for the EXPLAIN, as a value or as JSON."""
        self._check("explain")
        return await explained(self._connection, self._query, args, analyze=analyze)

    async def fetch(self, *args: Any, timeout: float | None = None) -> list[FakeRecord]:
        """The rows."""
        self._check("fetch")
        rows = await self._connection.fetch(
            self._query, *args, timeout=timeout, record_class=self._record_class
        )
        self._status = status(self._query, rows)
        return rows

    async def fetchrow(self, *args: Any, timeout: float | None = None) -> FakeRecord | None:
        """The first row, or None."""
        self._check("fetchrow")
        self._status = None
        return await self._connection.fetchrow(
            self._query, *args, timeout=timeout, record_class=self._record_class
        )

    async def fetchval(self, *args: Any, column: int | str = 0, timeout: float | None = None) -> Any:
        """A value of the first row, or None."""
        self._check("fetchval")
        self._status = None
        return await self._connection.fetchval(self._query, *args, column=column, timeout=timeout)

    async def fetchmany(self, args: Iterable[Any], *, timeout: float | None = None) -> list[FakeRecord]:
        """The rows of all runs."""
        self._check("fetchmany")
        return await self._connection.fetchmany(
            self._query, args, timeout=timeout, record_class=self._record_class
        )

    async def executemany(self, args: Iterable[Any], *, timeout: float | None = None) -> None:
        """Run once for each set of arguments."""
        self._check("executemany")
        await self._connection.executemany(self._query, args, timeout=timeout)

    def cursor(
        self, *args: Any, prefetch: int | None = None, timeout: float | None = None
    ) -> "FakeCursorFactory":
        """A cursor, to be iterated over or awaited."""
        self._check("cursor")
        return FakeCursorFactory(self._connection, self._query, args, prefetch, timeout, self._record_class)

    def _check(self, method: str) -> None:
        _require_usable(self._connection, f"PreparedStatement.{method}")


class FakeCursorFactory(SeenAs):
    """What `cursor()` returns: iterate over it with `async for`, or await it for a `FakeCursor`."""

    seen = "asyncpg.cursor.CursorFactory"

    def __init__(
        self,
        connection: "FakeConnection",
        query: str,
        args: tuple[Any, ...],
        prefetch: int | None,
        timeout: float | None,
        record_class: type | None,
    ) -> None:
        self._connection, self._query, self._args = connection, query, args
        self._prefetch, self._timeout, self._record_class = prefetch, timeout, record_class

    async def __aiter__(self) -> AsyncIterator[FakeRecord]:
        if self._prefetch is not None and self._prefetch <= 0:
            raise interface_error("prefetch argument must be greater than zero")
        for row in await self._rows():
            yield row

    def __await__(self) -> Generator[Any, None, "FakeCursor"]:
        if self._prefetch is not None:
            raise interface_error("prefetch argument can only be specified for iterable cursor")
        return self._cursor().__await__()

    async def _cursor(self) -> "FakeCursor":
        return FakeCursor(self._connection, await self._rows())

    async def _rows(self) -> list[FakeRecord]:
        _require_transaction(self._connection)
        return await self._connection.rows(
            "cursor", self._query, self._args, timeout=self._timeout, record_class=self._record_class
        )


class FakeCursor(SeenAs):
    """A cursor over the rows scripted for `fetch`, asked for once, when it was made."""

    seen = "asyncpg.cursor.Cursor"

    def __init__(self, connection: "FakeConnection", rows: list[FakeRecord]) -> None:
        self._connection, self._rows = connection, rows
        self._exhausted = False

    async def fetch(self, n: int, *, timeout: float | None = None) -> list[FakeRecord]:
        """The next n rows."""
        self._check("fetch", n)
        return await self._take(n, timeout)

    async def fetchrow(self, *, timeout: float | None = None) -> FakeRecord | None:
        """The next row, or None."""
        self._check("fetchrow")
        return next(iter(await self._take(1, timeout)), None)

    async def forward(self, n: int, *, timeout: float | None = None) -> int:
        """Skip n rows. Returns how many there were to skip."""
        self._check("forward", n)
        return len(await self._take(n, timeout))

    def _check(self, method: str, n: int = 1) -> None:
        _require_usable(self._connection, f"Cursor.{method}")
        _require_transaction(self._connection)
        if n <= 0:
            raise interface_error("n must be greater than zero")

    async def _take(self, count: int, timeout: float | None) -> list[FakeRecord]:
        if self._exhausted:
            return []
        await self._connection.control(self._connection.session.require_sound, timeout=timeout)
        taken, self._rows = self._rows[:count], self._rows[count:]
        self._exhausted = len(taken) < count
        return taken


def _require_usable(connection: "FakeConnection", name: str) -> None:
    if reason := connection.why_unusable():
        raise interface_error(f"cannot call {name}(): the underlying connection {reason}")


def _require_transaction(connection: "FakeConnection") -> None:
    if not connection.session.open:
        raise error("NoActiveSQLTransactionError")("cursor cannot be created outside of a transaction")
