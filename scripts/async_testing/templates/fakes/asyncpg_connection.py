"""The connection of asyncpg: how it counts arguments, refuses a second operation, and words its errors."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .asyncpg_copies import Copies
from .asyncpg_cursors import FakeCursorFactory, FakePreparedStatement, FakeTransaction
from .asyncpg_records import FakeRecord, error, interface_error, records, server_error, status
from .base import BaseConnection
from .core import UNSET, Call, Event, Kind, Scripted, as_rows
from .session import Refused, pause, several
from .sqltext import placeholders

if TYPE_CHECKING:
    from .asyncpg import FakePool

_HINT = "Check the query against the passed list of arguments."
_HINT_NONE = (
    "  Note that parameters are supported only in SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES statements, "
    "and will *not* work in statements  like CREATE VIEW or DECLARE CURSOR."
)


class FakeConnection(Copies, BaseConnection):
    """An asyncpg connection whose answers are scripted; `fetchrow_return` is `fetch_row_return`, and so on."""

    fetchrow_return = Scripted("fetch_row")
    fetchval_return = Scripted("fetch_val")

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(strict=strict)
        self.top_transaction: FakeTransaction | None = None
        self.listeners: list[tuple[str, Callable[..., Any]]] = []
        self._reset_state(None)

    def _reset_state(self, pool: "FakePool | None") -> None:
        self._pool = pool
        self._closed = self._released = self._busy = False
        self.top_transaction, self._savepoints = None, 0

    @property
    def fetchrow_calls(self) -> list[Call]:
        """Calls that fetch a single row."""
        return self.fetch_row_calls

    @property
    def fetchval_calls(self) -> list[Call]:
        """Calls that fetch a single value."""
        return self.fetch_val_calls

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """Run a statement; or several, without arguments. Returns the status, as `INSERT 0 1`."""
        aborted = self.session.aborted
        answer = await self.answered("execute", "execute", query, args, timeout=timeout)
        found = status(query, answer)
        return "ROLLBACK" if aborted and found == "COMMIT" else found

    async def executemany(self, command: str, args: Iterable[Any], *, timeout: float | None = None) -> None:
        """Run a statement once for each set of arguments: all or nothing."""
        await self.answered("execute", "executemany", command, _sets(args), timeout=timeout)

    async def fetch(
        self, query: str, *args: Any, timeout: float | None = None, record_class: type | None = None
    ) -> list[FakeRecord]:
        """Run a statement. Returns its rows."""
        return await self.rows("fetch", query, args, timeout=timeout, record_class=record_class)

    async def fetchmany(
        self,
        query: str,
        args: Iterable[Any],
        *,
        timeout: float | None = None,
        record_class: type | None = None,
    ) -> list[FakeRecord]:
        """Run a statement once for each set of arguments. Returns the rows of all."""
        return await self.rows("fetchmany", query, _sets(args), timeout=timeout, record_class=record_class)

    async def rows(
        self, method: str, query: str, args: Any, *, timeout: float | None, record_class: type | None
    ) -> list[FakeRecord]:
        """A call for rows, whatever its name."""
        made = records((), record_class)
        made += records(await self.answered("fetch", method, query, args, timeout=timeout), record_class)
        return made

    async def fetchrow(
        self, query: str, *args: Any, timeout: float | None = None, record_class: type | None = None
    ) -> FakeRecord | None:
        """Run a statement. Returns its first row, or None."""
        answer = await self.answered("fetch_row", "fetchrow", query, args, timeout=timeout)
        return next(iter(records(answer, record_class)), None)

    async def fetchval(
        self, query: str, *args: Any, column: int | str = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement. Returns a value of its first row, or None.

        A value set as `fetch_val_return` is the answer whatever the column.
        """
        answer = await self.answered("fetch_val", "fetchval", query, args, timeout=timeout)
        if isinstance(answer, _Rows):
            return answer[0][column] if answer else None
        return answer

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> FakeTransaction:
        """A transaction, or a savepoint within one."""
        self.check_usable("transaction")
        return FakeTransaction(self, isolation, readonly, deferrable)

    def is_in_transaction(self) -> bool:
        """Whether the session is in a transaction, however it was begun."""
        self._check_not_released("is_in_transaction")
        return self.session.open

    def cursor(
        self,
        query: str,
        *args: Any,
        prefetch: int | None = None,
        timeout: float | None = None,
        record_class: type | None = None,
    ) -> FakeCursorFactory:
        """A cursor, to be iterated over or awaited within a transaction."""
        self.check_usable("cursor")
        return FakeCursorFactory(self, query, args, prefetch, timeout, record_class)

    async def prepare(
        self,
        query: str,
        *,
        name: str | None = None,
        timeout: float | None = None,
        record_class: type | None = None,
    ) -> FakePreparedStatement:
        """A prepared statement."""
        self.check_usable("prepare")
        await self.control(lambda: self._admit_prepared(query), timeout=timeout)
        self.events.append(Event("prepare", name=name or ""))
        return FakePreparedStatement(self, query, record_class)

    async def add_listener(self, channel: str, callback: Callable[..., Any]) -> None:
        """Keep a callback in `listeners`, as (channel, callback); a test calls it to notify."""
        self.check_usable("add_listener")
        self.listeners.append((channel, callback))

    async def remove_listener(self, channel: str, callback: Callable[..., Any]) -> None:
        """Remove a callback; does nothing on a closed connection."""
        if (channel, callback) in self.listeners:
            self.listeners.remove((channel, callback))

    def is_closed(self) -> bool:
        """Whether the connection is closed."""
        self._check_not_released("is_closed")
        return self._closed

    async def close(self, *, timeout: float | None = None) -> None:
        """Close the connection; one from a pool leaves it for good."""
        self._check_not_released("close")
        self.terminate()

    def terminate(self) -> None:
        """Close the connection without waiting."""
        self._check_not_released("terminate")
        if self._closed:
            return
        self._closed = True
        self.ledger.rolled_back += self.session.pending
        self.session.pending = []
        self.events.append(Event("close"))
        if self._pool is not None:
            self._pool.discard(self)

    async def reset(self, *, timeout: float | None = None) -> None:
        """Roll back what is open."""
        self.check_usable("reset")
        self.listeners.clear()
        self.top_transaction = None
        if self.session.open:
            await self.control(self.session.rollback, timeout=timeout)

    def why_unusable(self) -> str | None:
        """What happened to the connection, or None where it can be used."""
        if self._released:
            return "has been released back to the pool"
        return "is closed" if self._closed else None

    def check_usable(self, method: str) -> None:
        """Raises: InterfaceError on a connection that is closed, or released to its pool."""
        self._check_not_released(method)
        if self._closed:
            raise interface_error("connection is closed")

    def _check_not_released(self, method: str) -> None:
        if self._released:
            raise interface_error(
                f"cannot call Connection.{method}(): connection has been released back to the pool"
            )

    def savepoint_name(self) -> str:
        """A name that no other savepoint of this connection has."""
        self._savepoints += 1
        return f"__asyncpg_savepoint_{self._savepoints}__"

    async def control(self, step: Callable[[], None], *, timeout: float | None = None) -> None:
        """One operation that is no call of the test's: begin, commit, the next rows of a cursor."""
        self.check_usable("execute")
        self._begin_operation(timeout)
        try:
            await pause()
            step()
        except Refused as refusal:
            raise server_error(refusal.sqlstate, refusal.message) from None
        finally:
            self._busy = False

    async def answered(self, kind: Kind, method: str, query: str, args: Any, *, timeout: float | None) -> Any:
        """One call: recorded, checked and answered."""
        self.check_usable(method)
        if not isinstance(query, str):
            raise TypeError(f"Expected str, got {type(query).__name__}")
        self._begin_operation(timeout)
        many = method in ("executemany", "fetchmany")
        try:
            return await self.perform(
                kind, method, query, args, check=lambda call: self._check(call, kind, many), batch=many
            )
        except Refused as refusal:
            raise server_error(refusal.sqlstate, refusal.message) from None
        finally:
            self._busy = False

    def _begin_operation(self, timeout: float | None) -> None:
        if self._busy:
            raise interface_error("cannot perform operation: another operation is in progress")
        if timeout is not None and timeout <= 0:
            raise TimeoutError
        self._busy = True

    def _check(self, call: Call, kind: Kind, many: bool) -> None:
        if kind == "copy":
            return
        if many:
            for place, args in enumerate(call.parameters):
                if isinstance(args, dict) or not hasattr(args, "__getitem__"):
                    raise error("DataError")(
                        f"invalid input in executemany() argument sequence element #{place}: "
                        f"expected a sequence, got {type(args).__name__}"
                    )
                _check_count(call.statement, len(args))
        elif call.method != "execute" or call.parameters:
            self._admit_prepared(call.statement)
            _check_count(call.statement, len(call.parameters))
        elif placeholders(call.statement):
            raise Refused("42P02", "there is no parameter $1")

    def _admit_prepared(self, query: str) -> None:
        self.session.require_sound()
        if several(query):
            self.session.aborted = self.session.open
            raise Refused("42601", "cannot insert multiple commands into a prepared statement")

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Scripted values as they are; rows for `fetchval` told apart from a value."""
        if kind == "fetch_val":
            if source == "fetch_val" and value is not UNSET:
                return value
            return _Rows(records(value))
        if kind in ("fetch", "fetch_row"):
            return as_rows(value)
        return value

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Errors of the server and cancelled statements; not those that asyncpg finds on its own."""
        if isinstance(problem, Refused | TimeoutError) or type(problem).__name__ == "CancelledError":
            return True
        return isinstance(problem, error("PostgresError")) and type(problem) is not error("DataError")


class _Rows(list[FakeRecord]):
    """Rows of which `fetchval` takes a column."""


def _sets(args: Iterable[Any]) -> list[Any]:
    return [tuple(each) if isinstance(each, list) else each for each in args]


def _check_count(query: str, given: int) -> None:
    expected = placeholders(query)
    if given != expected:
        plural = "" if expected == 1 else "s"
        raise interface_error(
            f"the server expects {expected} argument{plural} for this query, "
            f"{given} {'was' if given == 1 else 'were'} passed",
            _HINT if expected else _HINT + _HINT_NONE,
        )
