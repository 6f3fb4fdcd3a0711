# async-testing-expert 0.1.0 sha256:80bb57e9dab5433a (scaffold.py --update renews it)
"""Prepared statements and cursors of psqlpy."""

from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..common.errors import Refused
from ..common.kinds import SeenAs
from ..common.session import WRITES, pause
from ..core.recording import Call, shown
from .exceptions import CLOSED, error, worded
from .results import Parameters, QueryResult

if TYPE_CHECKING:
    from .connection import FakeConnection
    from .operations import Operations


class FakePreparedStatement:
    """A statement with its parameters."""

    def __init__(
        self, connection: "FakeConnection", query: str, parameters: Any, expected: int, given: int
    ) -> None:
        self._connection, self._query, self._parameters = connection, query, parameters
        self._missing = f"expected {expected} parameters but got {given}" if given < expected else None

    async def execute(self) -> QueryResult:
        """Run the statement; answered as `execute` is."""
        if self._missing:
            raise error("DatabaseError")(self._missing)
        rows = await self._connection.call(
            "execute", "execute", self._query, self._parameters, plain=False, of="prepared"
        )
        return QueryResult(rows)

    def cursor(self) -> "FakeCursor":
        """A cursor over the statement's rows."""
        return FakeCursor(self._connection, self._query, self._parameters)

    def columns(self) -> list[Any]:
        """No columns: a fake doesn't know them."""
        return []


class Whereabouts:
    """What a connection, and what is made on it, tells of its server: that of a fake is nowhere."""

    conn_dbname: str | None = "fake"
    user: str | None = "fake"
    options: str | None = None

    @property
    def hosts(self) -> list[str]:
        """The hosts."""
        return ["localhost"]

    @property
    def ports(self) -> list[int]:
        """Their ports."""
        return [5432]

    @property
    def host_addrs(self) -> list[str]:
        """Their addresses, where those were given."""
        return []


class FakeCursor(SeenAs, Whereabouts):
    """A server-side cursor over the rows scripted for `fetch`, asked for once, when it starts.

    It starts with a BEGIN of its own and ends with a ROLLBACK, as psqlpy has it: what was written meanwhile on its
    connection is lost, be it in a transaction or not. `problems` tells of writes that are lost that way.
    """

    seen = "psqlpy.Cursor"

    def __init__(
        self,
        target: "Operations",
        querystring: str | None,
        parameters: Any = None,
        array_size: int | None = None,
    ) -> None:
        self.querystring, self.parameters = querystring, parameters
        self.array_size = 1 if array_size is None else array_size
        self._target = target.opened() if target._is_open else None
        self._rows: list[Any] | None = None
        self._connection: FakeConnection | None = None
        self._call: Call | None = None

    def __aiter__(self) -> "FakeCursor":
        return self

    async def __anext__(self) -> QueryResult:
        result = await self.fetchmany()
        if not result.rowcount:
            raise StopAsyncIteration
        return result

    async def __aenter__(self) -> "FakeCursor":
        if self._target is None:
            raise error("CursorClosedError")(CLOSED)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def start(self) -> None:
        """Ask for the rows."""
        if self._target is None:
            raise error("ConnectionClosedError")(CLOSED)
        if self.querystring is None:
            raise error("CursorStartError")("Cursor start error: Cannot start cursor")
        connection = self._target
        session, was_open, before = connection.session, connection.session.open, self._connection
        if not (session.aborted or session.gone):
            session.begin()
        try:
            rows = await connection.call("fetch", "cursor", self.querystring, self.parameters, plain=False)
        except Exception as problem:
            missing = " parameters but got " in str(problem)
            if session.open and not session.gone and (missing or not was_open):
                session.rollback()
            if missing:
                raise error("DatabaseError")(str(problem)) from None
            raise
        self._rows, self._connection, self._call = list(rows), connection, session.pending[-1]
        if before is not None:
            self._roll_back(before)

    async def execute(self, querystring: str, parameters: Parameters = None) -> None:
        """Start with another statement."""
        self.querystring, self.parameters = querystring, parameters
        await self.start()

    def is_closed(self) -> bool:
        """True while this is open: psqlpy has it the wrong way round."""
        return self._target is not None

    def close(self) -> None:
        """Close the cursor, and roll back; it can't be started again."""
        connection, self._connection = self._connection, None
        self._rows = self._target = None
        if connection is not None:
            self._roll_back(connection)

    __del__ = close

    def _roll_back(self, connection: "FakeConnection") -> None:
        session = connection.session
        if not session.open or session.gone:
            return
        from ..sql.text import verb_and_tables

        lost = [call for call in session.pending if verb_and_tables(call.statement)[0] in WRITES]
        if lost and not session.aborted:
            connection.problems.append(
                "a cursor ended, and with it the transaction that its connection was in: psqlpy rolls back\n"
                f"{shown(lost[0])}\n  Write after the cursor is closed, or on another connection."
            )
        session.rollback()

    async def fetchone(self) -> QueryResult:
        """The next row, or none."""
        return await self._next(1)

    async def fetchmany(self, size: int | None = None) -> QueryResult:
        """The next rows, `array_size` of them by default."""
        return await self._next(self.array_size if size is None else size)

    async def fetchall(self) -> QueryResult:
        """All rows that are left."""
        return await self._next(None)

    async def _next(self, count: int | None) -> QueryResult:
        if self._rows is None or self._connection is None:
            raise error("TransactionClosedError")(CLOSED)
        await pause()
        session = self._connection.session
        try:
            session.require_sound()
            if not any(
                call is self._call for call in session.pending
            ):  # ended, or rolled back to a savepoint
                session.aborted = session.open
                raise Refused("34000", 'portal "p1" does not exist')
        except Refused as refusal:
            raise worded(refusal, "cursor", running=False) from None
        taken, self._rows = self._rows[:count], self._rows[len(self._rows[:count]) :]
        return QueryResult(taken)
