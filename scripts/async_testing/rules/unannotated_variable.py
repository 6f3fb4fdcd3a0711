"""A variable of a test has no type.

## What it does

Looks at the first assignment to each name in a test. Loops, ``with … as`` and unpacking cannot be annotated
and are passed over, ``_`` too.

## Why is this bad

What a DAO gives back is then whatever it gives back: the test goes on with another type and fails somewhere else, or
not at all.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    count = await UserDAO.count()  # error
    assert count == 2
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    count: int = await UserDAO.count()
    assert count == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import parameter_names
from async_testing.rules import Hit

CODE = "AT806"
STATUS = "seed"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assignment to each name without a type."""
    for test in source.tests:
        yield from _bare(test.function)


def _bare(function: Scope) -> Iterator[Hit]:
    known = {one.target.id for one in function.of(ast.AnnAssign) if isinstance(one.target, ast.Name)}
    known.update(parameter_names(function), ["_"])
    told: list[ast.Global | ast.Nonlocal] = [*function.of(ast.Global), *function.of(ast.Nonlocal)]
    known.update(name for one in told for name in one.names)
    loops: list[ast.For | ast.AsyncFor] = [*function.of(ast.For), *function.of(ast.AsyncFor)]
    for loop in loops:
        known.update(one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name))
    for assign in function.of(ast.Assign):
        for target in assign.targets:
            if isinstance(target, ast.Name) and target.id not in known:
                known.add(target.id)
                yield Hit(assign, f"{target.id} has no type", f"{target.id}: <type> = ...")
            elif isinstance(target, ast.Tuple | ast.List):
                known.update(one.id for one in ast.walk(target) if isinstance(one, ast.Name))
