"""A function is only tested where it fails.

## What it does

Follows the calls of a file's tests to the functions of the project. One that is only ever called where an error is
expected, in ``pytest.raises``, needs a test in which it succeeds; the other test files of the folder count too.

## Why is this bad

A function that always raises passes all of these tests.

## Example

```python
# file: app/dao.py
async def fetch_user(conn, user_id: int) -> dict[str, object]:
    row = await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
    if row is None:
        raise LookupError(user_id)
    return dict(row)

# file: tests/test_user_dao.py
import pytest

from app.dao import fetch_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_fetch_user_of_nobody(fake_connection: FakeConnection) -> None:  # error
    fake_connection.fetchrow_return = None

    with pytest.raises(LookupError):
        await fetch_user(fake_connection, 7)
```

## Use instead

```python
# file: app/dao.py
async def fetch_user(conn, user_id: int) -> dict[str, object]:
    row = await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
    if row is None:
        raise LookupError(user_id)
    return dict(row)

# file: tests/test_user_dao.py
import pytest

from app.dao import fetch_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_fetch_user_of_nobody(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = None

    with pytest.raises(LookupError):
        await fetch_user(fake_connection, 7)


@pytest.mark.asyncio
async def test_fetch_user_returns_the_row(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = {"id": 7}

    assert await fetch_user(fake_connection, 7) == {"id": 7}
```

## When it is wrong

The good case may be tested in another folder, or through a caller.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit
from async_testing.rules._exercised import RAISES, Called, beside, calls

CODE = "AT812"
STATUS = "checklist"
NEEDS = RAISES


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first test of each function that is never seen to succeed."""
    first: dict[int, Called] = {}
    succeeds: set[int] = set()
    for called in calls(source) if source.tests else ():
        key = id(called.function.scope)
        first.setdefault(key, called)
        if not called.expects_error:
            succeeds.add(key)
    for key, called in first.items():
        name = called.function.scope.name
        if key in succeeds or not _returns(called.function) or _elsewhere(source, name):
            continue
        message = f"{name} is only called where it has to fail"
        yield Hit(called.test.node, message, f"a test in which {name}(...) succeeds")


def _returns(function: Definition) -> bool:
    """Whether a function can end in another way than by an error."""
    last = function.scope.body[-1] if function.scope.body else None
    return bool(function.scope.of(ast.Return)) or not isinstance(last, ast.Raise)


def _elsewhere(source: SourceFile, name: str) -> bool:
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    return len(pattern.findall(source.text)) > _plain(source, name) or any(
        pattern.search(text) for text in beside(source)
    )


def _plain(source: SourceFile, name: str) -> int:
    """How often a name is written in calls and imports, as far as these were seen."""
    calls_of = sum(
        source.called(call).removesuffix(".__wrapped__").rpartition(".")[2] == name
        for scope in source.scopes
        for call in scope.of(ast.Call)
    )
    return calls_of + sum(alias.name == name for node in source.all(ast.ImportFrom) for alias in node.names)
