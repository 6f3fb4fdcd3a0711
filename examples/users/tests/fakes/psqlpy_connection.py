# async-testing-expert 0.1.0 sha256:5e9fb7cef8cb208c (scaffold.py --update renews it)
"""Connection and transaction of psqlpy: how it counts parameters, words its errors and ends transactions."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .base import BaseConnection
from .core import UNSET, Call, Event, Kind, as_rows, shown
from .psqlpy_operations import Operations, given_parameters
from .psqlpy_results import CLOSED, WRONG_NUMBER_OF_ROWS, QueryResult, error
from .session import Refused, pause, several

if TYPE_CHECKING:
    from .psqlpy import FakePool


_BUILDING = "Cannot build statement in execute_many"
_RUNNING = "Error occurred in `execute_many` statement"


def _prefix(method: str) -> str:
    return "Cannot execute query, error - " if method in ("execute", "fetch") else ""


class FakeConnection(Operations, BaseConnection):
    """A psqlpy connection whose answers are scripted. Also what `FakePool.acquire()` gives, unentered."""

    plain = True

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(strict=strict)
        self._is_open = True
        self._enters = False
        self._in_transaction = False
        self._pool: FakePool | None = None
        self._cached: set[str] = set()
        self._returned: list[bool] = []

    async def __aenter__(self) -> "FakeConnection":
        if self._enters and self._pool is not None:
            self._enters = False
            await self._pool._take()
            self._is_open = True
        self.opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def close(self) -> None:
        """Give the connection back; it can't be used after that."""
        self._leave()

    def _leave(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        if self._pool is None:
            self.events.append(Event("close"))
            return
        if self.session.open:
            self.problems.append(
                "a connection went back to the pool with its transaction still open: psqlpy hands it like that "
                "to whoever is next\n  Use `async with conn.transaction()`, or commit or roll back in a finally."
            )
        self._pool._release(self)

    async def in_transaction(self) -> bool:
        """Whether `begin` was called since the last commit or rollback; BEGIN as a statement does not count."""
        return self._is_open and self._in_transaction

    def transaction(
        self, isolation_level: Any = None, read_variant: Any = None, deferrable: bool | None = None
    ) -> "FakeTransaction":
        """A transaction, to be entered or begun. There is no nesting: the inner one's end is the outer one's."""
        self.opened()
        for value, name in ((isolation_level, "IsolationLevel"), (read_variant, "ReadVariant")):
            if value is not None and type(value).__name__ != name:
                raise TypeError(f"'{type(value).__name__}' object is not an instance of '{name}'")
        return FakeTransaction(self, isolation_level, read_variant, deferrable)

    def opened(self) -> "FakeConnection":
        """This connection. Raises: ConnectionClosedError."""
        if not self._is_open:
            raise error("ConnectionClosedError")(CLOSED)
        return self

    async def call(self, kind: Kind, method: str, querystring: str, parameters: Any, *, plain: bool) -> Any:
        """One call on the wire. `plain`: made on the connection itself, where no parameters means no preparing."""
        many = method == "execute_many"
        prepares = kind != "copy" and method != "execute_batch" and not many
        unprepared = plain and method in ("execute", "fetch") and parameters is None

        def check(call: Call) -> None:
            if prepares and several(querystring):
                raise Refused("42601", "cannot insert multiple commands into a prepared statement")
            if many:
                self._check_many(querystring, parameters or ())
            elif prepares:
                expected, given, dropped = given_parameters(querystring, parameters)
                self._check_count(expected, given, prefix=_prefix(method))
                if dropped:
                    self._dropped(call)
            if prepares and not unprepared:
                self._cached.add(querystring)

        cached = querystring in self._cached
        try:
            return await self.perform(kind, method, querystring, parameters, check=check, batch=many)
        except Refused as refusal:
            running = unprepared or cached or refusal.sqlstate == "25006"
            if many:
                stage = _RUNNING if running else _BUILDING
                raise error("ConnectionExecuteError")(f"{stage}: db error: ERROR: {refusal}") from None
            if prepares and running:
                raise error("ConnectionExecuteError")(
                    f"{_prefix(method)}db error: ERROR: {refusal}"
                ) from None
            raise error("DatabaseError")(f"db error: ERROR: {refusal}") from None
        except error("DatabaseError"):
            self._cached.discard(querystring)
            raise

    def _check_count(self, expected: int, given: int, *, prefix: str) -> None:
        if given < expected:
            raise error("ConnectionExecuteError")(f"{prefix}expected {expected} parameters but got {given}")

    def _check_many(self, querystring: str, sets: Sequence[Any]) -> None:
        for number, parameters in enumerate(sets):
            try:
                expected, given, dropped = given_parameters(
                    querystring, () if parameters is None else parameters
                )
                if parameters is None:
                    raise error("PyToRustValueMappingError")("Parameters must be sequence or mapping")
            except error("PyToRustValueMappingError") as problem:
                if number:
                    raise
                name = "ConnectionExecuteError"
                raise error(name)(f"{_BUILDING}: {problem}") from None
            self._check_count(expected, given, prefix=_RUNNING + ": ")
            if dropped:
                self._dropped(self.calls[-1])

    def _dropped(self, call: Call) -> None:
        self.problems.append(
            f"{call.method}() was given more parameters than the statement has placeholders; psqlpy drops the "
            f"rest without a word\n{shown(call)}\n  Add the placeholder, or remove the parameter."
        )

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; for fetch_row the only one; for fetch_val a value."""
        if kind == "copy" or (kind == "fetch_val" and source == "fetch_val" and value is not UNSET):
            return value
        rows = as_rows(None if kind == "execute" and isinstance(value, int | str) else value)
        if kind in ("execute", "fetch"):
            return rows
        if len(rows) != 1:
            raise error("ConnectionExecuteError")(WRONG_NUMBER_OF_ROWS)
        return rows[0] if kind == "fetch_row" else next(iter(dict(rows[0].items()).values()), None)

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Errors of the server; not those that the client finds, nor those of `execute_many`: it has a savepoint."""
        if isinstance(problem, Refused) or call.method == "execute_many":
            return isinstance(problem, Refused)
        server = (error("ConnectionExecuteError"), error("DatabaseError"))
        if not isinstance(problem, server) or isinstance(problem, error("PyToRustValueMappingError")):
            return False
        text = str(problem)
        return WRONG_NUMBER_OF_ROWS not in text and " parameters but got " not in text


class FakeTransaction(Operations):
    """A psqlpy transaction: a context manager that gives itself, or begin, then commit or rollback."""

    def __init__(
        self,
        connection: FakeConnection,
        isolation_level: Any = None,
        read_variant: Any = None,
        deferrable: Any = None,
    ) -> None:
        self.connection = connection
        self._read_only = None if read_variant is None else str(read_variant).endswith("ReadOnly")
        self._is_open = True
        for name, method in vars(connection).items():
            if callable(method) and hasattr(type(self), name):
                setattr(self, name, method)

    async def __aenter__(self) -> "FakeTransaction":
        await self.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await (self.commit() if kind is None else self.rollback())

    def opened(self) -> FakeConnection:
        """The connection. Raises: TransactionClosedError after the end of the transaction."""
        if not self._is_open:
            raise error("TransactionClosedError")(CLOSED)
        return self.connection

    async def begin(self) -> None:
        """Start the transaction."""
        connection = self.opened()
        await pause()
        connection.session.begin(read_only=self._read_only)
        connection._in_transaction = True

    async def commit(self) -> None:
        """Commit, and close this object; the server rolls back where a statement failed."""
        connection = self.opened()
        await pause()
        connection.session.commit()
        self._is_open = connection._in_transaction = False

    async def rollback(self) -> None:
        """Roll back, and close this object."""
        connection = self.opened()
        await pause()
        connection.session.rollback()
        self._is_open = connection._in_transaction = False

    async def create_savepoint(self, savepoint_name: str) -> None:
        """SAVEPOINT."""
        await self._savepoint(self.opened().session.savepoint, savepoint_name)

    async def release_savepoint(self, savepoint_name: str) -> None:
        """RELEASE SAVEPOINT."""
        await self._savepoint(self.opened().session.release_savepoint, savepoint_name)

    async def rollback_savepoint(self, savepoint_name: str) -> None:
        """ROLLBACK TO SAVEPOINT."""
        await self._savepoint(self.opened().session.rollback_savepoint, savepoint_name)

    async def _savepoint(self, action: Callable[[str], None], name: str) -> None:
        await pause()
        try:
            action(name)
        except Refused as refusal:
            raise error("DatabaseError")(f"db error: ERROR: {refusal}") from None

    async def pipeline(
        self, queries: list[tuple[Any, ...]] | None = None, prepared: bool | None = None
    ) -> list[QueryResult]:
        """Run several statements; recorded and answered as one `execute` each."""
        self.opened()
        for query in queries or []:
            if not isinstance(query, tuple):
                kind = type(query).__name__
                raise error("PyToRustValueMappingError")(
                    f"Cannot cast to tuple: '{kind}' object is not an instance of 'tuple'"
                )
            if len(query) > 1 and query[1] is None:
                raise error("PyToRustValueMappingError")("Parameters must be sequence or mapping")
        return [await self._many_rows("execute", query[0], [*query[1:2], None][0]) for query in queries or []]
