"""A parametrized test has one case twice.

## What it does

Looks for equal literals among the values of one ``parametrize``. The same one three times and more in a row is meant:
the test is to run as often.

## Why is this bad

The second one tests nothing. It is a copied line whose values were to be changed, and the case it was meant for is
missing.

## Example

```python
import pytest


async def grade(points: int) -> str:
    return "A" if points >= 90 else "B"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (95, "A"),
        (95, "A"),  # error
    ],
)
async def test_grade(points: int, expected: str) -> None:
    assert await grade(points) == expected
```

## Use instead

```python
import pytest


async def grade(points: int) -> str:
    return "A" if points >= 90 else "B"


@pytest.mark.asyncio
@pytest.mark.parametrize(("points", "expected"), [(95, "A"), (75, "B")])
async def test_grade(points: int, expected: str) -> None:
    assert await grade(points) == expected
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT233"
SEVERITY = "info"
NEEDS = ("parametrize",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each case that was there before."""
    for test in source.tests:
        for mark in test.marks:
            if mark.name != "parametrize" or mark.call is None or mark.level != "function":
                continue
            given = mark.call.args[1] if len(mark.call.args) > 1 else mark.keyword("argvalues")
            if not isinstance(given, ast.List | ast.Tuple) or mark.keyword("ids") is not None:
                continue
            seen: set[str] = set()
            keys = [ast.dump(one) if _is_literal(one) else "" for one in given.elts]
            meant = {key for key, run in groupby(keys) if len(list(run)) > 2}
            for one, key in zip(given.elts, keys, strict=True):
                if key and key in seen and key not in meant:
                    yield Hit(
                        one, f"the case {ast.unparse(one)[:60]} was there before", "change it or drop it"
                    )
                seen.add(key)


def _is_literal(node: ast.expr) -> bool:
    """Whether an expression is written out: constants, and tuples and the like of them."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_literal(one) for one in node.elts)
    if isinstance(node, ast.Dict):
        return all(one is not None and _is_literal(one) for one in [*node.keys, *node.values])
    return isinstance(node, ast.UnaryOp) and _is_literal(node.operand)
