"""Transactions, prepared statements and cursors of asyncpg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .asyncpg_records import FakeRecord, error, interface_error

if TYPE_CHECKING:
    from .asyncpg_connection import FakeConnection

_LEVELS = {"read_committed", "read_uncommitted", "serializable", "repeatable_read"}
_ENDED = {"committed": "already committed", "rolledback": "already rolled back", "failed": "in error state"}


class FakeTransaction:
    """An asyncpg transaction: a context manager that gives None, or start, then commit or rollback.

    Within another one it is a savepoint.
    """

    def __init__(
        self,
        connection: "FakeConnection",
        isolation: str | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> None:
        if isolation and isolation not in _LEVELS:
            raise ValueError(f"isolation is expected to be either of {_LEVELS}, got {isolation!r}")
        self.connection = connection
        self.isolation, self.readonly, self.deferrable = isolation, readonly, deferrable
        self._state = "new"
        self._savepoint = ""
        self._managed = False

    async def __aenter__(self) -> None:
        if self._managed:
            raise interface_error("cannot enter context: already in an `async with` block")
        self._managed = True
        await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._check_connection("__aexit__")
        try:
            await self._end("commit" if kind is None else "rollback")
        finally:
            self._managed = False

    async def start(self) -> None:
        """BEGIN, or SAVEPOINT within another transaction."""
        self._check_connection("start")
        if self._state == "started":
            raise interface_error("cannot start; the transaction is already started")
        self._check_not_ended("start")
        connection = self.connection
        outer, session = connection.top_transaction, connection.session
        if outer is None:
            if session.open:
                raise interface_error("cannot use Connection.transaction() in a manually started transaction")
            connection.top_transaction = self
            await self._control(lambda: session.begin(read_only=self.readonly), "started")
            return
        level = outer.isolation or "read_committed"
        if self.isolation and self.isolation != level:
            raise interface_error(
                "nested transaction has a different isolation level: "
                f"current {self.isolation!r} != outer {level!r}"
            )
        self._savepoint = connection.savepoint_name()
        await self._control(lambda: session.savepoint(self._savepoint), "started")

    async def commit(self) -> None:
        """COMMIT or RELEASE SAVEPOINT; the server rolls back where a statement failed."""
        self._check_connection("commit")
        if self._managed:
            raise interface_error("cannot manually commit from within an `async with` block")
        await self._end("commit")

    async def rollback(self) -> None:
        """ROLLBACK, or ROLLBACK TO the savepoint."""
        self._check_connection("rollback")
        if self._managed:
            raise interface_error("cannot manually rollback from within an `async with` block")
        await self._end("rollback")

    async def _end(self, action: str) -> None:
        if self._state == "new":
            raise interface_error(f"cannot {action}; the transaction is not yet started")
        self._check_not_ended(action)
        connection, session, name = self.connection, self.connection.session, self._savepoint
        if connection.top_transaction is self:
            connection.top_transaction = None
        steps: dict[tuple[str, bool], Callable[[], None]] = {
            ("commit", True): lambda: session.release_savepoint(name),
            ("commit", False): session.commit,
            ("rollback", True): lambda: session.rollback_savepoint(name),
            ("rollback", False): session.rollback,
        }
        ended = "committed" if action == "commit" else "rolledback"
        await self._control(steps[action, bool(name)], ended)

    async def _control(self, step: Callable[[], None], state: str) -> None:
        try:
            await self.connection.control(step)
        except BaseException:
            self._state = "failed"
            raise
        self._state = state

    def _check_not_ended(self, action: str) -> None:
        if self._state in _ENDED:
            raise interface_error(f"cannot {action}; the transaction is {_ENDED[self._state]}")

    def _check_connection(self, method: str) -> None:
        if reason := self.connection.why_unusable():
            raise interface_error(f"cannot call Transaction.{method}(): the underlying connection {reason}")

    def __repr__(self) -> str:
        flags = [self.isolation, self.readonly and "readonly", self.deferrable and "deferrable"]
        shown = " ".join([f"state:{self._state}", *(flag for flag in flags if flag)])
        return f"<asyncpg.Transaction {shown} {id(self):#x}>"


class FakePreparedStatement:
    """A prepared statement; recorded and answered as the connection's own calls are."""

    def __init__(self, connection: "FakeConnection", query: str, record_class: type | None) -> None:
        self._connection, self._query, self._record_class = connection, query, record_class
        self._status: str | None = None

    def get_query(self) -> str:
        """The text of the statement."""
        return self._query

    def get_statusmsg(self) -> str | None:
        """The status of the last `fetch`, None before."""
        return self._status

    async def fetch(self, *args: Any, timeout: float | None = None) -> list[FakeRecord]:
        """The rows."""
        self._check("fetch")
        rows = await self._connection.fetch(
            self._query, *args, timeout=timeout, record_class=self._record_class
        )
        self._status = f"SELECT {len(rows)}"
        return rows

    async def fetchrow(self, *args: Any, timeout: float | None = None) -> FakeRecord | None:
        """The first row, or None."""
        self._check("fetchrow")
        return await self._connection.fetchrow(
            self._query, *args, timeout=timeout, record_class=self._record_class
        )

    async def fetchval(self, *args: Any, column: int | str = 0, timeout: float | None = None) -> Any:
        """A value of the first row, or None."""
        self._check("fetchval")
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
        if reason := self._connection.why_unusable():
            raise interface_error(
                f"cannot call PreparedStatement.{method}(): the underlying connection {reason}"
            )


class FakeCursorFactory:
    """What `cursor()` returns: iterate over it with `async for`, or await it for a `FakeCursor`."""

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


class FakeCursor:
    """A cursor over the rows scripted for `fetch`, asked for once, when it was made."""

    def __init__(self, connection: "FakeConnection", rows: list[FakeRecord]) -> None:
        self._connection, self._rows = connection, rows

    async def fetch(self, n: int, *, timeout: float | None = None) -> list[FakeRecord]:
        """The next n rows."""
        if n <= 0:
            raise interface_error("n must be greater than zero")
        return await self._take(n, timeout)

    async def fetchrow(self, *, timeout: float | None = None) -> FakeRecord | None:
        """The next row, or None."""
        return next(iter(await self._take(1, timeout)), None)

    async def forward(self, n: int, *, timeout: float | None = None) -> int:
        """Skip n rows. Returns how many there were to skip."""
        if n <= 0:
            raise interface_error("n must be greater than zero")
        return len(await self._take(n, timeout))

    async def _take(self, count: int, timeout: float | None) -> list[FakeRecord]:
        _require_transaction(self._connection)
        await self._connection.control(lambda: None, timeout=timeout)
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken


def _require_transaction(connection: "FakeConnection") -> None:
    if not connection.session.open:
        raise error("NoActiveSQLTransactionError")("cursor cannot be created outside of a transaction")
