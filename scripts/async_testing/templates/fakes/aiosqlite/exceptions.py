"""The exceptions of aiosqlite, which are those of the standard library's sqlite3."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ..common.errors import Errors, Refused

_LOCKED = ("SQLITE_BUSY", "database is locked")
_PLAIN = {
    "serialization_failure": _LOCKED,
    "deadlock": _LOCKED,
    "lock_not_available": ("SQLITE_LOCKED", "database table is locked"),
    "statement_timeout": ("SQLITE_INTERRUPT", "interrupted"),
    "lost_connection": ("SQLITE_IOERR", "disk I/O error"),
}


def error(name: str) -> type[Exception]:
    """An exception class of sqlite3."""
    found: type[Exception] = getattr(sqlite3, name)
    return found


class SqliteErrors(Errors):
    """Errors with `sqlite_errorcode` and `sqlite_errorname`."""

    def server_error(self, name: str, message: str) -> Exception:
        """Any other error, by the name of its code, such as SQLITE_FULL, and message."""
        integrity = name.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH"))
        whole = name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
        kind = "IntegrityError" if integrity else "DatabaseError" if whole else "OperationalError"
        made: Any = error(kind)(message)
        made.sqlite_errorcode, made.sqlite_errorname = getattr(sqlite3, name), name
        problem: Exception = made
        return problem

    def raised(self, refusal: Refused) -> Exception:
        """What SQLite refuses, as an exception."""
        return self.server_error(refusal.sqlstate, refusal.message)

    def build(self, kind: str, **facts: Any) -> Exception:
        """The error of a kind, in the words of SQLite."""
        return self.server_error(*_told(kind, **facts))


def _told(
    kind: str,
    *,
    constraint: str = "",
    table: str = "",
    column: str = "",
    key: Mapping[str, Any] | None = None,
    references: str = "",
    row: Sequence[Any] | None = None,
) -> tuple[str, str]:
    """Code and message: of a unique constraint SQLite names the columns, of a foreign key nothing."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "unique_violation":
        code = "PRIMARYKEY" if constraint == "PRIMARY KEY" else "UNIQUE"
        columns = ", ".join(f"{table}.{name}" for name in key) if key else constraint
        return f"SQLITE_CONSTRAINT_{code}", f"UNIQUE constraint failed: {columns}"
    if kind == "not_null_violation":
        return "SQLITE_CONSTRAINT_NOTNULL", f"NOT NULL constraint failed: {table}.{column}"
    if kind == "check_violation":
        return "SQLITE_CONSTRAINT_CHECK", f"CHECK constraint failed: {constraint}"
    return "SQLITE_CONSTRAINT_FOREIGNKEY", "FOREIGN KEY constraint failed"


errors = SqliteErrors()
