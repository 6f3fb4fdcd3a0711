"""A coroutine function is cached by ``functools``: the second call gets a coroutine that was awaited before.

## What it does

Looks in the code of tests for ``functools.cache``, ``lru_cache`` or ``cached_property`` on an ``async def``.

## Why is this bad

What is kept is the coroutine, not its result. Awaiting it again raises RuntimeError, so that the first test that asks
is green and the next one is not.

## Example

```python
import functools

import pytest


@functools.lru_cache  # error
async def settings() -> dict[str, int]:
    return {"size": 1}


@pytest.mark.asyncio
async def test_settings() -> None:
    assert await settings() == {"size": 1}
```

## Use instead

```python
import functools

import pytest


@functools.lru_cache
def settings() -> tuple[str, int]:
    return ("size", 1)


@pytest.mark.asyncio
async def test_settings() -> None:
    assert settings() == ("size", 1)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT121"
SEVERITY = "error"
NEEDS = ("cache",)
CACHES = frozenset({"functools.cache", "functools.lru_cache", "functools.cached_property"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such decorator."""
    if not is_testing(source):
        return
    for scope in source.functions:
        for one in scope.node.decorator_list if scope.is_async else ():  # type: ignore[union-attr]
            name = source.dotted(one.func if isinstance(one, ast.Call) else one)
            if name in CACHES:
                message = f"{name} keeps the coroutine of {scope.name}, which can be awaited once only"
                yield Hit(one, message, "a plain function, or a fixture of a wider scope")
