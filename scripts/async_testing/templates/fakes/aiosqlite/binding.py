"""Parameters and rows, as sqlite3 itself takes and gives them: it is asked, on a database of nothing."""

import sqlite3
from functools import cache
from typing import Any

from .exceptions import error


@cache
def _nothing() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)


def check(statement: str, parameters: Any) -> None:
    """Raises: what sqlite3 does for parameters that do not go with the placeholders, or that it cannot store."""
    from ..common.session import several
    from ..sql.tokens import tokenize

    if several(statement):
        raise error("ProgrammingError")("You can only execute one statement at a time.")
    holders = [token.text for token in tokenize(statement, "?:") if token.kind == "placeholder"]
    _nothing().execute(f"SELECT {', '.join(holders) or 'NULL'}", parameters)


def row_of(factory: Any, cursor: Any, names: list[str], values: tuple[Any, ...]) -> Any:
    """A row as a row factory makes it: `sqlite3.Row`, or a function of cursor and tuple."""
    if factory is None:
        return values
    if isinstance(factory, type) and issubclass(factory, sqlite3.Row):
        quoted = ('"' + name.replace('"', '""') + '"' for name in names)
        described = _nothing().execute(f"SELECT {', '.join(f'NULL AS {name}' for name in quoted)}")
        return factory(described, values)
    return factory(cursor, values)
