"""What drivers offer beside connections and errors: classes of cursors, and functions that shape rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter

_CURSORS = frozenset({"Cursor", "DictCursor", "SSCursor", "SSDictCursor"})
_made: dict[str, type] = {}


def offered(interpreter: Interpreter, dotted: str) -> Any:
    """What stands for a name of a driver; None where nothing does."""
    root, name = dotted.partition(".")[0], dotted.rpartition(".")[2]
    if root in ("aiomysql", "asyncmy") and name in _CURSORS:
        return _cursor(root, name)
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
        bases = (_cursor(root, "Cursor"),) if name != "Cursor" else (object,)
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
