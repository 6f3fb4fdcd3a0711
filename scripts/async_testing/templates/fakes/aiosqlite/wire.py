"""What stands between a connection of aiosqlite and SQLite: one thing at a time, a transaction before changes."""

import re
from collections.abc import Callable
from typing import Any

from ..common.connection import BaseConnection
from ..common.errors import Refused
from ..common.results import affected
from ..core.recording import Call
from ..core.scripting import Kind, as_rows
from .binding import check
from .cursors import FakeCursor
from .exceptions import error, errors
from .session import CHANGES, SqliteSession

_INSERTS = re.compile(r"\s*(?:insert|replace)\b", re.IGNORECASE)


class Wire(BaseConnection):
    """The state of a connection, and its statements."""

    driver = "aiosqlite"
    seen = "aiosqlite.core.Connection"
    style = "?:"
    fallbacks = {"fetch": ("execute",)}  # noqa: RUF012
    lists = {"fetch": ("execute", "fetch")}  # noqa: RUF012
    session_class = SqliteSession
    session: SqliteSession

    def __init__(self, *, strict: bool, isolation_level: str | None) -> None:
        super().__init__(strict=strict)
        self._level = isolation_level
        self.closed, self.total_changes, self._last_id = False, 0, 0
        self._lock: Any = None

    def check_open(self) -> None:
        """Raises: ValueError on a closed connection."""
        if self.closed:
            raise ValueError("no active connection")

    def check_running(self) -> None:
        """Raises: ValueError for a cursor of a closed connection."""
        if self.closed:
            raise ValueError("Connection closed")

    async def end(self, name: str, action: Callable[[], None]) -> None:
        """COMMIT or ROLLBACK, where something is open."""
        if self.session.open:
            await self.step(name, action)

    async def run(
        self, cursor: FakeCursor, method: str, sql: str, parameters: Any, *, many: bool = False
    ) -> None:
        """One statement on a cursor, in a transaction where it changes rows."""
        if not isinstance(sql, str):
            kind = "None" if sql is None else type(sql).__name__
            raise TypeError(f"{method}() argument 1 must be str, not {kind}")
        from ..sql.text import gives_rows

        rows = gives_rows(sql)
        if many and rows and not CHANGES.match(sql):
            raise error("ProgrammingError")("executemany() can only execute DML statements.")

        async def one() -> Any:
            for each in parameters if many else [parameters]:
                check(sql, each)
            if self._level is not None and self.session.prepare(sql):
                await self.ledger.pass_by("BEGIN")
                self.session.begin()
            kind: Kind = "fetch" if rows else "execute"
            return await self.perform(kind, method, sql, parameters, check=lambda call: None, batch=many)

        answer = await self.operation(one)
        changes = bool(CHANGES.match(sql))
        count = 0 if rows else affected(sql, answer, len(parameters) if many else 1)
        self.total_changes += count if changes else 0
        if _INSERTS.match(sql) and count and not many:
            self._last_id = getattr(answer, "lastrowid", 0) or self._last_id + count
        cursor.fill(
            answer if rows else None, count if changes else -1, cursor.lastrowid if many else self._last_id
        )

    async def run_script(self, cursor: FakeCursor, script: str) -> None:
        """A script; what is open is committed first."""
        await self.operation(lambda: self.end("COMMIT", self.session.commit))
        await self.operation(
            lambda: self.perform("execute", "executescript", script, None, check=lambda call: None)
        )
        cursor.fill(None, -1, None)

    async def operation(self, call: Callable[[], Any]) -> Any:
        """One thing at a time, in the thread of the connection."""
        if self._lock is None:
            import asyncio

            self._lock = asyncio.Lock()
        async with self._lock:
            try:
                return await call()
            except Refused as refusal:
                raise errors.raised(refusal) from None

    def lost(self) -> None:
        """Nothing: there is no server to lose."""

    def shape(self, kind: Kind, source: Kind, value: Any) -> Any:
        """Rows as a list; a count, which was scripted for other statements, is none."""
        if kind != "fetch":
            return value
        return [] if source == "execute" and isinstance(value, int | str) else as_rows(value)

    def aborts(self, problem: BaseException, call: Call) -> bool:
        """No error ends a transaction; a call that is cancelled goes on in its thread."""
        self.session.cancelled = type(problem).__name__ == "CancelledError"
        return False
