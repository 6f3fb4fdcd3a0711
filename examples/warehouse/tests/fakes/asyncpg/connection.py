# async-testing-expert 0.1.0 sha256:aca12822ab226c9b (scaffold.py --update renews it)
"""The connection of asyncpg."""

# ruff: noqa: ASYNC109 - the driver has these parameters
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..common.channels import Channels
from ..common.kinds import loaded
from ..common.tags import status
from ..core.recording import Call, Event
from ..core.scripting import Scripted
from .callbacks import Callbacks
from .cursors import FakeCursorFactory, FakePreparedStatement
from .kinds import Descended
from .records import FakeRecord, records
from .transactions import FakeTransaction
from .wire import Rows, sets

if TYPE_CHECKING:
    from .pools import FakePool


class FakeConnection(Callbacks, metaclass=Descended):
    """An asyncpg connection whose answers are scripted; `fetchrow_return` is `fetch_row_return`, and so on."""

    driver = "asyncpg"
    seen = "asyncpg.connection.Connection"

    def seen_as(self) -> Any:
        """The class of the driver, which is another one where a pool gave the connection."""
        proxy = self._pool and loaded("asyncpg.pool.PoolConnectionProxy")
        return proxy or loaded(self.seen) or type(self)

    fetchrow_return = Scripted("fetch_row")
    fetchval_return = Scripted("fetch_val")

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(strict=strict)
        self.top_transaction: FakeTransaction | None = None
        self.listeners, self.codecs, self.channels = [], {}, Channels(self.ledger)
        self._own = []
        self._reset_state(None)

    def _reset_state(self, pool: "FakePool | None") -> None:
        self._pool = pool
        self._closed = self._released = self._busy = False
        self.top_transaction, self._savepoints = None, 0
        self.forget_callbacks()

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
        await self.answered("execute", "executemany", command, sets(args), timeout=timeout)

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
        return await self.rows("fetchmany", query, sets(args), timeout=timeout, record_class=record_class)

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

        A value set as `fetch_val_return` is the answer whatever the column, if the statement has it.
        """
        answer = await self.answered("fetch_val", "fetchval", query, args, timeout=timeout)
        if isinstance(answer, Rows):
            return answer[0][column] if answer else None
        if column and isinstance(column, int):
            from ..sql.returned import columns

            if names := columns(query):
                _ = FakeRecord((each, None) for each in names)[column]
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
        await self.control(lambda: None, name="PREPARE", first=lambda: self._prepare(query), timeout=timeout)
        self.events.append(Event("prepare", name=name or ""))
        return FakePreparedStatement(self, query, record_class, name)

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
        self._terminated()
        if self._pool is not None:
            self._pool.discard(self)

    def lost(self) -> None:
        """Closed; its pool notices a moment later."""
        self.top_transaction = None
        if not (self._closed or self._released):
            self._closed = True
            self.events.append(Event("close"))
            self._terminated()
            if self._pool is not None:
                import asyncio

                asyncio.get_running_loop().call_soon(self._pool.discard, self)

    def savepoint_name(self) -> str:
        """A name that no other savepoint of this connection has."""
        self._savepoints += 1
        return f"__asyncpg_savepoint_{self._savepoints}__"
