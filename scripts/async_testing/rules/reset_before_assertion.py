"""A mock is reset right before it is asked what happened.

## What it does

Looks for ``mock.reset_mock()`` followed at once by ``mock.assert_not_called()`` or the same for awaits.

## Why is this bad

The reset forgets every call: between it and the assertion nothing can happen, so that the assertion always passes.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def replay(sink: AsyncMock) -> None:
    await sink.write("again")


@pytest.mark.asyncio
async def test_replay_writes_nothing() -> None:
    sink = AsyncMock()
    await replay(sink)
    sink.reset_mock()
    sink.write.assert_not_awaited()  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def replay(sink: AsyncMock) -> None:
    if sink is None:
        await sink.write("again")


@pytest.mark.asyncio
async def test_replay_writes_nothing() -> None:
    sink = AsyncMock()
    sink.reset_mock()
    await replay(sink)
    sink.write.assert_not_awaited()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT322"
SEVERITY = "error"
NEEDS = ("reset_mock",)

_NEGATIVE = frozenset({"assert_not_called", "assert_not_awaited"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each negative assertion right behind the reset of its mock."""
    for scope in source.scopes:
        for statement in scope.of(ast.Expr):
            reset = _method(statement, {"reset_mock"})
            parent = source.parent(statement)
            body = getattr(parent, "body", None)
            if not reset or not isinstance(body, list) or statement not in body:
                continue
            following = body[body.index(statement) + 1 :][:1]
            asserted = _method(following[0], _NEGATIVE) if following else ""
            if asserted and (asserted == reset or asserted.startswith(f"{reset}.")):
                message = f"{reset}.reset_mock() just before forgets every call, so this always passes"
                yield Hit(following[0], message, f"{reset}.reset_mock() before the code under test runs")


def _method(statement: ast.stmt, names: set[str] | frozenset[str]) -> str:
    """The mock, as written, of which a statement calls one of these methods."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in names:
        return mocks.spelled(call.func.value)
    return ""
