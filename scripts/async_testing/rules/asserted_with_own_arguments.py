"""A mock is asked whether it was called with the arguments that it was called with.

## What it does

Looks for assertions of a mock whose arguments are taken from ``call_args`` or ``await_args`` of the same mock.

## Why is this bad

Whatever the call was, it equals itself.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    await repo.save(name.title())


@pytest.mark.asyncio
async def test_register_saves() -> None:
    repo = AsyncMock()
    await register(repo, "ann")
    repo.save.assert_awaited_once_with(*repo.save.await_args.args)  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    await repo.save(name.title())


@pytest.mark.asyncio
async def test_register_saves() -> None:
    repo = AsyncMock()
    await register(repo, "ann")
    repo.save.assert_awaited_once_with("Ann")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocknames
from async_testing.facts.asserts import same
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT331"
SEVERITY = "error"
NEEDS = ("call_args", "await_args", "mock_calls")
KEPT = frozenset({"call_args", "await_args", "mock_calls", "call_args_list", "await_args_list"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion of a mock by what it keeps itself."""
    for scope in source.functions:
        for call, func in mocknames.assertions(scope):
            given = [*(one.value if isinstance(one, ast.Starred) else one for one in call.args)]
            given += [one.value for one in call.keywords]
            values = [_claims.value(source, one, scope) for one in given]
            if values and all(_is_own(one, func.value) for one in values):
                shown = ast.unparse(func.value)[:60]
                message = f"{shown} is asked for the arguments of its own call: they equal themselves"
                yield Hit(call, message, f"{func.attr}(what you expect)")


def _is_own(node: ast.expr, mock: ast.expr) -> bool:
    """Whether an expression is taken from what a mock keeps of its calls."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute) and node.attr in KEPT and same(node.value, mock):
            return True
        node = node.value
    return False
