"""A variable is compared with another name of the very same object.

## What it does

Looks in tests for ``expected = result`` followed by an assert that the two are equal, where neither is assigned again.

## Why is this bad

Both names mean one object, and it equals itself whatever it is. Usually the expected value was to be filled in later.

## Example

```python
import pytest


async def total(prices: list[int]) -> int:
    return max(prices)


@pytest.mark.asyncio
async def test_total() -> None:
    result = await total([1, 2])
    expected = result
    assert result == expected  # error
```

## Use instead

```python
import pytest


async def total(prices: list[int]) -> int:
    return sum(prices)


@pytest.mark.asyncio
async def test_total() -> None:
    assert await total([1, 2]) == 3
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import parameter_names
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT532"
SEVERITY = "error"
NEEDS = ("assert",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison of an object with itself under two names."""
    for test in source.tests:
        scope = test.function
        if not any(isinstance(one.value, ast.Name) for one in scope.of(ast.Assign)):
            continue
        for statement in scope.of(ast.Assert):
            compared = statement.test
            if not isinstance(compared, ast.Compare) or len(compared.ops) != 1:
                continue
            left, right = compared.left, compared.comparators[0]
            if not isinstance(left, ast.Name) or not isinstance(right, ast.Name):
                continue
            if isinstance(compared.ops[0], ast.Eq) and _is_alias(source, scope, left.id, right.id):
                message = f"{left.id} and {right.id} are two names of one object"
                yield Hit(statement, message, "compare with a value that the code under test did not give")


def _is_alias(source: SourceFile, scope: Scope, left: str, right: str) -> bool:
    """Whether one of two names was assigned the other, and nothing assigned either of them since."""
    if any(name in (left, right) for one in scope.within(ast.Nonlocal) for name in one.names):
        return False
    if ast.Delete in scope.nodes:
        return False
    bound = bindings(source, scope)
    own = parameter_names(scope)
    for one, other in ((left, right), (right, left)):
        values, given = bound.get(one, []), bound.get(other, [])
        plain = len(given) == 1 if other not in own else not given
        if one not in own and len(values) == 1 and isinstance(values[0], ast.Name) and plain:
            return values[0].id == other
    return False
