# async-testing-expert 0.1.0 sha256:d248ece4c66f235f (scaffold.py --update renews it)
"""What stands between a connection and its server: one statement at a time, values written into its text."""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..common.connection import BaseConnection
from ..common.errors import Refused
from ..common.results import affected
from ..common.several import FakeResults, shared_out
from ..core.recording import Call, Event
from ..core.scripting import UNSET, Kind, as_rows
from .errors import DEADLOCK, MysqlErrors
from .exceptions import Classes
from .ids import numbered
from .literals import formatted
from .session import MysqlSession

_FOR = re.compile(r"\s*set\s+statement\b.*?\bfor\s+", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"\s*(?:call|desc|check|checksum)\b", re.IGNORECASE)
UNKNOWN_COUNT = 2**64 - 1
"""How many rows a cursor that does not buffer them says there are."""


class Result:
    """What a statement gave: `rows`, None for one that returns none; `count`; `lastrowid`; names of `columns`."""

    def __init__(
        self, rows: list[Any] | None, count: int, lastrowid: int | None, columns: Sequence[str] = ()
    ) -> None:
        self.rows, self.count, self.lastrowid, self.columns = rows, count, lastrowid, columns


class Wire(BaseConnection):
    """The state of a connection, and its statements.

    `fetch_return` answers statements that return rows, `execute_return` the others, and those too where
    `fetch_return` is not set and it holds rows or an error.
    """

    style = "%"
    fallbacks = {"fetch": ("execute",)}  # noqa: RUF012
    lists = {"fetch": ("execute", "fetch")}  # noqa: RUF012
    error: ClassVar[Classes]
    errors: ClassVar[MysqlErrors]
    no_id: ClassVar[int | None]
    """The `lastrowid` of a statement that returns rows."""

    session: MysqlSession

    def __init__(self, *, strict: bool, autocommit: bool) -> None:
        super().__init__(strict=strict)
        self.autocommit_mode = autocommit
        self.ids = [1]
        self.reset()

    def reset(self) -> None:
        """The state of a connection that was just opened."""
        self.connected, self.broken, self.close_reason = True, False, ""
        self.reading: Any = None
        self.last = Result(None, 0, 0)
        self._busy = False
        self.session = MysqlSession(self.ledger, autocommit=self.autocommit_mode)
        self.server_status = 2 * self.autocommit_mode

    def sibling(self) -> Any:
        """Another connection of the same pool, just opened."""
        twin = super().sibling()
        twin.reset()
        return twin

    def check_open(self) -> None:
        """Raises: InterfaceError on a closed connection."""
        if not self.connected:
            raise self.not_connected()

    def not_connected(self) -> Exception:
        """The error of a closed connection."""
        raise NotImplementedError

    def overlapping(self) -> Exception:
        """The error of a statement while another one runs."""
        raise NotImplementedError

    def told(self, *, rows: bool, unbuffered: bool) -> None:
        """Keep what the server tells of its transaction, where the driver does."""
        raise NotImplementedError

    @property
    def status(self) -> int:
        """The bits that the server sends: within a transaction, autocommit, read-only."""
        session = self.session
        return session.open + 2 * session.autocommit + 8192 * (session.open and session.read_only)

    async def operation(self, call: Callable[[], Any]) -> Any:
        """One thing that the server is asked for. To cancel it closes the connection."""
        self.check_open()
        if self._busy:
            raise self.overlapping()
        if self.reading is not None:
            import warnings

            warnings.warn("Previous unbuffered result was left incomplete", stacklevel=4)
            self.reading.finish()
        self._busy = True
        try:
            return await call()
        except Refused as refusal:
            raise self.errors.raised(refusal) from None
        except BaseException as problem:
            if type(problem).__name__ == "CancelledError":
                self.session.lose()
                self.shut("Cancelled during execution")
            raise
        finally:
            self._busy = False

    def shut(self, reason: str = "") -> None:
        """The connection is closed from now on."""
        if self.connected:
            self.connected, self.close_reason = False, reason
            self.events.append(Event("close"))

    async def control(self, name: str, action: Callable[[], None]) -> None:
        """BEGIN, COMMIT, ROLLBACK …"""
        await self.operation(lambda: self.step(name, action))
        self.server_status = self.status

    async def run(
        self, method: str, query: Any, parameters: Any, *, many: bool = False, unbuffered: bool = False
    ) -> list[Result]:
        """One call, whose text and parameters go together. Returns what each of its statements gave."""
        text = query.decode() if isinstance(query, bytes | bytearray) else query
        if not isinstance(text, str):
            raise TypeError(f"object of type '{type(text).__name__}' has no len()")
        if not text.strip():
            self.check_open()
            raise self.errors.server_error(1065, "Query was empty")
        from ..sql.returned import statements
        from ..sql.text import gives_rows

        several = statements(_FOR.sub("", text, count=1) if _FOR.match(text) else text)
        rows = [gives_rows(each) or bool(_CALL.match(each)) for each in several]
        kind: Kind = "fetch" if any(rows) else "execute"

        async def one() -> Any:
            self.session.prepare(text)
            return await self.perform(kind, method, text, parameters, check=lambda call: None, batch=many)

        answer = await self.operation(one)
        self.told(rows=rows[0], unbuffered=unbuffered)
        times = len(parameters) if many else 1
        shared = zip(several, rows, shared_out(answer, rows), strict=True)
        named = getattr(answer, "columns", ())
        return [
            self._rows(each, given, named, unbuffered) if gives else self._done(each, given, times)
            for each, gives, given in shared
        ]

    def _rows(self, query: str, given: Any, named: Sequence[str], unbuffered: bool) -> Result:
        from ..sql.returned import columns

        rows = as_rows(None if isinstance(given, int) else given)
        names = () if rows else named or columns(query, expressions=False)
        return Result(rows, UNKNOWN_COUNT if unbuffered else len(rows), self.no_id, names)

    def _done(self, query: str, given: Any, times: int) -> Result:
        count = affected(query, UNSET if isinstance(given, list) and not given else given, times)
        lastrowid = getattr(given, "lastrowid", None)
        if lastrowid is None:
            lastrowid = self.ids[0] if count and numbered(query) else 0
            self.ids[0] += count if lastrowid else 0
        return Result(None, count, lastrowid)

    def formatted(self, query: Any, parameters: Any) -> Any:
        """The text of a statement with its parameters in it. Raises: TypeError, KeyError, ValueError."""
        return formatted(query, parameters, self.error)

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; a count, which was scripted for other statements, is none."""
        if kind != "fetch":
            return value
        if isinstance(value, FakeResults):
            return value
        return [] if source == "execute" and isinstance(value, int | str) else as_rows(value)

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """A deadlock, after which the transaction is gone; other errors leave it as it was."""
        return isinstance(problem, self.error("MySQLError")) and problem.args[:1] == (DEADLOCK,)
