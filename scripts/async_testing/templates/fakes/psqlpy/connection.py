"""The connection of psqlpy: how it counts parameters, and what it makes of an answer."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..common.connection import RowsConnection
from ..common.errors import Refused
from ..common.session import pause, several
from ..core.recording import Call, Event, shown
from ..core.scripting import UNSET, Kind, as_rows
from .exceptions import BUILDING, CLOSED, RUNNING, WRONG_NUMBER_OF_ROWS, error, prefix, worded
from .operations import Operations, given_parameters
from .transactions import FakeTransaction

if TYPE_CHECKING:
    from .pools import FakePool


class FakeConnection(Operations, RowsConnection):
    """A psqlpy connection whose answers are scripted. Also what `FakePool.acquire()` gives, unentered."""

    driver, seen = "psqlpy", "psqlpy.Connection"
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
            self._cached, self.session = await self._pool._take()
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
        if self.session.open and not self.session.gone:
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

    async def call(
        self, kind: Kind, method: str, querystring: str, parameters: Any, *, plain: bool, of: str = ""
    ) -> Any:
        """One call on the wire.

        Arguments: `plain`, made on the connection itself, where no parameters means no preparing; `of`, what
        the call is worded as where that is not its method.
        """
        many = method == "execute_many"
        prepares = kind != "copy" and method != "execute_batch" and not many
        unprepared = plain and method in ("execute", "fetch") and parameters is None

        def first(call: Call) -> None:
            if (prepares or many) and not self.session.gone and several(querystring):
                raise Refused("42601", "cannot insert multiple commands into a prepared statement")
            if prepares and cached and not unprepared:
                self._check_count(*given_parameters(querystring, parameters)[:2], before=prefix(method))

        def check(call: Call) -> None:
            if (prepares or many) and not unprepared and method != "cursor":
                self._cached.add(querystring)
            if many and self._in_transaction and not self.session.open:
                raise Refused("25P01", "SAVEPOINT can only be used in transaction blocks")
            if many:
                self._check_many(querystring, parameters or ())
            elif prepares:
                expected, given, dropped = given_parameters(querystring, parameters)
                self._check_count(expected, given, before=prefix(method))
                if dropped:
                    self._dropped(call)

        if many and not parameters:
            self.ledger.record(Call(method, querystring, parameters, self.session.depth, batch=True), kind)
            return await pause()
        cached = querystring in self._cached
        name = of or ("copy" if kind == "copy" else method)
        try:
            value = await self.perform(
                kind, method, querystring, parameters, check=check, first=first, batch=many
            )
        except Refused as refusal:
            if many and refusal.sqlstate != "25006" and (cached or refusal.sqlstate == "25P01"):
                name = "execute_many wrapped"
            sent = unprepared or cached or refusal.sqlstate == "25006"
            problem: Exception = worded(refusal, name, running=sent)
        except Exception as raised:
            told = getattr(raised, "refusal", None)
            parsed = told is None or not told.sqlstate.startswith("42")
            problem = worded(told, name, running=parsed or unprepared) if told else raised
            sent = name in ("prepared", "cursor")
            if not parsed or (isinstance(problem, error("DatabaseError")) and not sent):
                self._cached.discard(querystring)
        else:
            self._unwrap(many, failed=False)
            return value
        self._unwrap(many and str(problem).startswith(RUNNING), failed=True)
        raise problem

    def _unwrap(self, many: bool, *, failed: bool) -> None:
        """End what psqlpy wraps `execute_many` in where it knows of no transaction, and one begun as a statement."""
        if many and self.session.open and not self._in_transaction and not self.session.gone:
            (self.session.rollback if failed else self.session.commit)()

    def lost(self) -> None:
        """Nothing but the next call notices."""

    def _check_count(self, expected: int, given: int, *, before: str) -> None:
        if given < expected:
            raise error("ConnectionExecuteError")(f"{before}expected {expected} parameters but got {given}")

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
                raise error(name)(f"{BUILDING}{problem}") from None
            self._check_count(expected, given, before=RUNNING)
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
        if isinstance(problem, Refused):
            return call.method != "execute_many" or problem.sqlstate != "25006"
        if call.method == "execute_many":
            return getattr(getattr(problem, "refusal", None), "sqlstate", "").startswith("42")
        server = (error("ConnectionExecuteError"), error("DatabaseError"))
        if not isinstance(problem, server) or isinstance(problem, error("PyToRustValueMappingError")):
            return False
        text = str(problem)
        return WRONG_NUMBER_OF_ROWS not in text and " parameters but got " not in text
