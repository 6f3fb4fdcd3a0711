"""``assert x in (True, False)``: success and failure both satisfy it.

## What it does

Looks for asserts that something is in a tuple, list or set of both True and False, or is one or the other.

## Why is this bad

Of a function that answers yes or no it says nothing at all. It is written when it is unclear what should come out.

## Example

```python
import pytest


async def push(data: bytes) -> bool:
    return bool(data)


@pytest.mark.asyncio
async def test_push() -> None:
    assert await push(b"1") in (True, False)  # error
```

## Use instead

```python
import pytest


async def push(data: bytes) -> bool:
    return bool(data)


@pytest.mark.asyncio
async def test_push() -> None:
    assert await push(b"1") is True
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing, same
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT529"
NEEDS = ("True",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that takes either answer."""
    if not is_testing(source):
        return
    for scope in source.functions:
        for statement in scope.of(ast.Assert):
            subject = _subject(statement.test)
            if subject is not None:
                message = f"{ast.unparse(subject)[:60]} may be true or false here, either is fine"
                yield Hit(statement, message, "assert which of the two it is")


def _subject(node: ast.expr) -> ast.expr | None:
    """What may be true or false, None where an assert is about anything else."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In):
        right = node.comparators[0]
        if isinstance(right, ast.Tuple | ast.List | ast.Set):
            given = {one.value for one in right.elts if isinstance(one, ast.Constant) and _is_bool(one)}
            return node.left if given == {True, False} else None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        compared = [one for one in node.values if isinstance(one, ast.Compare) and len(one.ops) == 1]
        sides = [one for one in compared if isinstance(one.ops[0], ast.Is | ast.Eq)]
        given = {one.comparators[0].value for one in sides if _is_bool(one.comparators[0])}  # type: ignore[attr-defined]
        if given == {True, False} and all(same(one.left, sides[0].left) for one in sides):
            return sides[0].left
    return None


def _is_bool(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)
