# async-testing-expert 0.1.0 sha256:d533c1d5b5a36a1b (scaffold.py --update renews it)
"""What stands between a connection of asyncpg and its server: one operation at a time, and how it counts."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from ..common.connection import RowsConnection
from ..common.errors import Refused
from ..common.session import several
from ..core.recording import Call
from ..core.scripting import UNSET, Kind, as_rows
from .exceptions import error, interface_error, server_error
from .records import FakeRecord, records

if TYPE_CHECKING:
    from .pools import FakePool

_HINT = "Check the query against the passed list of arguments."
_HINT_NONE = (
    "  Note that parameters are supported only in SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES statements, "
    "and will *not* work in statements  like CREATE VIEW or DECLARE CURSOR."
)


class Wire(RowsConnection):
    """The state of a connection, and its operations."""

    _pool: "FakePool | None" = None
    _closed = _released = _busy = False

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

    async def control(
        self,
        action: Callable[[], None],
        *,
        name: str = "",
        first: Callable[[], None] | None = None,
        timeout: float | None = None,
    ) -> None:
        """One operation that is no call of the test's: BEGIN, COMMIT, the next rows of a cursor."""
        self.check_usable("execute")
        await self._operation(self.step(name, action, first=first), timeout)

    async def answered(self, kind: Kind, method: str, query: str, args: Any, *, timeout: float | None) -> Any:
        """One call: recorded, checked and answered."""
        self.check_usable(method)
        if not isinstance(query, str):
            raise TypeError(f"Expected str, got {type(query).__name__}")
        many = method in ("executemany", "fetchmany")
        call = self.perform(
            kind,
            method,
            query,
            args,
            check=lambda call: self._check(call, kind, many),
            first=lambda call: self._parsed(call, kind),
            batch=many,
        )
        return await self._operation(call, timeout)

    async def _operation(self, operation: Coroutine[Any, Any, Any], timeout: float | None) -> Any:
        """Wait for one operation: no second one may begin meanwhile.

        Raises: InterfaceError where one is in progress, TimeoutError, what the operation raises.
        """
        try:
            if self._busy:
                raise interface_error("cannot perform operation: another operation is in progress")
            if timeout is not None and timeout <= 0:
                raise TimeoutError
        except BaseException:
            operation.close()
            raise
        self._busy = True
        try:
            if timeout is None:
                return await operation
            import asyncio

            return await asyncio.wait_for(operation, timeout)
        except Refused as refusal:
            raise server_error(refusal) from None
        finally:
            self._busy = False

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
            _check_count(call.statement, len(call.parameters))
        elif expected(call.statement):
            raise Refused("42P02", "there is no parameter $1")

    def _prepare(self, query: str) -> None:
        self._admit_prepared(query)
        self.session.admit(query)

    def _parsed(self, call: Call, kind: Kind) -> None:
        if kind != "copy" and not call.batch and (call.method != "execute" or call.parameters):
            self._admit_prepared(call.statement)

    def _admit_prepared(self, query: str) -> None:
        if several(query):
            self.session.aborted = self.session.open
            raise Refused("42601", "cannot insert multiple commands into a prepared statement")

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Scripted values as they are; rows for `fetchval` told apart from a value."""
        if kind == "fetch_val":
            if source == "fetch_val" and value is not UNSET:
                return value
            return Rows(records(value))
        if kind in ("fetch", "fetch_row"):
            return as_rows(value)
        return value

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Errors of the server and cancelled statements; not those that asyncpg finds on its own."""
        if isinstance(problem, Refused | TimeoutError) or type(problem).__name__ == "CancelledError":
            return True
        return isinstance(problem, error("PostgresError")) and type(problem) is not error("DataError")


class Rows(list[FakeRecord]):
    """Rows of which `fetchval` takes a column."""


def sets(args: Iterable[Any]) -> list[Any]:
    """Sets of arguments, as they are recorded."""
    return [tuple(each) if isinstance(each, list) else each for each in args]


def expected(query: str) -> int:
    """How many arguments a statement takes."""
    from ..sql.text import placeholders

    return placeholders(query)


def _check_count(query: str, given: int) -> None:
    wanted = expected(query)
    if given != wanted:
        plural = "" if wanted == 1 else "s"
        raise interface_error(
            f"the server expects {wanted} argument{plural} for this query, "
            f"{given} {'was' if given == 1 else 'were'} passed",
            _HINT if wanted else _HINT + _HINT_NONE,
        )
