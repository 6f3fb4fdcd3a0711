"""A timeout is asked for, and it is None: nothing is limited.

## What it does

Looks in tests and fixtures for ``asyncio.wait_for(..., timeout=None)``, ``asyncio.timeout(None)``,
``anyio.fail_after(None)`` and ``anyio.move_on_after(None)``.

## Why is this bad

It reads as if the test could not hang, and it can.

## Example

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    event.set()
    await asyncio.wait_for(event.wait(), timeout=None)  # error
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    event.set()
    await asyncio.wait_for(event.wait(), timeout=1)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT111"
NEEDS = ("None",)
PLACES = {
    "asyncio.wait_for": 1,
    "asyncio.timeout": 0,
    "anyio.fail_after": 0,
    "anyio.move_on_after": 0,
    "async_timeout.timeout": 0,
}
NAMES = sorted({name.rpartition(".")[2] for name in PLACES})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each timeout that is None."""
    found = source.calls(*NAMES)
    inside = {id(scope) for scope in places.of_tests_and_fixtures(source)} if found else set()
    for scope, call in found:
        name = source.dotted(call.func)
        if name in PLACES and id(scope) in inside:
            place = PLACES[name]
            given = call.args[place : place + 1]
            given += [one.value for one in call.keywords if one.arg in ("timeout", "delay")]
            if (
                given
                and isinstance(given[0], ast.Constant)
                and given[0].value is None
                and not _moved(source, call)
            ):
                yield Hit(call, f"{name} with None limits nothing: the test may hang", "give it seconds")


def _moved(source: SourceFile, call: ast.Call) -> bool:
    """Whether the limit is set later: ``async with asyncio.timeout(None) as limit``."""
    around = source.parent(call)
    return isinstance(around, ast.withitem) and around.optional_vars is not None
