"""A test executes SQL with values formatted into it.

## What it does

Looks for f-strings, ``%`` and ``.format`` in the statement of ``execute``, ``fetch`` and the like where a value stands
between quotes or behind an operator.

## Why is this bad

A value with a quote breaks the test, or does more than it says. The placeholders that production uses are not covered.

## Example

```python
import asyncpg
import pytest


@pytest.mark.asyncio
async def test_user_is_stored(conn: asyncpg.Connection) -> None:
    name = "Ann"
    row = await conn.fetchrow(f"SELECT id FROM users WHERE name = '{name}'")  # error
    assert row["id"] == 1
```

## Use instead

```python
import asyncpg
import pytest


@pytest.mark.asyncio
async def test_user_is_stored(conn: asyncpg.Connection) -> None:
    name = "Ann"
    row = await conn.fetchrow("SELECT id FROM users WHERE name = $1", name)
    assert row["id"] == 1
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import sql
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT705"
STATUS = "preview"
NEEDS = ("execute", "fetch")

_METHODS = frozenset(
    {"execute", "fetch", "fetchrow", "fetchval", "fetch_row", "fetch_val", "fetch_one", "fetch_all"}
)
_VALUE = re.compile(r"(?:'|=\s*|<\s*|>\s*|\blike\s+|\bvalues\s*\(\s*|,\s*)$", re.IGNORECASE)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such statement."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS or not call.args:
                continue
            first = call.args[0]
            if isinstance(first, ast.Call) and source.called(first).endswith("text") and first.args:
                first = first.args[0]
            if _is_formatted(first):
                yield Hit(
                    call,
                    "a value is formatted into the statement",
                    "a placeholder, and the value as a parameter",
                )


def _is_formatted(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        head = node.values[0] if node.values else None
        if not isinstance(head, ast.Constant) or not sql.START.match(str(head.value)):
            return False
        return any(
            isinstance(before, ast.Constant)
            and isinstance(after, ast.FormattedValue)
            and _VALUE.search(str(before.value))
            for before, after in zip(node.values, node.values[1:], strict=False)
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        text = str(node.left.value)
        return bool(sql.START.match(text)) and bool(re.search(r"(?:'|=\s*)%[sd]", text))
    return False
