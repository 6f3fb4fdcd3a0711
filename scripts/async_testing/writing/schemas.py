"""What the columns of a project's tables hold, as far as its files of SQL say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from async_testing.writing.evaluating.forms import Form

_CREATE = re.compile(
    r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[\w\"`]+\.)?[\w\"`]+)\s*\(",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_COLUMN = re.compile(
    r"\s*[\"`]?(\w+)[\"`]?\s+([a-z]\w*(?:\s+(?:precision|varying|with(?:out)?\s+time\s+zone))?.*)",
    re.I | re.S,
)
_CONSTRAINTS = frozenset(
    {"primary", "unique", "constraint", "foreign", "check", "exclude", "key", "index", "like", "fulltext"}
)
_TYPES = (
    (r"(?:small|big|tiny|medium)?int(?:eger)?[248]?|(?:small|big)?serial[248]?", "int"),
    (r"text|(?:n?var)?char|character|citext|(?:long|medium|tiny)text|enum", "str"),
    (r"numeric|decimal", "decimal"),
    (r"real|double|float[48]?", "float"),
    (r"bool(?:ean)?", "bool"),
    (r"timestamptz|timestamp(?:\s*\(\d\))?\s+with\s+time\s+zone", "datetime"),
    (r"timestamp|datetime", "naive datetime"),
    (r"date", "date"),
    (r"uuid", "uuid"),
    (r"bytea|(?:long|medium|tiny)?blob", "bytes"),
    (r"interval", "timedelta"),
)
_KINDS = [(re.compile(rf"(?:{words})(?![\w])", re.IGNORECASE), kind) for words, kind in _TYPES]
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env"})
_MOST, _LARGEST = 60, 1_000_000
_OF_SQLITE = frozenset({"int", "str", "float"})
"""What SQLite itself gives; it has no other types."""


def column_form(root: str, driver: str, table: str, column: str) -> Form | None:
    """The form of a column's values, None where nothing says it.

    Args:
        root: the project's folder.
        driver: what hands the values out.
        table: its name as a statement spells it.
        column: the name of the column.
    """
    kind = _tables(root).get(_bare(table), {}).get(column.lower(), "")
    if not kind or (driver == "aiosqlite" and kind not in _OF_SQLITE):
        return None
    return Form(kind)


@lru_cache(8)
def _tables(root: str) -> dict[str, dict[str, str]]:
    """The kinds of the columns of each table; nothing of a table that is made in two ways."""
    found: dict[str, dict[str, str]] = {}
    for path in [*_files(root)]:
        try:
            text = _COMMENTS.sub(" ", Path(path).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        for match in _CREATE.finditer(text):
            name, columns = _bare(match[1]), dict(_columns(_inside(text, match.end())))
            if found.get(name, columns) != columns:
                columns = {}
            found[name] = columns
    return found


def _files(root: str) -> Iterator[str]:
    count = 0
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if one[:1] != "." and one not in _SKIPPED)
        for file in sorted(files):
            path = f"{folder}/{file}"
            if file.endswith(".sql") and count < _MOST and Path(path).stat().st_size < _LARGEST:
                count += 1
                yield path


def _inside(text: str, start: int) -> list[str]:
    """What stands in a parenthesis, taken apart at the commas that are in no other one."""
    depth, parts, begun = 1, list[str](), start
    for place in range(start, len(text)):
        sign = text[place]
        depth += (sign == "(") - (sign == ")")
        if not depth or (sign == "," and depth == 1):
            parts.append(text[begun:place])
            begun = place + 1
        if not depth:
            break
    return parts


def _columns(parts: list[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        match = _COLUMN.match(part)
        if match is None or match[1].lower() in _CONSTRAINTS:
            continue
        is_array = re.match(r"\w+(?:\s*\([^)]*\))?\s*(?:\[\d*\]|array\b)", match[2], re.IGNORECASE)
        kind = next((kind for words, kind in _KINDS if words.match(match[2])), "")
        yield match[1].lower(), "" if is_array else kind


def _bare(name: str) -> str:
    """A table's name without its schema and quotes, in small letters."""
    return name.rpartition(".")[2].strip('"`').lower()
