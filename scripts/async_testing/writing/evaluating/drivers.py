"""What drivers offer beside connections and errors: classes of cursors, and functions that shape rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.composing import OFFERED

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter

_CURSORS: dict[str, tuple[str, ...]] = {
    "Cursor": (),
    "DictCursorMixin": (),
    "DictCursor": ("DictCursorMixin", "Cursor"),
    "SSCursor": ("Cursor",),
    "SSDictCursor": ("DictCursorMixin", "SSCursor"),
}
"""The classes of cursors, and what each derives from."""
_NUMBERS = {
    "ER": {
        "CON_COUNT_ERROR": 1040,
        "DBACCESS_DENIED_ERROR": 1044,
        "ACCESS_DENIED_ERROR": 1045,
        "BAD_NULL_ERROR": 1048,
        "BAD_DB_ERROR": 1049,
        "TABLE_EXISTS_ERROR": 1050,
        "BAD_TABLE_ERROR": 1051,
        "BAD_FIELD_ERROR": 1054,
        "DUP_ENTRY": 1062,
        "PARSE_ERROR": 1064,
        "NO_SUCH_TABLE": 1146,
        "LOCK_WAIT_TIMEOUT": 1205,
        "LOCK_DEADLOCK": 1213,
        "NO_REFERENCED_ROW": 1216,
        "ROW_IS_REFERENCED": 1217,
        "WARN_DATA_OUT_OF_RANGE": 1264,
        "QUERY_INTERRUPTED": 1317,
        "NO_DEFAULT_FOR_FIELD": 1364,
        "DATA_TOO_LONG": 1406,
        "ROW_IS_REFERENCED_2": 1451,
        "NO_REFERENCED_ROW_2": 1452,
        "CONSTRAINT_FAILED": 4025,
    },
    "CR": {
        "CR_CONNECTION_ERROR": 2002,
        "CR_CONN_HOST_ERROR": 2003,
        "CR_SERVER_GONE_ERROR": 2006,
        "CR_SERVER_LOST": 2013,
    },
}
"""The numbers of errors by the names that PyMySQL gives them."""
_made: dict[str, type] = {}


def offered(interpreter: Interpreter, dotted: str) -> Any:
    """What stands for a name of a driver; None where nothing does."""
    root, name = dotted.partition(".")[0], dotted.rpartition(".")[2]
    if root in ("aiomysql", "asyncmy", "pymysql") and name in _CURSORS:
        return _cursor(root, name)
    if dotted.startswith(("pymysql.constants.", "asyncmy.constants.")):
        return _NUMBERS.get(dotted.split(".")[2], {}).get(name)
    if dotted.startswith("psycopg.sql."):
        return OFFERED.get(name)
    if dotted in ("aiosqlite.Row", "sqlite3.Row"):
        return sqlite3.Row
    if dotted.startswith("psycopg.rows."):
        found = _rows(interpreter).get(name)
        if found is not None:
            found.evaluated_dotted = dotted  # type: ignore[attr-defined]
        return found
    return None


def _cursor(root: str, name: str) -> type:
    key = f"{root}.{name}"
    if key not in _made:
        bases = tuple(_cursor(root, one) for one in _CURSORS[name])
        _made[key] = type(name, bases, {"evaluated_dotted": key})
    return _made[key]


def _names(cursor: Any) -> list[str]:
    return [one[0] for one in cursor.description or ()]


def _rows(interpreter: Interpreter) -> dict[str, Callable[..., Any]]:
    """The row factories of psycopg: given a cursor each gives what makes a row of values."""

    def dict_row(cursor: Any) -> Callable[[Any], Any]:
        return lambda values: dict(zip(_names(cursor), values, strict=False))

    def tuple_row(cursor: Any) -> Callable[[Any], Any]:
        return tuple

    def scalar_row(cursor: Any) -> Callable[[Any], Any]:
        return lambda values: values[0]

    def class_row(cls: Any) -> Callable[[Any], Any]:
        def of(cursor: Any) -> Callable[[Any], Any]:
            return lambda values: interpreter.call(cls, [], dict(zip(_names(cursor), values, strict=False)))

        return of

    def args_row(func: Any) -> Callable[[Any], Any]:
        return lambda cursor: lambda values: interpreter.call(func, [*values], {})

    return {
        "dict_row": dict_row,
        "tuple_row": tuple_row,
        "scalar_row": scalar_row,
        "class_row": class_row,
        "kwargs_row": class_row,
        "args_row": args_row,
    }
