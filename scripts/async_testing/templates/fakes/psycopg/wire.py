"""What stands between a connection of psycopg and its server: one operation at a time, BEGIN before the first."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..common.connection import BaseConnection
from ..common.errors import Refused
from ..common.session import several
from ..common.tags import status
from ..core.recording import Call, Event
from ..core.scripting import Kind, Scripted, as_rows
from .exceptions import CLOSED, LOST, error, server_error
from .portals import Portals
from .queries import check

if TYPE_CHECKING:
    from .pools import FakePool


class Result:
    """What a statement gave: `rows`, None for one that returns none; `count`; `tag`, as `INSERT 0 1`."""

    def __init__(self, rows: list[Any] | None, count: int, tag: str) -> None:
        self.rows, self.count, self.tag = rows, count, tag


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
        self._pool: FakePool | None = None
        self.reset()

    def reset(self) -> None:
        """The state of a connection that was just opened."""
        self.closed = self.broken = self.autocommit = False
        self.blocks = 0
        self._lock: Any = None
        self.session = self.session_class(self.ledger)
        self.portals = Portals(self)

    @property
    def copy_calls(self) -> list[Call]:
        """Copies into or out of a table; the statement is the COPY, the parameters what was copied."""
        return self.ledger.calls["copy"]

    async def operation(self, call: Callable[[], Any], *, lost: str = LOST) -> Any:
        """One operation, once the one before it is over.

        Raises: OperationalError on a closed connection, `lost` being what it says of one that was lost.
        """
        if self._lock is None:
            import asyncio

            self._lock = asyncio.Lock()
        async with self._lock:
            if self.broken:
                raise error("OperationalError")(lost)
            self.check_open()
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
        return ("INERROR" if self.session.aborted else "INTRANS") if self.session.open else "IDLE"

    async def run(self, method: str, query: str, parameters: Any) -> Result:
        """One statement. Returns what it gave."""
        from ..sql.text import gives_rows

        rows, aborted = gives_rows(query), self.session.aborted
        answer = await self.call("fetch" if rows else "execute", method, query, parameters)
        if rows:
            given = as_rows(answer)
            return Result(given, len(given), status(query, len(given)))
        found = self.counted(query, answer)
        return Result(None, -1, "ROLLBACK") if aborted and found.tag == "COMMIT" else found

    def counted(self, query: str, answer: Any, times: int = 1) -> Result:
        """What a statement without rows gave, from a scripted count, tag, or nothing; run so many times."""
        tag = status(query, answer)
        verb, _, number = tag.rpartition(" ")
        if not number.isdecimal():
            return Result(None, -1, tag)
        total = int(number) * (1 if isinstance(answer, int | str) else times)
        return Result(None, total, f"{verb} {number}")

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
                    check(query, each)
            answer = await self.perform(kind, method, query, parameters, check=checked, batch=many)
            if answered:
                answered(answer)
            return answer

        return await self.operation(one)

    async def start(self) -> None:
        """BEGIN, where a statement needs it."""
        if not (self.autocommit or self.session.open):
            await self.step("BEGIN", self.session.begin)

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; what else is scripted as it is."""
        return as_rows(value) if kind == "fetch" else value

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """Errors of the server and cancelled statements; not those that psycopg finds on its own."""
        if isinstance(problem, Refused) or type(problem).__name__ == "CancelledError":
            return True
        return isinstance(problem, error("Error")) and getattr(problem, "sqlstate", None) is not None

    def lost(self) -> None:
        """Closed, and broken."""
        self.closed = self.broken = True
        self.events.append(Event("close"))
