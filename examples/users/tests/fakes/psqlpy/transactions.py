# async-testing-expert 0.1.0 sha256:d5b1ca70670bd64d (scaffold.py --update renews it)
"""The transaction of psqlpy, and how it words its errors."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..common.errors import Refused
from ..common.kinds import SeenAs
from .exceptions import CLOSED, error, on_wire
from .operations import Operations, require_string
from .results import QueryResult

if TYPE_CHECKING:
    from .connection import FakeConnection

_STEPS = {
    "BEGIN": ("TransactionBeginError", "Transaction begin error: Cannot start transaction due to - "),
    "COMMIT": (
        "TransactionCommitError",
        "Transaction commit error: Cannot execute COMMIT statement, error - ",
    ),
    "ROLLBACK": (
        "TransactionRollbackError",
        "Transaction rollback error: Cannot execute ROLLBACK statement, error - ",
    ),
}

_LEVELS = {
    "ReadUncommitted": "read uncommitted",
    "ReadCommitted": "read committed",
    "RepeatableRead": "repeatable read",
    "Serializable": "serializable",
}


class FakeTransaction(SeenAs, Operations):
    """A psqlpy transaction: a context manager that gives itself, or begin, then commit or rollback."""

    seen = "psqlpy.Transaction"

    def __init__(
        self,
        connection: "FakeConnection",
        isolation_level: Any = None,
        read_variant: Any = None,
        deferrable: Any = None,
    ) -> None:
        self.connection = connection
        self._read_only = None if read_variant is None else str(read_variant).endswith("ReadOnly")
        self._level = None if isolation_level is None else _LEVELS[str(isolation_level).rpartition(".")[2]]
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

    def opened(self) -> "FakeConnection":
        """The connection. Raises: TransactionClosedError after the end of the transaction."""
        if not self._is_open:
            raise error("TransactionClosedError")(CLOSED)
        return self.connection

    async def begin(self) -> None:
        """Start the transaction."""
        connection = self.opened()
        connection._in_transaction = True
        await self._step(
            "BEGIN", lambda: connection.session.begin(read_only=self._read_only, level=self._level)
        )

    async def commit(self) -> None:
        """Commit, and close this object; the server rolls back where a statement failed."""
        connection = self.opened()
        await self._step("COMMIT", connection.session.commit)
        self._is_open = connection._in_transaction = False

    async def rollback(self) -> None:
        """Roll back, and close this object."""
        connection = self.opened()
        await self._step("ROLLBACK", connection.session.rollback)
        self._is_open = connection._in_transaction = False

    async def create_savepoint(self, savepoint_name: str) -> None:
        """SAVEPOINT."""
        session = self.opened().session
        require_string(savepoint_name)
        await self._step("SAVEPOINT", lambda: session.savepoint(savepoint_name))

    async def release_savepoint(self, savepoint_name: str) -> None:
        """RELEASE SAVEPOINT."""
        session = self.opened().session
        require_string(savepoint_name)
        await self._step("RELEASE", lambda: session.release_savepoint(savepoint_name))

    async def rollback_savepoint(self, savepoint_name: str) -> None:
        """ROLLBACK TO SAVEPOINT."""
        session = self.opened().session
        require_string(savepoint_name)
        await self._step("ROLLBACK TO", lambda: session.rollback_savepoint(savepoint_name))

    async def _step(self, name: str, action: Callable[[], None]) -> None:
        try:
            await self.connection.step(name, action)
        except Refused as refusal:
            raise self._worded(name, refusal) from None
        except Exception as problem:
            if told := getattr(problem, "refusal", None):
                raise self._worded(name, told) from None
            raise

    def _worded(self, name: str, refusal: Refused) -> Exception:
        kind, before = _STEPS.get(name, ("DatabaseError", ""))
        return error(kind)(before + on_wire(refusal))

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
