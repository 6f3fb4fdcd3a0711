"""Of a statement only a fragment is asserted.

## What it does

Looks for ``assert "INSERT INTO users" in statement``: a literal with SQL and ``in``, where the test asserts nothing
else about that statement.

## Why is this bad

The fragment stays the same when a column is dropped, two values trade places, or the ``WHERE`` is lost.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def insert(conn: AsyncMock, name: str) -> None:
    await conn.execute("INSERT INTO users (name) VALUES ($1)", name)


@pytest.mark.asyncio
async def test_insert() -> None:
    conn = AsyncMock()
    await insert(conn, "Ann")
    assert "INSERT INTO users" in conn.execute.await_args.args[0]  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def insert(conn: AsyncMock, name: str) -> None:
    await conn.execute("INSERT INTO users (name) VALUES ($1)", name)


@pytest.mark.asyncio
async def test_insert() -> None:
    conn = AsyncMock()
    await insert(conn, "Ann")
    conn.execute.assert_awaited_once_with("INSERT INTO users (name) VALUES ($1)", "Ann")
```

## When it is wrong

Where the statement is built by a library, and only the fragment is the project's own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT704"
STATUS = "preview"
NEEDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "select ", "insert ", "update ", "delete ")

_SQL = re.compile(
    r"^\s*(?:insert\s+into|delete\s+from|update\s+\w+|select\s+\S|insert|select|update|delete)", re.IGNORECASE
)
_WORDS = re.compile(r"call|await|sql|query|statement|stmt|args", re.IGNORECASE)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert of a fragment of a statement."""
    for test in source.tests:
        for statement in test.function.of(ast.Assert):
            compare = statement.test
            if not isinstance(compare, ast.Compare) or not isinstance(compare.ops[0], ast.In):
                continue
            left, right = compare.left, compare.comparators[0]
            if (
                not isinstance(left, ast.Constant)
                or not isinstance(left.value, str)
                or not _SQL.match(left.value)
            ):
                continue
            text = " ".join(source.segment(right).split())
            if _WORDS.search(text):
                yield Hit(statement, f"only a fragment of {text} is asserted", "compare the whole statement")
