"""A timeout is so short that a slow machine fails it, or so long that it must have been milliseconds.

## What it does

Looks in async tests for ``asyncio.wait_for``, ``asyncio.timeout`` and ``anyio.fail_after`` with less than 20
milliseconds where no timeout is expected, and with a thousand seconds or more.

## Why is this bad

On a busy machine the loop itself may take longer than a few milliseconds. And a test that hangs for an hour is
stopped by something else.

## Example

```python
import asyncio

import pytest


async def load() -> int:
    return 1


@pytest.mark.asyncio
async def test_load() -> None:
    assert await asyncio.wait_for(load(), timeout=5000) == 1  # error
    assert await asyncio.wait_for(load(), timeout=0.001) == 1  # error
```

## Use instead

```python
import asyncio

import pytest


async def load() -> int:
    return 1


@pytest.mark.asyncio
async def test_load() -> None:
    assert await asyncio.wait_for(load(), timeout=5) == 1
```

## When it is wrong

Where nothing is waited for, a short timeout does no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT626"
STATUS = "preview"
NEEDS = ("wait_for", "timeout", "fail_after")
PLACES = {"asyncio.wait_for": 1, "asyncio.timeout": 0, "anyio.fail_after": 0, "async_timeout.timeout": 0}
SHORT = 0.02
LONG = 1000


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such timeout."""
    for test in source.tests:
        if not test.is_async:
            continue
        for call in test.function.of(ast.Call):
            place = PLACES.get(source.called(call))
            if place is None:
                continue
            given = [
                *call.args[place : place + 1],
                *(one.value for one in call.keywords if one.arg in ("timeout", "delay")),
            ]
            seconds = given[0].value if given and isinstance(given[0], ast.Constant) else None
            if not isinstance(seconds, int | float) or isinstance(seconds, bool):
                continue
            if seconds >= LONG:
                yield Hit(
                    call,
                    f"{seconds} seconds are no limit: timeouts are not in milliseconds",
                    "give it seconds",
                )
            elif 0 < seconds < SHORT and not asserts.expects(source, call):
                yield Hit(
                    call, f"{seconds} seconds may be too short on a busy machine", "give it a second or more"
                )
