"""``assert a.sort() == b.sort()``: both sides are None, whatever the lists hold.

## What it does

Looks for asserts that two calls of methods which change something in place and return None are equal, or that the
result of one is None.

## Why is this bad

``sort``, ``reverse``, ``append`` and their like return None. None equals None.

## Example

```python
import pytest


async def topics() -> list[str]:
    return ["user", "order"]


@pytest.mark.asyncio
async def test_topics() -> None:
    found = await topics()
    expected = ["order", "payment"]
    assert found.sort() == expected.sort()  # error
```

## Use instead

```python
import pytest


async def topics() -> list[str]:
    return ["user", "order"]


@pytest.mark.asyncio
async def test_topics() -> None:
    found = await topics()
    expected = ["order", "user"]
    assert sorted(found) == sorted(expected)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT528"
SEVERITY = "error"
NEEDS = (".sort(", ".reverse(", ".append(", ".extend(", "shuffle(")
CHANGING = frozenset({"sort", "reverse", "append", "extend", "shuffle"})
UNITTEST = frozenset({"assertEqual", "assertListEqual", "assertIs"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison of nothing with nothing."""
    for scope, call in source.calls(*CHANGING):
        statement = source.parent(source.parent(call) or call)
        test = statement.test if isinstance(statement, ast.Assert) else None
        if not isinstance(test, ast.Compare) or test.left is not call or scope not in source.functions:
            continue
        equal = isinstance(test.ops[0], ast.Eq | ast.Is)
        if equal and _is_nothing(call) and _is_nothing(test.comparators[0]):
            yield _hit(statement, call)  # type: ignore[arg-type]
    for scope, call in source.calls(*UNITTEST):
        if not isinstance(call.func, ast.Attribute) or len(call.args) < 2 or scope not in source.functions:
            continue
        if _is_nothing(call.args[0]) and _is_nothing(call.args[1]):
            yield _hit(call, call.args[0])


def _hit(where: ast.stmt | ast.expr, left: ast.expr) -> Hit:
    message = f"{ast.unparse(left)[:60]} gives None: nothing is compared"
    return Hit(where, message, "assert sorted(...) == sorted(...)")


def _is_nothing(node: ast.expr) -> bool:
    """Whether an expression is the result of a change in place."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING
