# async-testing-expert 0.1.0 sha256:3212a62d125e6182 (scaffold.py --update renews it)
"""How the drivers write values into the text of a statement, before they send it."""

import sys
from typing import Any

from .exceptions import Classes

_ESCAPES = {
    0: "\\0",
    10: "\\n",
    13: "\\r",
    26: "\\Z",
    34: '\\"',
    39: "\\'",
    92: "\\\\",
}


def formatted(query: Any, parameters: Any, error: Classes) -> Any:
    """The text as it is sent.

    Raises: what the operator `%` does, where parameters and placeholders do not match: TypeError, KeyError and
    ValueError; and for a value that the driver cannot write.
    """
    return query if parameters is None else query % arguments(parameters, error)


def arguments(parameters: Any, error: Classes) -> Any:
    """The parameters of a statement as literals, in the form that they came in."""
    if isinstance(parameters, list | tuple):
        return tuple(literal(each, error) for each in parameters)
    if isinstance(parameters, dict):
        return {name: literal(each, error) for name, each in parameters.items()}
    return literal(parameters, error)


def literal(value: Any, error: Classes) -> str:
    """A value as a literal; by the driver's own hands where these are loaded, since they depend on its version."""
    if isinstance(value, str):
        return f"'{escaped(value)}'"
    converters = sys.modules.get(error.module.partition(".")[0] + ".converters")
    if converters is None:
        return _plain(value, error)
    if isinstance(value, bytes) or (isinstance(value, bytearray) and "asyncmy" in error.module):
        return str(converters.escape_bytes_prefixed(value))
    return str(converters.escape_item(value, "utf8mb4"))


def escaped(text: str) -> str:
    """A text as it stands between quotes."""
    return text.translate(_ESCAPES)


def _plain(value: Any, error: Classes) -> str:
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "1", False: "0"}[value]
    if isinstance(value, float):
        text = repr(value)
        if text in ("inf", "-inf", "nan"):
            raise error("ProgrammingError")(f"{text} can not be used with MySQL")
        return text if "e" in text else f"{text}e0"
    if isinstance(value, bytes):
        return f"_binary X'{value.hex()}'"
    if isinstance(value, dict | list | tuple | set | frozenset):
        raise TypeError(f"{type(value).__name__} can not be used as parameter")
    number = isinstance(value, int) or type(value).__name__ == "Decimal"
    return str(value) if number else f"'{escaped(str(value))}'"
