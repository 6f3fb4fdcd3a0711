"""The event loop's handler of exceptions is replaced by one that does nothing.

## What it does

Looks in tests and fixtures for ``set_exception_handler`` with a lambda that gives a constant, a function whose body is
empty, or a mock that nothing looks at.

## Why is this bad

What goes wrong in callbacks, and in tasks that nobody awaits, is told to this handler only. Now it is told to nobody.

## Example

```python
import asyncio

import pytest


async def work() -> int:
    return 1


@pytest.mark.asyncio
async def test_work() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # error
    assert await work() == 1
```

## Use instead

```python
import asyncio
from typing import Any

import pytest


async def work() -> int:
    return 1


@pytest.mark.asyncio
async def test_work() -> None:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
    assert await work() == 1
    assert failures == []
```

## When it is wrong

A test that provokes such a failure on purpose may keep the log clean.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT621"
STATUS = "preview"
NEEDS = ("set_exception_handler",)
_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each handler that does nothing."""
    for scope in places.of_tests_and_fixtures(source):
        for call in scope.of(ast.Call):
            func = call.func
            if (
                isinstance(func, ast.Attribute)
                and func.attr == "set_exception_handler"
                and len(call.args) == 1
            ) and _is_empty(source, call.args[0], scope):
                message = "failures of callbacks and forgotten tasks are told to nobody"
                yield Hit(call, message, "collect them, and assert what they are")


def _is_empty(source: SourceFile, handler: ast.expr, scope: Scope) -> bool:
    if isinstance(handler, ast.Lambda):
        return isinstance(handler.body, ast.Constant)
    if isinstance(handler, ast.Call):
        plain = mocks.keyword(handler, "side_effect") is None
        return plain and mocks.maker_kind(source, handler) in _KINDS
    if not isinstance(handler, ast.Name):
        return False
    inner = scope.child(handler.id) or source.module.child(handler.id)
    if inner is None or isinstance(inner.node, ast.ClassDef):
        return False
    return all(isinstance(one, ast.Pass) or _is_text(one) for one in inner.body)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
