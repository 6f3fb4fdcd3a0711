"""The placeholders of drivers, rewritten as the server knows them, with the way back for error positions."""

from __future__ import annotations

import re
from typing import NamedTuple

_SKIPPED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|(\$(?:[A-Za-z_]\w*)?\$).*?\1"""
_PSYCOPG = re.compile(r"%%|%\((?P<name>[^)]+)\)[sbt]|%[sbt]")
_PSQLPY = re.compile(rf"{_SKIPPED}|\$\((?P<name>\w+)\)p", re.DOTALL)


class Numbered(NamedTuple):
    """A statement with ``$1``, ``$2``…"""

    text: str
    names: tuple[str, ...]
    """The names that the numbers stand for, none where the placeholders had no names."""
    places: tuple[tuple[int, int], ...]
    """Pairs of offsets, in this text and in the original, from which on both run alike."""

    def original(self, position: int) -> int:
        """Where a character of this text, counted from 1, is in the original."""
        new, old = max((one for one in self.places if one[0] <= position - 1), default=(0, 0))
        return old + position - new


def numbered(statement: str, driver: str) -> Numbered:
    """A statement of psycopg or psqlpy with numbered placeholders; any other driver's as it is."""
    if driver not in ("psycopg", "psqlpy"):
        return Numbered(statement, (), ((0, 0),))
    pattern = _PSYCOPG if driver == "psycopg" else _PSQLPY
    pieces: list[str] = []
    names: list[str] = []
    places = [(0, 0)]
    at = count = length = 0
    for match in pattern.finditer(statement):
        name = match["name"]
        if match[0] == "%%":
            put = "%"
        elif name:
            if name not in names:
                names.append(name)
            put = f"${names.index(name) + 1}"
        elif driver == "psycopg":
            count += 1
            put = f"${count}"
        else:
            continue
        kept = statement[at : match.start()]
        pieces += [kept, put]
        length += len(kept) + len(put)
        at = match.end()
        places.append((length, at))
    return Numbered("".join([*pieces, statement[at:]]), tuple(names), tuple(places))
