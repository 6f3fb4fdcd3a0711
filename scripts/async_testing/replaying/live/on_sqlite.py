"""Replaying on SQLite, which Python itself has."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from async_testing.replaying.live import PLANNED, Columns, Described, Live, Rejected, selects


class OnSqlite:
    """A database in memory."""

    transactional = False

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self.version = f"SQLite {sqlite3.sqlite_version}"

    async def script(self, text: str) -> None:
        """See ``Live``."""
        try:
            self._connection.executescript(text)
        except sqlite3.Error as error:
            raise Rejected(error) from None

    async def describe(self, statement: str) -> Described:
        """See ``Live``."""
        if not PLANNED.match(statement):
            await self.bind(statement, ())
        return Described(None, None)

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> Columns | None:
        """See ``Live``."""
        try:
            self._connection.execute(f"EXPLAIN {statement}", values).close()
            if not selects(statement):
                return None if "returning" in statement.lower() else ()
            plain = statement.rstrip().rstrip(";")
            told = self._connection.execute(f"SELECT * FROM ({plain}) LIMIT 0", values).description
            return tuple((str(one[0]), "") for one in told)
        except sqlite3.ProgrammingError as error:
            raise Rejected(error, values=True) from None
        except sqlite3.Error as error:
            raise Rejected(error) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise Rejected(error, values=True) from None

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """See ``Live``."""
        return {}

    async def given(self, kind: str, literal: str) -> Any:
        """See ``Live``."""
        return None

    async def close(self) -> None:
        """See ``Live``."""
        self._connection.close()


async def open_(driver: str, dsn: str) -> Live:
    """Open a database of its own."""
    return OnSqlite()
