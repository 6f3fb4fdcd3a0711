"""A lock, event or queue of asyncio is made when a test file is imported, and shared by all of its tests.

## What it does

Looks for ``asyncio.Lock()``, ``Event()``, ``Queue()`` and their like assigned at the top of a test file or conftest
or in the body of a test class, and read by async tests.

## Why is this bad

Each test has an event loop of its own by default. Such an object belongs to the loop on which something first had to
wait for it, and raises RuntimeError on another; an event that one test has set stays set for the next.

## Example

```python
import asyncio

import pytest

ready = asyncio.Event()  # error


@pytest.mark.asyncio
async def test_ready() -> None:
    ready.set()
    assert ready.is_set()
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_ready() -> None:
    ready = asyncio.Event()
    assert not ready.is_set()
```

## When it is wrong

Where all tests share one loop, and each leaves the object as it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT623"
STATUS = "preview"
NEEDS = ("asyncio",)
PRIMITIVES = frozenset(
    f"asyncio.{name}"
    for name in (
        "Lock",
        "Event",
        "Condition",
        "Semaphore",
        "BoundedSemaphore",
        "Queue",
        "LifoQueue",
        "PriorityQueue",
        "Barrier",
    )
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such object."""
    if not source.is_test_file and not source.is_conftest:
        return
    for scope in [source.module, *(one for one in source.classes if _is_collected(source, one))]:
        for assign in scope.of(ast.Assign):
            target, kind = assign.targets[0], source.called(assign.value)
            if not isinstance(target, ast.Name) or kind not in PRIMITIVES:
                continue
            if scope is not source.module or _is_read(source, target.id):
                message = f"{target.id} is one {kind} for all tests, each of which has a loop of its own"
                yield Hit(assign, message, f"{target.id} = {kind}() in the test or a fixture")


def _is_read(source: SourceFile, name: str) -> bool:
    return any(one.is_async and unawaited.loaded(one, name) for one in source.functions)


def _is_collected(source: SourceFile, class_: Scope) -> bool:
    return any(test.class_ is class_ for test in source.tests)
