"""A test sets an event and then waits for it, or asserts that it is set.

## What it does

Looks in async tests for ``event.set()`` followed at once by ``await event.wait()``, with or without a timeout, or by
``assert event.is_set()``, on the same event.

## Why is this bad

The code under test was to set it. As it is, the wait can only succeed.

## Example

```python
import asyncio

import pytest


class Gate:
    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def open_for(self, badge: str) -> bool:
        return badge == "gold"


@pytest.mark.asyncio
async def test_gate_opens() -> None:
    gate = Gate()
    await gate.open_for("tin")
    gate.opened.set()
    await asyncio.wait_for(gate.opened.wait(), 1)  # error
```

## Use instead

```python
import asyncio

import pytest


class Gate:
    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def open_for(self, badge: str) -> None:
        if badge == "gold":
            self.opened.set()


@pytest.mark.asyncio
async def test_gate_opens() -> None:
    gate = Gate()
    await gate.open_for("gold")
    await asyncio.wait_for(gate.opened.wait(), 1)
```

## When it is wrong

A test of an event class itself sets it and looks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import block_of, same
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT620"
STATUS = "preview"
NEEDS = (".set()",)
LIMITS = frozenset({"asyncio.wait_for", "asyncio.shield"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each wait for what the test has just set."""
    for test in source.tests:
        if not test.is_async:
            continue
        for statement in test.function.of(ast.Expr):
            call = statement.value
            if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr != "set":
                continue
            block = block_of(source, statement)
            place = next((index for index, one in enumerate(block) if one is statement), len(block))
            after = block[place + 1] if place + 1 < len(block) else None
            event = _asked(source, after)
            if after is not None and event is not None and same(event, call.func.value):
                message = f"the test itself has just set {ast.unparse(event)[:60]}"
                yield Hit(after, message, "let the code under test set it")


def _asked(source: SourceFile, node: ast.stmt | None) -> ast.expr | None:
    """The event that a statement waits for or asserts to be set, None where it does neither."""
    value: ast.expr | None = None
    if isinstance(node, ast.Assert):
        value = node.test
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Await):
        value = node.value.value
        if isinstance(value, ast.Call) and source.called(value) in LIMITS and value.args:
            value = value.args[0]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and not value.args:
        wanted = ("is_set",) if isinstance(node, ast.Assert) else ("wait",)
        return value.func.value if value.func.attr in wanted else None
    return None
