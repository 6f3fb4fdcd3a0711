"""``assert x == 1 if known else True``: on the other branch nothing is asserted.

## What it does

Looks for asserts on a conditional expression one of whose branches is a constant that counts as true.

## Why is this bad

``assert a == b if c else True`` is ``assert ((a == b) if c else True)``. When the condition does not hold, the assert
is about nothing, and nobody is told.

## Example

```python
import pytest


async def find(key: int) -> str | None:
    return None


@pytest.mark.asyncio
async def test_find() -> None:
    found = await find(1)
    assert found == "Ann" if found else True  # error
```

## Use instead

```python
import pytest


async def find(key: int) -> str | None:
    return "Ann"


@pytest.mark.asyncio
async def test_find() -> None:
    assert await find(1) == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT530"
SEVERITY = "error"
NEEDS = ("assert",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that one branch satisfies by itself."""
    for scope in source.functions:
        if ast.IfExp not in scope.nodes:
            continue
        for statement in scope.of(ast.Assert):
            test = statement.test
            if not isinstance(test, ast.IfExp):
                continue
            constant = next((one for one in (test.body, test.orelse) if _is_true(one)), None)
            if constant is not None:
                message = f"nothing is asserted where '{ast.unparse(test.test)[:50]}' takes the other branch"
                yield Hit(statement, message, "x == (a if c else b), or a test for each branch")


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)
