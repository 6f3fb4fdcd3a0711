"""A mock without a spec is asked that a method was not called, which is true of every name.

## What it does

Looks for ``mock.method.assert_not_called()`` and ``assert not mock.method.called`` where the mock has no spec.

## Why is this bad

When the method is renamed, the code under test calls the new name, and the mock still says that the old one was not
called.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    if name:
        await repo.save_user(name)


@pytest.mark.asyncio
async def test_register_saves_no_empty_name() -> None:
    repo = AsyncMock()
    await register(repo, "")
    repo.save.assert_not_awaited()  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


class Repository:
    async def save_user(self, name: str) -> None: ...


async def register(repo: AsyncMock, name: str) -> None:
    if name:
        await repo.save_user(name)


@pytest.mark.asyncio
async def test_register_saves_no_empty_name() -> None:
    repo = AsyncMock(spec=Repository)
    await register(repo, "")
    repo.save_user.assert_not_awaited()
```

## When it is wrong

Where another test asserts the same call positively, so that a renamed method is noticed there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import WORDS, assertions
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT307"
STATUS = "preview"
SEVERITY = "info"
NEEDS = WORDS


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each negative assertion about a method of a mock without a spec."""
    for scope in source.scopes:
        for call, name in assertions(scope):
            if name.attr in ("assert_not_called", "assert_not_awaited") and _is_loose(
                source, scope, name.value
            ):
                yield _hit(source, call, name.value)
        for statement in scope.of(ast.Assert):
            test = statement.test
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and _reads_calls(test.operand):
                assert isinstance(test.operand, ast.Attribute)
                if _is_loose(source, scope, test.operand.value):
                    yield _hit(source, statement, test.operand.value)


def _reads_calls(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in (
        "called",
        "call_count",
        "await_count",
        "mock_calls",
    )


def _is_loose(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether an expression is a method of a mock without a spec, and the file says no more about it."""
    found = mocks.of(source).of(node, scope)
    if found is None or found.spec or found.kind not in ("AsyncMock", "MagicMock", "Mock"):
        return False
    if len(found.path) != 1 or not found.name:
        return False
    return len(re.findall(rf"\.{found.path[0]}\b", source.text)) == 1


def _hit(source: SourceFile, where: ast.expr | ast.stmt, node: ast.expr) -> Hit:
    text = " ".join(source.segment(node).split())
    return Hit(where, f"{text} is a name that nothing holds to the real class", "make the mock with spec=...")
