"""How psycopg reads the placeholders of a query, and counts parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..common.kinds import loaded
from .exceptions import error

_PLACEHOLDER = re.compile(r"%(?:(?:\(([^)]+)\).)|(?:.))", re.DOTALL)
_COPY = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)*copy\b", re.IGNORECASE | re.DOTALL)
_STREAM = re.compile(r"\b(?:from\s+stdin|to\s+stdout)\b", re.IGNORECASE)


def text_of(query: Any) -> str:
    """The text of a query: a string, bytes or something composed with `psycopg.sql`."""
    if isinstance(query, bytes):
        return query.decode()
    if hasattr(query, "as_string"):
        return str(query.as_string(None))
    if not isinstance(query, str):
        raise TypeError(f"the query should be a string or bytes, got {type(query).__name__}")
    return query


def streams(query: str) -> bool:
    """Whether a statement is a COPY of data that goes over the connection."""
    found = _COPY.match(query)
    return bool(found and _STREAM.search(query))


def check(query: str, parameters: Any, connection: Any, style: str = "s") -> None:
    """Raises: ProgrammingError or TypeError where psycopg finds that query and parameters don't go together.

    Arguments: `style`, how a value is written where it says `%s`.
    """
    if parameters is None:
        return
    if not hasattr(parameters, "__len__"):
        raise TypeError(f"object of type '{type(parameters).__name__}' has no len()")
    holders = _holders(query)
    names = [name for name, _ in holders if name is not None]
    if isinstance(parameters, Mapping):
        if parameters and holders and not names:
            raise TypeError("positional placeholders (%s) require a sequence of parameters")
        if missing := sorted({name for name in names if name not in parameters}):
            raise error("ProgrammingError")(f"query parameter missing: {', '.join(missing)}")
        first = {name: form for name, form in reversed(holders) if name is not None}
        values, forms = [parameters[name] for name in first], "".join(first.values())
    elif isinstance(parameters, Sequence) and not isinstance(parameters, str | bytes):
        if len(parameters) != len(holders):
            raise error("ProgrammingError")(
                f"the query has {len(holders)} placeholders but {len(parameters)} parameters were passed"
            )
        if parameters and names:
            raise TypeError("named placeholders require a mapping of parameters")
        values, forms = list(parameters), "".join(form for _, form in holders)
    else:
        kind = type(parameters).__qualname__
        raise TypeError(f"query parameters should be a sequence or a mapping, got {kind}")
    adapted(values, forms.replace("s", style), connection)


def adapted(values: list[Any], forms: str, connection: Any) -> None:
    """Raises: what psycopg does for values that it cannot send, by its own hands where it is loaded."""
    kind, form = loaded("psycopg.adapt.Transformer"), loaded("psycopg.adapt.PyFormat")
    if kind and values:
        kind(_Context(connection)).dump_sequence(values, [form(each) for each in forms])


class _Context:
    """Adapters for values, without the connection that has them."""

    connection = None

    def __init__(self, connection: Any) -> None:
        self.adapters = connection.adapters


def _holders(query: str) -> list[tuple[str | None, str]]:
    """The placeholders, their name or None, and their letter. psycopg does not care for quotes and comments."""
    found: list[tuple[str | None, str]] = []
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
        elif found and (found[-1][0] is None) != (match[1] is None):
            problem = "positional and named placeholders cannot be mixed"
        if problem:
            raise error("ProgrammingError")(problem)
        found.append((match[1], text[-1]))
    return found
