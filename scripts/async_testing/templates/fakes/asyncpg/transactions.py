"""The transactions of asyncpg."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from ..common.kinds import SeenAs
from .exceptions import interface_error

if TYPE_CHECKING:
    from .connection import FakeConnection

_LEVELS = {"read_committed", "read_uncommitted", "serializable", "repeatable_read"}
_ENDED = {"committed": "already committed", "rolledback": "already rolled back", "failed": "in error state"}


class FakeTransaction(SeenAs):
    """An asyncpg transaction: a context manager that gives None, or start, then commit or rollback.

    Within another one it is a savepoint. The event of its begin has the isolation asked for as its `name`.
    """

    seen = "asyncpg.transaction.Transaction"

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
            await self._control("BEGIN", self._begin, "started")
            return
        level = outer.isolation or "read_committed"
        if self.isolation and self.isolation != level:
            raise interface_error(
                "nested transaction has a different isolation level: "
                f"current {self.isolation!r} != outer {level!r}"
            )
        self._savepoint = connection.savepoint_name()
        await self._control("SAVEPOINT", lambda: session.savepoint(self._savepoint), "started")

    def _begin(self) -> None:
        self.connection.session.begin(read_only=self.readonly)
        self.connection.events[-1].name = self.isolation or ""

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
        steps: dict[tuple[str, bool], tuple[str, Callable[[], None]]] = {
            ("commit", True): ("RELEASE", lambda: session.release_savepoint(name)),
            ("commit", False): ("COMMIT", session.commit),
            ("rollback", True): ("ROLLBACK TO", lambda: session.rollback_savepoint(name)),
            ("rollback", False): ("ROLLBACK", session.rollback),
        }
        ended = "committed" if action == "commit" else "rolledback"
        await self._control(*steps[action, bool(name)], ended)

    async def _control(self, name: str, step: Callable[[], None], state: str) -> None:
        try:
            await self.connection.control(step, name=name)
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
