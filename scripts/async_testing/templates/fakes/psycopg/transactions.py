"""The transaction blocks of psycopg."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..common.kinds import SeenAs
from .exceptions import LOST, error

if TYPE_CHECKING:
    from .connection import FakeConnection


class FakeTransaction(SeenAs):
    """A psycopg transaction: a context manager that gives itself, a savepoint within another one."""

    seen = "psycopg.AsyncTransaction"

    def __init__(
        self, connection: "FakeConnection", savepoint_name: str | None, force_rollback: bool
    ) -> None:
        self.connection = connection
        self.savepoint_name = savepoint_name or ""
        self.force_rollback = force_rollback
        self.status = "not_started"
        self._outer = False
        self._place = -1

    def __repr__(self) -> str:
        name = f"{self.savepoint_name!r} " if self.savepoint_name else ""
        told = f"({self.status}) [{self.connection.transaction_status()}]"
        return f"<psycopg.AsyncTransaction {name}{told} at 0x{id(self):x}>"

    async def __aenter__(self) -> "FakeTransaction":
        await self.connection.operation(self._enter, lost=LOST)
        return self

    async def _enter(self) -> None:
        if self.status != "not_started":
            raise TypeError("transaction blocks can be used only once")
        connection, session = self.connection, self.connection.session
        self.status, self._outer = "active", not session.open
        if (
            self._outer and connection.blocks
        ):  # a statement ended their transaction; psycopg leaves what it missed
            self._leave("rollback")
        if not (self._outer or self.savepoint_name):
            self.savepoint_name = f"_pg3_{connection.blocks + 1}"
        self._place = connection.blocks
        connection.blocks += 1
        try:
            if self._outer:
                await connection.step("BEGIN", lambda: session.begin(read_only=connection.read_only))
            if self.savepoint_name:
                await connection.step("SAVEPOINT", lambda: session.savepoint(self.savepoint_name))
        except BaseException:
            await self._undone()
            raise

    async def _undone(self) -> None:
        """Roll back what could not be entered, as psycopg does: also to an outer savepoint of the same name."""
        if self.connection.closed or not self.connection.session.open:
            self.connection.blocks -= 1
            self.status = "failed" if self.connection.closed else "rolled_back_with_error"
            return
        with suppress(Exception):
            await self._rollback()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self.connection.closed:
            self.connection.blocks -= 1
            self.status = "failed"
            return False
        if exception is None and not self.force_rollback:
            await self.connection.operation(self._commit, lost=LOST)
            return False
        try:
            asked = isinstance(exception, error("Rollback"))
            ended = "explicitly" if asked or self.force_rollback else "with_error"
            await self.connection.operation(lambda: self._rollback(ended), lost=LOST)
        except error("OutOfOrderTransactionNesting"):
            raise
        except Exception:
            return False
        return asked and getattr(exception, "transaction", None) in (None, self)

    async def _commit(self) -> None:
        self._leave("commit", "committed")
        session, name = self.connection.session, self.savepoint_name
        if self._outer:
            await self.connection.step("COMMIT", session.commit)
        else:
            await self.connection.step("RELEASE", lambda: session.release_savepoint(name))

    async def _rollback(self, ended: str = "with_error") -> None:
        self._leave("rollback", f"rolled_back_{ended}")
        session, name = self.connection.session, self.savepoint_name
        if self._outer:
            await self.connection.step("ROLLBACK", session.rollback)
        else:
            await self.connection.step("ROLLBACK TO", _both(session, name))

    def _leave(self, action: str, status: str = "rolled_back_with_error") -> None:
        self.connection.blocks -= 1
        told, self.status = repr(self), status
        if self.connection.blocks != self._place:
            raise error("OutOfOrderTransactionNesting")(
                f"transaction {action} at the wrong nesting level: {told}"
            )


def _both(session: Any, name: str) -> Callable[[], None]:
    def action() -> None:
        session.rollback_savepoint(name)
        session.release_savepoint(name)

    return action
