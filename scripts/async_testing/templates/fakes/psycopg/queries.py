"""How psycopg reads the placeholders of a query, and counts parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .exceptions import error

_PLACEHOLDER = re.compile(r"%(?:(?:\(([^)]+)\).)|(?:.))", re.DOTALL)


def text_of(query: Any) -> str:
    """The text of a query: a string, bytes or something composed with `psycopg.sql`."""
    if isinstance(query, bytes):
        return query.decode()
    if hasattr(query, "as_string"):
        return str(query.as_string(None))
    if not isinstance(query, str):
        raise TypeError(f"the query should be a string or bytes, got {type(query).__name__}")
    return query


def check(query: str, parameters: Any) -> None:
    """Raises: ProgrammingError or TypeError where psycopg finds that query and parameters don't go together."""
    if parameters is None:
        return
    if not hasattr(parameters, "__len__"):
        raise TypeError(f"object of type '{type(parameters).__name__}' has no len()")
    holders = _holders(query)
    names = [holder for holder in holders if isinstance(holder, str)]
    if isinstance(parameters, Mapping):
        if parameters and holders and not names:
            raise TypeError("positional placeholders (%s) require a sequence of parameters")
        if missing := sorted({name for name in names if name not in parameters}):
            raise error("ProgrammingError")(f"query parameter missing: {', '.join(missing)}")
    elif isinstance(parameters, Sequence) and not isinstance(parameters, str | bytes):
        if len(parameters) != len(holders):
            raise error("ProgrammingError")(
                f"the query has {len(holders)} placeholders but {len(parameters)} parameters were passed"
            )
        if parameters and names:
            raise TypeError("named placeholders require a mapping of parameters")
    else:
        kind = type(parameters).__qualname__
        raise TypeError(f"query parameters should be a sequence or a mapping, got {kind}")


def _holders(query: str) -> list[str | None]:
    """The placeholders, None for one without a name. psycopg does not care for quotes and comments."""
    found: list[str | None] = []
    for match in _PLACEHOLDER.finditer(query):
        text = match[0]
        problem = None
        if text == "%%":
            continue
        if text == "%(":
            problem = f"incomplete placeholder: '{query[match.start() :].split()[0]}'"
        elif text == "% ":
            problem = (
                "incomplete placeholder: '%'; if you want to use '%' as an operator you can double it up, "
                "i.e. use '%%'"
            )
        elif text[-1] not in "sbt":
            problem = f"only '%s', '%b', '%t' are allowed as placeholders, got '{text}'"
        elif found and (found[-1] is None) != (match[1] is None):
            problem = "positional and named placeholders cannot be mixed"
        if problem:
            raise error("ProgrammingError")(problem)
        found.append(match[1])
    return found
