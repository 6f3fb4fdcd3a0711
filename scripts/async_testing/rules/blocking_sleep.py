"""``time.sleep`` in an async test or fixture stops the whole event loop.

## What it does

Looks for ``time.sleep`` in the code of async tests, of async fixtures, and of the async fakes and helpers of test
files. What a test defines inside of itself, or decorates, may be run elsewhere, or block on purpose.

## Why is this bad

While it sleeps, no task runs: what the test waits for cannot happen meanwhile, and a timeout around it never fires. A
test that is green all the same did not need the time.

## Example

```python
import asyncio
import time

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    time.sleep(0.05)  # error
    await asyncio.wait_for(event.wait(), timeout=1)
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await asyncio.wait_for(event.wait(), timeout=1)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT605"
STATUS = "preview"
NEEDS = ("sleep",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each call of time.sleep in an async test or fixture."""
    for scope in _run_by_tests(source):
        for call in scope.of(ast.Call):
            if source.dotted(call.func) == "time.sleep":
                start, end = source.span(call.func)
                bare = (
                    isinstance(source.parent(call), ast.Expr) and source.imports.get("asyncio") == "asyncio"
                )
                fix = (
                    Fix("await asyncio.sleep", (Edit(start, end, "await asyncio.sleep"),), safe=False)
                    if bare
                    else None
                )
                message = "time.sleep stops the event loop: no task runs while the test sleeps"
                yield Hit(
                    call,
                    message,
                    "await what the test waits for, with asyncio.wait_for(..., timeout=...)",
                    fix,
                )


def _run_by_tests(source: SourceFile) -> list[Scope]:
    """The async functions that run in the loop of a test: tests, fixtures, and what their file has for them."""
    own = places.of_tests_and_fixtures(source)
    found = [one for one in own if one.is_async]
    if source.is_test_file or source.is_conftest:
        tests = {id(one) for one in own}
        found += [one for one in source.functions if one.is_async and _is_helper(one, tests)]
    return found


def _is_helper(scope: Scope, tests: set[int]) -> bool:
    """Whether a function is neither a test or fixture, nor inside of one, nor decorated."""
    around: Scope | None = scope
    while around is not None:
        if id(around) in tests:
            return False
        around = around.parent
    return not scope.node.decorator_list  # type: ignore[union-attr]
