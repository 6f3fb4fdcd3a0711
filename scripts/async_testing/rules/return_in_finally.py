"""A ``return``, ``break`` or ``continue`` in a ``finally`` throws away the failure that was on its way.

## What it does

Looks in the code of tests for these statements in a ``finally`` block that they leave.

## Why is this bad

An AssertionError that passes through the block is dropped there, a cancellation too. The test is green.

## Example

```python
import pytest


async def load(key: int) -> int:
    return key


@pytest.mark.asyncio
async def test_load() -> None:
    opened = [1]
    try:
        assert await load(1) == 2
    finally:
        opened.clear()
        return  # error
```

## Use instead

```python
import pytest


async def load(key: int) -> int:
    return key


@pytest.mark.asyncio
async def test_load() -> None:
    opened = [1]
    try:
        assert await load(1) == 1
    finally:
        opened.clear()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT540"
SEVERITY = "error"
NEEDS = ("finally:",)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such statement."""
    if not is_testing(source):
        return
    for scope in source.functions:
        leaving: list[ast.stmt] = [*scope.of(ast.Return), *scope.of(ast.Break), *scope.of(ast.Continue)]
        for statement in leaving if ast.Try in scope.nodes else ():
            if _leaves_finally(source, statement):
                word = statement.__class__.__name__.lower()
                yield Hit(
                    statement, f"{word} in a finally drops the failure on its way", f"{word} behind the try"
                )


def _leaves_finally(source: SourceFile, statement: ast.stmt) -> bool:
    """Whether a statement stands in a ``finally``, in no loop of its own there."""
    inner: ast.AST = statement
    for around in source.ancestors(statement):
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        if isinstance(around, _LOOPS) and not isinstance(statement, ast.Return):
            return False
        if isinstance(around, ast.Try | ast.TryStar) and any(inner is one for one in around.finalbody):
            return True
        inner = around
    return False
