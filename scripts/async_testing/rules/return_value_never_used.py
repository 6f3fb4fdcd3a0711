"""A mock is given a return value and a side effect that leaves no room for it.

## What it does

Looks for mocks and patches with both ``return_value`` and a ``side_effect`` that is an exception or a list, in one
call or by two assignments right after each other.

## Why is this bad

A ``side_effect`` wins, unless it is a function that gives ``DEFAULT``. The return value is never seen, and the test is
about something else than it reads.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_rate_is_asked_twice() -> None:
    rates = AsyncMock(side_effect=[OSError(), 2], return_value=3)  # error
    with pytest.raises(OSError):
        await rates("EUR")
    assert await rates("EUR") == 2
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_rate_is_asked_twice() -> None:
    rates = AsyncMock(side_effect=[OSError(), 3])
    with pytest.raises(OSError):
        await rates("EUR")
    assert await rates("EUR") == 3
```
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.asserts import block_of
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT329"
NEEDS = ("side_effect",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each return value that no call gives."""
    if "side_effect = None" in source.text or "DEFAULT" in source.text:
        return  # switched off later, so that the return value counts again
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            effect = mocks.keyword(call, "side_effect") if len(call.keywords) > 1 else None
            given = mocks.keyword(call, "return_value") if effect is not None else None
            if effect is None or given is None or not _is_final(source, effect):
                continue
            if mocks.maker_kind(source, call) or mocks.patch_kind(source, call):
                yield _hit(call, given)
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            if isinstance(target, ast.Attribute) and target.attr == "side_effect":
                before = _neighbour(source, assign, mocks.spelled(target.value))
                if before is not None and _is_final(source, assign.value):
                    yield _hit(before, before.value)


def _hit(where: ast.Call | ast.Assign, given: ast.expr) -> Hit:
    message = f"the side effect wins: {ast.unparse(given)[:50]} is never returned"
    return Hit(where, message, "keep one of the two")


def _neighbour(source: SourceFile, assign: ast.Assign, name: str) -> ast.Assign | None:
    """The statement right before that gives the same mock a return value, None where it is another."""
    block = block_of(source, assign)
    place = next((index for index, one in enumerate(block) if one is assign), 0)
    before = block[place - 1] if place and name else None
    if not isinstance(before, ast.Assign) or not isinstance(before.targets[0], ast.Attribute):
        return None
    target = before.targets[0]
    return before if target.attr == "return_value" and mocks.spelled(target.value) == name else None


def _is_final(source: SourceFile, effect: ast.expr) -> bool:
    """Whether a side effect leaves no call to the return value."""
    if isinstance(effect, ast.List | ast.Tuple):
        return True
    name = source.dotted(effect.func if isinstance(effect, ast.Call) else effect)
    known = getattr(builtins, name, None)
    if isinstance(known, type):
        return issubclass(known, BaseException)
    last = name.rpartition(".")[2]
    return last.endswith(("Error", "Exception")) and last[:1].isupper()
