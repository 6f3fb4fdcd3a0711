"""A test keeps a task in a variable that it never reads, and waits for something else.

## What it does

Looks for ``create_task``, ``ensure_future`` and ``run_in_executor`` in a test or its fixtures whose task is stored in a
variable that nothing reads, where the function goes on to await more than ``asyncio.sleep``.

## Why is this bad

Whatever the task raises is lost: the test waits for its effect until a timeout, or is green without it.

## Example

```python
import asyncio

import pytest


async def notify(done: asyncio.Event) -> None:
    done.set()


@pytest.mark.asyncio
async def test_notify_runs() -> None:
    done = asyncio.Event()
    task = asyncio.create_task(notify(done))  # error
    await asyncio.wait_for(done.wait(), timeout=1)
```

## Use instead

```python
import asyncio

import pytest


async def notify(done: asyncio.Event) -> None:
    done.set()


@pytest.mark.asyncio
async def test_notify_runs() -> None:
    done = asyncio.Event()
    task = asyncio.create_task(notify(done))
    await asyncio.wait_for(done.wait(), timeout=1)
    await task
```

## When it is wrong

Where the test is about a task that never ends, or what it waits for cannot come unless the task did well.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.task_never_awaited import unread, waits_after

CODE = "AT122"
STATUS = "preview"
NEEDS = ("create_task", "ensure_future", "run_in_executor", "run_coroutine_threadsafe")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each task that a test keeps and never looks at, although it goes on to wait."""
    fixtures = [one.function for one in source.fixtures.own if one.scope == "function"]
    for scope in [*places.of_tests(source), *fixtures]:
        for assign, name in unread(source, scope):
            if waits_after(source, scope, assign):
                yield Hit(assign, f"{name} is never awaited: what the task raises is lost", f"await {name}")
