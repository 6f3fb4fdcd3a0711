"""What stands between a connection of psycopg and its server: one operation at a time, BEGIN before the first."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..common.channels import Channels
from ..common.connection import BaseConnection
from ..common.errors import Refused
from ..common.session import several
from ..common.several import FakeResults
from ..core.recording import Call, Event
from ..core.scripting import Kind, Scripted, as_rows
from .answers import Result, counted, results
from .exceptions import CLOSED, LOST, error, server_error
from .portals import Portals
from .queries import check, streams

if TYPE_CHECKING:
    from .pools import FakePool


MISUSED = "COPY cannot be used with this method; use copy() instead"


class Wire(BaseConnection):
    """The state of a connection, and its operations.

    `fetch_return` answers statements that return rows, `execute_return` the others, and those too where
    `fetch_return` is not set.
    """

    style = "%"
    fallbacks = {"fetch": ("execute",)}  # noqa: RUF012
    lists = {"fetch": ("execute", "fetch")}  # noqa: RUF012
    copy_return = Scripted("copy")

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(strict=strict)
        self.channels = Channels(self.ledger)
        self._pool: FakePool | None = None
        self.reset()

    def reset(self) -> None:
        """The state of a connection that was just opened."""
        self.closed = self.broken = self.copying = False
        self.settings: dict[str, Any] = {"autocommit": False}
        self.blocks = 0
        self._lock: Any = None
        self.session = self.session_class(self.ledger)
        self.portals = Portals(self)

    @property
    def copy_calls(self) -> list[Call]:
        """Copies into or out of a table; the statement is the COPY, the parameters what was copied."""
        return self.ledger.calls["copy"]

    @property
    def lock(self) -> Any:
        """Held by whoever uses the connection."""
        if self._lock is None:
            import asyncio

            self._lock = asyncio.Lock()
        return self._lock

    async def operation(self, call: Callable[[], Any], *, lost: str = LOST) -> Any:
        """One operation, once the one before it is over.

        Raises: OperationalError on a closed connection, `lost` being what it says of one that was lost.
        """
        async with self.lock:
            if self.broken:
                raise error("OperationalError")(lost)
            self.check_open()
            if self.copying:
                raise error("OperationalError")(
                    "sending query failed: another command is already in progress"
                )
            try:
                return await call()
            except Refused as refusal:
                raise server_error(refusal) from None

    def check_open(self) -> None:
        """Raises: OperationalError on a closed connection."""
        if self.closed:
            raise error("OperationalError")(CLOSED)

    def transaction_status(self) -> str:
        """What libpq calls the state of the transaction."""
        if self.closed:
            return "BAD"
        if self.copying:
            return "ACTIVE"
        return ("INERROR" if self.session.aborted else "INTRANS") if self.session.open else "IDLE"

    async def run(self, method: str, query: str, parameters: Any) -> list[Result]:
        """One call. Returns what each of its statements gave, of which there is one as a rule."""
        from ..sql.returned import statements
        from ..sql.text import gives_rows

        several, aborted = statements(query), self.session.aborted
        if method == "execute" and streams(query):
            await self.begun(self.session.require_sound)
            self.copying = True  # the server waits for data that nobody will send
            raise error("ProgrammingError")(MISUSED)
        rows = list(map(gives_rows, several))
        answer = await self.call("fetch" if any(rows) else "execute", method, query, parameters)
        found = results(several, rows, answer)
        if aborted and found[0].tag == "COMMIT":
            found[0].tag = "ROLLBACK"
        return found

    async def run_returning(self, query: str, sets: list[Any]) -> list[Result]:
        """One statement with many sets of parameters. Returns what it gave for each."""
        from ..sql.text import gives_rows

        rows = gives_rows(query)
        kind: Kind = "fetch" if rows else "execute"
        answer = await self.call(kind, "executemany", query, sets, many=True)
        if isinstance(answer, list) and len(answer) == len(sets) != 1:
            answer = FakeResults(*answer)
        elif not rows:
            total = counted(query, answer, len(sets)).count
            answer = FakeResults(*[max(total, 0) // len(sets)] * len(sets)) if sets else None
        return results([query] * len(sets), [rows] * len(sets), answer)

    async def run_many(self, query: str, sets: list[Any]) -> Any:
        """One statement with many sets of parameters. Returns the scripted answer."""
        return await self.call("execute", "executemany", query, sets, many=True)

    async def call(
        self,
        kind: Kind,
        method: str,
        query: str,
        parameters: Any,
        *,
        many: bool = False,
        ready: Callable[[], Awaitable[None]] | None = None,
        refuses: Callable[[str], None] | None = None,
        answered: Callable[[Any], None] | None = None,
    ) -> Any:
        """One recorded call, in a transaction unless in autocommit. Returns the scripted answer.

        Arguments: what is done in the same operation before the transaction begins; what the server refuses of
        the text; what is done with the answer.
        """

        def checked(call: Call) -> None:
            if parameters and several(query):
                raise Refused("42601", "cannot insert multiple commands into a prepared statement")
            if refuses:
                refuses(query)

        async def one() -> Any:
            if ready:
                await ready()
            await self.start()
            if many and not parameters:
                call = Call(method, query, parameters, self.session.depth, True, self.style)
                self.ledger.record(call, kind)
                return 0
            for each in parameters if many else [parameters]:
                if kind != "copy":
                    check(query, each, self)
            answer = await self.perform(kind, method, query, parameters, check=checked, batch=many)
            if answered:
                answered(answer)
            return answer

        return await self.operation(one)

    async def start(self) -> None:
        """BEGIN, where a statement needs it."""
        raise NotImplementedError

    async def begun(self, check: Callable[[], None]) -> None:
        """BEGIN, where it is needed, and what the server says to what comes then."""

        async def one() -> None:
            await self.start()
            check()

        await self.operation(one)

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; what else is scripted as it is."""
        return as_rows(value) if kind == "fetch" and not isinstance(value, FakeResults) else value

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Errors of the server and cancelled statements; not those that psycopg finds on its own."""
        if isinstance(problem, Refused) or type(problem).__name__ == "CancelledError":
            return True
        return isinstance(problem, error("Error")) and getattr(problem, "sqlstate", None) is not None

    def lost(self) -> None:
        """Closed, and broken."""
        self.closed = self.broken = True
        self.events.append(Event("close"))
