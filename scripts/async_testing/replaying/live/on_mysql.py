"""Replaying on MariaDB or MySQL through aiomysql or asyncmy, which put the values into the statement themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from async_testing.replaying.live import PLANNED, Columns, Described, Live, Rejected, selects

LABELS = {
    **dict.fromkeys((0, 246), "decimal"),
    **dict.fromkeys((1, 2, 3, 8, 9, 13), "int"),
    **dict.fromkeys((4, 5), "float"),
    **dict.fromkeys((7, 12), "datetime"),
    **dict.fromkeys((10, 14), "date"),
    11: "timedelta",
}
"""The protocol's number of a column's type → what the drivers make of it. Texts and bytes share numbers."""


class OnMysql:
    """A connection of aiomysql or asyncmy that commits each statement."""

    transactional = False

    def __init__(self, connection: Any, driver: str, server: str) -> None:
        self._connection = connection
        self._errors: type[Exception] = import_module(f"{_errors_of(driver)}").Error
        name = "MariaDB" if "maria" in server.lower() else "MySQL"
        self.version = f"{name} {server.split('-')[0]} through {driver} {version(driver)}"

    async def script(self, text: str) -> None:
        """See ``Live``."""
        for one in statements(text):
            await self._asked(one, None)

    async def describe(self, statement: str) -> Described:
        """See ``Live``."""
        if not PLANNED.match(statement):
            await self._asked("SET @replayed = %s", [statement.replace("%s", "?")])
            await self._asked("PREPARE replayed FROM @replayed", None)
        return Described(None, None)

    async def bind(self, statement: str, values: Sequence[Any] | dict[str, Any]) -> Columns | None:
        """See ``Live``."""
        await self._asked(f"EXPLAIN {statement}", values or None)
        if not selects(statement):
            return None if "returning" in statement.lower() else ()
        try:
            plain = statement.rstrip().rstrip(";")
            told = await self._asked(f"SELECT * FROM ({plain}) AS replayed LIMIT 0", values or None)
        except Rejected:
            return None
        return tuple((str(one[0]), LABELS.get(one[1], "")) for one in told or ())

    async def kinds(self) -> dict[str, tuple[str, ...]]:
        """See ``Live``."""
        return {}

    async def given(self, kind: str, literal: str) -> Any:
        """See ``Live``."""
        return None

    async def close(self) -> None:
        """See ``Live``."""
        self._connection.close()

    async def _asked(self, statement: str, values: Any) -> Any:
        """Run a statement; returns what the cursor says of its columns."""
        try:
            async with self._connection.cursor() as cursor:
                await cursor.execute(statement, values)
                return cursor.description
        except self._errors as error:
            told = str(error.args[1] if len(error.args) > 1 else error)
            raise Rejected(re.sub(r"async_testing_replay_\w+\.", "", told)) from None
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise Rejected(error, values=True) from None


def statements(text: str) -> list[str]:
    """The statements of a script, parted at the semicolons that stand in no text, name or comment."""
    token = re.compile(
        r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|#[^\n]*|/\*.*?\*/|;""", re.DOTALL
    )
    found, start = [], 0
    for match in token.finditer(text):
        if match[0] == ";":
            found.append(text[start : match.start()])
            start = match.end()
    return [one.strip() for one in [*found, text[start:]] if re.sub(r"--[^\n]*|#[^\n]*", "", one).strip()]


def _errors_of(driver: str) -> str:
    return "pymysql.err" if driver == "aiomysql" else "asyncmy.errors"


async def open_(driver: str, dsn: str) -> Live:
    """Connect to what a URL says: ``mysql://user:password@host:port/database?unix_socket=...``."""
    parts = urlsplit(dsn)
    options: dict[str, Any] = {"user": unquote(parts.username or "root"), "autocommit": True}
    options["password"] = unquote(parts.password or "")
    options["db"] = parts.path.strip("/") or None
    socket = parse_qs(parts.query).get("unix_socket")
    if socket:
        options["unix_socket"] = socket[0]
    else:
        options |= {"host": parts.hostname or "localhost", "port": parts.port or 3306}
    connection = await import_module(driver).connect(**options)
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT VERSION()")
        server = (await cursor.fetchone())[0]
    return OnMysql(connection, driver, str(server))
