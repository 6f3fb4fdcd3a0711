"""Time is frozen around something that waits: the event loop's clock stands still too.

## What it does

Looks for ``freeze_time`` without ``real_asyncio=True``, ``tick`` or ``auto_tick_seconds`` around ``asyncio.timeout``,
``wait_for``, ``asyncio.wait`` with a timeout, or ``asyncio.sleep`` of more than nothing, in the same test.

## Why is this bad

Freezegun replaces ``time.monotonic`` as well, by which the loop knows when something is due. A timeout never comes, so
that it protects nothing, and a sleep never ends.

## Example

```python
import asyncio

import pytest
from freezegun import freeze_time


async def lease() -> dict[str, int]:
    await asyncio.sleep(0)
    return {"expires": 60}


@pytest.mark.asyncio
async def test_lease_in_time() -> None:
    with freeze_time("2024-01-01"):  # error
        async with asyncio.timeout(1):
            assert await lease() == {"expires": 60}
```

## Use instead

```python
import asyncio

import pytest
from freezegun import freeze_time


async def lease() -> dict[str, int]:
    await asyncio.sleep(0)
    return {"expires": 60}


@pytest.mark.asyncio
async def test_lease_in_time() -> None:
    with freeze_time("2024-01-01", real_asyncio=True):
        async with asyncio.timeout(1):
            assert await lease() == {"expires": 60}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT616"
SEVERITY = "error"
NEEDS = ("freeze_time",)
GOING = frozenset({"real_asyncio", "tick", "auto_tick_seconds", "ignore", "as_kwarg", None})
WAITING = {"asyncio.timeout": 0, "asyncio.wait_for": 1, "asyncio.sleep": 0, "async_timeout.timeout": 0}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each frozen wait."""
    if "extend_ignore_list" in source.text or any(
        "extend_ignore_list" in one.text for one in source.workspace.conftests(source.path)
    ):
        return
    for test in source.tests:
        if not test.is_async:
            continue
        for decorator in test.node.decorator_list:
            if _freezes(source, decorator):
                yield from _hits(source, decorator, test.function.body)
        for block in test.function.of(ast.With):
            for item in block.items:
                if _freezes(source, item.context_expr) and not isinstance(item.optional_vars, ast.Name):
                    yield from _hits(source, item.context_expr, block.body)


def _freezes(source: SourceFile, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or source.called(node) not in (
        "freezegun.freeze_time",
        "freezegun.api.freeze_time",
    ):
        return False
    return not any(one.arg in GOING for one in node.keywords) and len(node.args) < 3


def _hits(source: SourceFile, where: ast.expr, body: list[ast.stmt]) -> Iterator[Hit]:
    for node in asserts.inside(body):
        name = source.called(node) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in WAITING and _waits(node, WAITING[name]):
            message = f"the loop's clock stands still here, and {name} never comes to its end"
            yield Hit(where, message, "freeze_time(..., real_asyncio=True)")
            return


def _waits(call: ast.Call, place: int) -> bool:
    """Whether a call is given a time, other than nothing."""
    given = [
        *call.args[place : place + 1],
        *(one.value for one in call.keywords if one.arg in ("timeout", "delay")),
    ]
    return bool(given) and not (isinstance(given[0], ast.Constant) and not given[0].value)
