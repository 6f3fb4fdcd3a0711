"""A condition on a mock's calls stands alone, without ``assert``.

## What it does

Looks for statements that are nothing but ``mock.called``, ``mock.call_count == 1`` or ``mock.call_args == call(...)``.

## Why is this bad

The condition is worked out and dropped. Whatever it says, the test goes on.

## Example

```python
from unittest.mock import AsyncMock, call

import pytest


async def save(repo: AsyncMock) -> None:
    await repo.insert("Ann")


@pytest.mark.asyncio
async def test_save_inserts() -> None:
    repo = AsyncMock()
    await save(repo)
    repo.insert.call_args == call("Ann")  # error
    repo.insert.called  # error
```

## Use instead

```python
from unittest.mock import AsyncMock, call

import pytest


async def save(repo: AsyncMock) -> None:
    await repo.insert("Ann")


@pytest.mark.asyncio
async def test_save_inserts() -> None:
    repo = AsyncMock()
    await save(repo)
    assert repo.insert.await_args == call("Ann")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.mocknames import STATE, WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT320"
SEVERITY = "error"
NEEDS = WORDS


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement that only looks at a mock's calls."""
    for scope in source.scopes:
        for statement in scope.of(ast.Expr):
            value = statement.value
            sides = [value.left, *value.comparators] if isinstance(value, ast.Compare) else [value]
            if not isinstance(value, ast.Compare | ast.Attribute | ast.UnaryOp):
                continue
            if isinstance(value, ast.UnaryOp):
                sides = [value.operand]
            if any(_is_state(side) for side in sides):
                text = " ".join(source.segment(value).split())
                start, _ = source.span(statement)
                fix = Fix("assert it", (Edit(start, start, "assert "),), safe=False)
                yield Hit(statement, f"{text} is worked out and dropped", f"assert {text}", fix)


def _is_state(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        node = node.args[0]
    return isinstance(node, ast.Attribute) and node.attr in STATE - {"return_value", "side_effect"}
