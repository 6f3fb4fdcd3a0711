"""A test sleeps and hopes that something has happened by then.

## What it does

Looks in async tests for ``await asyncio.sleep(...)``, or ``anyio.sleep``, of more than no time, with an assertion
behind it.

## Why is this bad

The time is a guess: too short on a busy machine, where the test fails now and then, and too long on all others.

## Example

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await asyncio.sleep(0.5)  # error
    assert event.is_set()
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
    assert event.is_set()
```

## When it is wrong

Where the passing of time itself is tested, such as an expiry, or that nothing happens for a while.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT609"
STATUS = "preview"
NEEDS = ("sleep",)
SLEEPS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each sleep in front of an assertion."""
    for test in source.tests:
        scope = test.function
        lines = [one.lineno for one in scope.of(ast.Assert)]
        lines += [
            call.lineno
            for call in scope.of(ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert")
        ]
        last = max(lines, default=0)
        for awaited in scope.of(ast.Await):
            call = awaited.value
            if not isinstance(call, ast.Call) or source.dotted(call.func) not in SLEEPS or not call.args:
                continue
            if awaited.lineno < last and not _is_zero(call.args[0]) and not _polls(source, awaited):
                message = "the assertions below hope that this sleep was long enough"
                yield Hit(awaited, message, "wait for the event itself, with a timeout")


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, 0.0)


def _polls(source: SourceFile, node: ast.AST) -> bool:
    """Whether it is the pause in a loop that looks again and again."""
    return any(isinstance(one, ast.While | ast.For | ast.AsyncFor) for one in source.ancestors(node))
