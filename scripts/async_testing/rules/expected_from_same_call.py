"""What is expected is worked out by the very call that is tested.

## What it does

Looks for asserts that a call of the project equals the same call with the same arguments, written twice or kept in a
variable.

## Why is this bad

A wrong answer equals itself. All that is asserted is that the code gives the same answer twice.

## Example

```python
import pytest


async def total(prices: list[int]) -> int:
    return max(prices)


@pytest.mark.asyncio
async def test_total() -> None:
    expected = await total([1, 2])
    assert await total([1, 2]) == expected  # error
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

## When it is wrong

A test that something is cached, or that it can be done twice, asks for just that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.asserts import block_of, same
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT535"
STATUS = "preview"
NEEDS = ("assert",)
_MEANT = re.compile(
    r"cach|same|twice|again|idempot|determin|stable|repeat|equal|consist|singleton|memo|once|unchanged|hash|reus",
    re.IGNORECASE,
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison of a call with itself."""
    for test in source.tests:
        if not test.is_async or _MEANT.search(test.name):
            continue
        for statement in test.function.of(ast.Assert):
            compared = statement.test
            if not isinstance(compared, ast.Compare) or len(compared.ops) != 1:
                continue
            if not isinstance(compared.ops[0], ast.Eq):
                continue
            sides = [compared.left, compared.comparators[0]]
            left, right = (_claims.value(source, one, test.function) for one in sides)
            if not isinstance(left, ast.Await) or not same(left, right):
                continue
            kept = [one for one in sides if isinstance(one, ast.Name)]
            if not kept or (len(kept) == 1 and _is_next(source, statement, left, right)):
                shown = ast.unparse(left)[:60]
                yield Hit(statement, f"'{shown}' is compared with itself", "write out what is expected")


def _is_next(source: SourceFile, statement: ast.Assert, left: ast.expr, right: ast.expr) -> bool:
    """Whether one of two equal calls stands in the statement right before an assert, so that nothing came between."""
    block = block_of(source, statement)
    place = next((index for index, one in enumerate(block) if one is statement), 0)
    before = block[place - 1] if place else None
    return isinstance(before, ast.Assign | ast.AnnAssign) and before.value in (left, right)
