"""A statement is given another number of parameters than it has placeholders.

## What it does

Counts ``$1``, ``%s``, ``?`` and ``:name`` in statements written out in a call, and compares them with the parameters
that are written out next to them: one by one for asyncpg, as one list or tuple for the other drivers, by name for
SQLAlchemy. The expected statement in ``assert_awaited_once_with(...)`` is looked at as well.

## Why is this bad

A mocked or fake connection takes any parameters. The database refuses the statement.

## Example

```python
from unittest.mock import AsyncMock

import asyncpg
import pytest


async def insert(conn: asyncpg.Connection, name: str) -> None:
    await conn.execute("INSERT INTO users (name, email) VALUES ($1, $2)", name)  # error


@pytest.mark.asyncio
async def test_insert() -> None:
    conn = AsyncMock(spec=asyncpg.Connection)
    await insert(conn, "Ann")
    conn.execute.assert_awaited_once_with("INSERT INTO users (name, email) VALUES ($1, $2)", "Ann")  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import asyncpg
import pytest


async def insert(conn: asyncpg.Connection, name: str, email: str) -> None:
    await conn.execute("INSERT INTO users (name, email) VALUES ($1, $2)", name, email)


@pytest.mark.asyncio
async def test_insert() -> None:
    conn = AsyncMock(spec=asyncpg.Connection)
    await insert(conn, "Ann", "ann@example.com")
    conn.execute.assert_awaited_once_with(
        "INSERT INTO users (name, email) VALUES ($1, $2)", "Ann", "ann@example.com"
    )
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import drivers, sql
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT701"
SEVERITY = "error"
NEEDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "select ", "insert ", "update ", "delete ")

_ONE = frozenset(
    {"execute", "fetch", "fetchrow", "fetchval", "fetch_row", "fetch_val", "fetch_one", "fetch_all"}
)
_ONE |= {"scalar", "scalars", "stream"}
_MANY = frozenset({"executemany", "execute_many"})
_EXPECTED = frozenset(
    {"assert_called_with", "assert_called_once_with", "assert_any_call", "assert_awaited_with"}
)
_EXPECTED |= {"assert_awaited_once_with", "assert_any_await"}
_OPTIONS = frozenset({"timeout", "prepared", "column", "record_class", "execution_options"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement with another number of parameters."""
    for _, call in source.calls(*_ONE, *_MANY, *_EXPECTED, "call"):
        name = _method(source, call)
        if not name or not call.args or any(isinstance(one, ast.Starred) for one in call.args):
            continue
        if any(one.arg is None for one in call.keywords):
            continue
        statement = sql.text(source, call.args[0])
        wanted = sql.parameters(statement) if statement else None
        if wanted is None or _fails_on_purpose(source, call):
            continue
        found = _many(call) if name in _MANY else _given(source, call, wanted)
        if found is not None and _is_wrong(wanted, found):
            yield _hit(call, wanted, found)


def _method(source: SourceFile, call: ast.Call) -> str:
    """The driver's method that is called or whose call is asserted, empty for anything else."""
    func = call.func
    if isinstance(func, ast.Attribute):
        if func.attr in _ONE or func.attr in _MANY:
            return func.attr
        if func.attr in _EXPECTED:
            inner = func.value
            return inner.attr if isinstance(inner, ast.Attribute) and inner.attr in _ONE | _MANY else ""
    return "execute" if source.dotted(func) in ("unittest.mock.call", "mock.call") else ""


def _given(source: SourceFile, call: ast.Call, wanted: sql.Parameters) -> list[int | frozenset[str]] | None:
    """What the call may be passing: counts or names, for each driver that it may be for; None where it is not told."""
    rest = call.args[1:]
    keywords = {one.arg: one.value for one in call.keywords}
    sequence = keywords.get("parameters") or keywords.get("params") or keywords.get("args")
    if set(keywords) - _OPTIONS - {"parameters", "params", "args"}:
        return None
    if wanted.names:
        value = sequence or (rest[0] if len(rest) == 1 else None)
        names = _keys(value)
        return None if names is None else [names]
    if sequence is None and len(rest) == 1 and isinstance(rest[0], ast.List | ast.Tuple):
        sequence = rest[0]
        lengths: list[int | frozenset[str]] = [*_length(sequence)]
        if wanted.style == "$" and _may_be_asyncpg(source):
            lengths.append(1)
        return lengths or None
    if sequence is not None:
        return [*_length(sequence)] or None if not rest else None
    if wanted.style != "$":
        return None
    if len(rest) == 1 and not isinstance(rest[0], ast.Constant | ast.JoinedStr) and not _is_asyncpg(source):
        return None
    return [len(rest)] if rest else None


def _many(call: ast.Call) -> list[int | frozenset[str]] | None:
    rows = call.args[1] if len(call.args) > 1 else None
    if not isinstance(rows, ast.List | ast.Tuple) or not rows.elts:
        return None
    lengths = [_length(row) for row in rows.elts if isinstance(row, ast.List | ast.Tuple)]
    counts = {one[0] for one in lengths if one}
    return [*counts] if len(lengths) == len(rows.elts) and len(counts) == 1 else None


def _length(node: ast.expr) -> list[int]:
    if isinstance(node, ast.List | ast.Tuple) and not any(isinstance(one, ast.Starred) for one in node.elts):
        return [len(node.elts)]
    return []


def _keys(node: ast.expr | None) -> frozenset[str] | None:
    if not isinstance(node, ast.Dict):
        return None
    names = [one.value for one in node.keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return frozenset(names) if len(names) == len(node.keys) else None


def _is_asyncpg(source: SourceFile) -> bool:
    return "asyncpg" in source.text and "psqlpy" not in source.text


def _may_be_asyncpg(source: SourceFile) -> bool:
    return any(one in source.text for one in drivers.VARARGS) or "psqlpy" not in source.text


def _is_wrong(wanted: sql.Parameters, found: list[int | frozenset[str]]) -> bool:
    """Whether none of the ways to read the call fits the statement."""
    return not any(
        wanted.names <= one if isinstance(one, frozenset) else one == wanted.number for one in found
    )


def _fails_on_purpose(source: SourceFile, call: ast.Call) -> bool:
    """Whether the call stands in ``with pytest.raises(...)``."""
    for around in source.ancestors(call):
        if isinstance(around, ast.With | ast.AsyncWith):
            names = [source.called(item.context_expr) for item in around.items]
            if any("raises" in name.lower() for name in names):
                return True
    return False


def _hit(call: ast.Call, wanted: sql.Parameters, found: list[int | frozenset[str]]) -> Hit:
    first = found[0]
    if isinstance(first, frozenset):
        missing = ", ".join(sorted(wanted.names - first))
        return Hit(
            call, f"the statement needs {missing}, which the parameters do not give", f"give {missing}"
        )
    given = f"{first} parameter{'' if first == 1 else 's'}"
    place = f"{wanted.number} placeholder{'' if wanted.number == 1 else 's'}"
    return Hit(call, f"the statement has {place} and is given {given}", f"{wanted.number} parameters")
