"""Which statements of MySQL give an id."""

import re

_INSERT = re.compile(
    r"\s*(?:insert|replace)\b(?:[^(]*?\bset\s+(\w+)\s*=|[^('\"]*\(([^()]*)\)\s*(?:values?|select)\b)",
    re.IGNORECASE,
)


def numbered(query: str) -> bool:
    """Whether the server gives an id to what is inserted: as far as can be told, where none is among the columns."""
    found = _INSERT.match(query)
    names = (
        [name.strip(' `\n\t"').lower() for name in (found[1] or found[2] or "").split(",")] if found else []
    )
    return bool(names) and "id" not in names
