"""The connection of psycopg."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

from ..core.recording import Event
from .cursors import FakeCursor
from .exceptions import LOST, error
from .info import FakeConnectionInfo
from .notifications import Notifications
from .server_cursors import FakeServerCursor
from .transactions import FakeTransaction


class FakeConnection(Notifications):
    """A psycopg connection (`AsyncConnection`) whose answers are scripted.

    Arguments: `strict`, as for every fake; `row_factory` of the cursors, one of `psycopg.rows` or of your own;
    tuples by default; `autocommit`, as `AsyncConnection.connect` takes it.
    """

    driver = "psycopg"
    seen = "psycopg.AsyncConnection"

    def __init__(
        self,
        *,
        strict: bool = False,
        row_factory: Callable[..., Any] | None = None,
        autocommit: bool = False,
    ) -> None:
        super().__init__(strict=strict)
        self.row_factory = row_factory
        self.settings["autocommit"] = autocommit

    @property
    def info(self) -> FakeConnectionInfo:
        """The state of the transaction, and what the server is."""
        return FakeConnectionInfo(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.closed:
            return
        if kind is None:
            await self.commit()
        else:
            with suppress(Exception):
                await self.rollback()
        if self._pool is None:
            await self.close()

    def cursor(
        self,
        name: str = "",
        *,
        binary: bool = False,
        row_factory: Callable[..., Any] | None = None,
        scrollable: bool | None = None,
        withhold: bool = False,
    ) -> FakeCursor:
        """A cursor; one with a name leaves its rows on the server, in a transaction unless `withhold`."""
        self.check_open()
        make = row_factory or self.row_factory
        if name:
            return FakeServerCursor(
                self, name=name, row_factory=make, scrollable=scrollable, withhold=withhold
            )
        return FakeCursor(self, row_factory=make)

    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False
    ) -> FakeCursor:
        """Run a statement on a cursor of its own. Returns the cursor."""
        return await self.cursor().execute(query, params, prepare=prepare, binary=binary)

    @asynccontextmanager
    async def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AsyncIterator[FakeTransaction]:
        """A transaction for a block, or a savepoint within one."""
        async with FakeTransaction(self, savepoint_name, force_rollback) as transaction:
            yield transaction

    async def commit(self) -> None:
        """Commit what is open, if anything."""
        await self.operation(lambda: self._end("commit", "COMMIT", self.session.commit), lost=LOST)

    async def rollback(self) -> None:
        """Roll back what is open, if anything."""
        await self.operation(lambda: self._end("rollback", "ROLLBACK", self.session.rollback), lost=LOST)

    async def _end(self, method: str, name: str, action: Callable[[], None]) -> None:
        if self.blocks:
            instead = {
                "commit": "Transaction will be automatically committed on successful exit from context.",
                "rollback": "Either raise Rollback() or allow an exception to propagate out of the context.",
            }
            raise error("ProgrammingError")(
                f"Explicit {method}() forbidden within a Transaction context. ({instead[method]})"
            )
        if self.session.open:
            await self.step(name, action)

    async def close(self) -> None:
        """Close the connection; what is open is rolled back."""
        if self.closed:
            return
        self.closed = True
        self.session.lose()
        self.events.append(Event("close"))
