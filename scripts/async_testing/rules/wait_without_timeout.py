"""A test waits for something that may never come, without a timeout.

## What it does

Looks in async tests for ``await event.wait()``, ``await queue.get()`` and their like on objects that are known to be
asyncio's or anyio's, where neither a timeout stands around it nor a timeout is set for the test or the suite.

## Why is this bad

When the code under test is broken the test does not fail: it hangs, and with it the whole run, until somebody kills it
without a hint at which test it was.

## Example

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await event.wait()  # error
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

## When it is wrong

Where the event is already set, or the runner has a time limit of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit

CODE = "AT606"
STATUS = "preview"
NEEDS = (".wait(", ".get(", ".join(", ".create_future(", "Future(")
WAITS = {
    "Event": "wait",
    "Queue": "get",
    "PriorityQueue": "get",
    "LifoQueue": "get",
    "Condition": "wait",
    "Barrier": "wait",
}
HOMES = ("asyncio", "anyio", "trio")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each wait in a test that nothing ends."""
    if source.config.option("timeout") or source.config.option("faulthandler_timeout"):
        return
    for test in source.tests:
        if test.marked("timeout"):
            continue
        scope = test.function
        for awaited in scope.of(ast.Await):
            call = awaited.value
            if (
                isinstance(call, ast.Name)
                and _is_open_future(source, scope, call.id)
                and not _limited(source, awaited)
            ):
                yield Hit(
                    awaited,
                    f"{call.id} may never be done: the run hangs",
                    "asyncio.wait_for(..., timeout=...)",
                )
            if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Attribute):
                continue
            home, _, kind = source.type_of(call.func.value, scope).partition(".")
            waits = WAITS.get(kind) == call.func.attr or (kind.endswith("Queue") and call.func.attr == "join")
            if home in HOMES and waits and not _limited(source, awaited):
                shown = ast.unparse(call)
                start, end = source.span(call)
                text = f"asyncio.wait_for({source.segment(call)}, timeout=5)"
                known = home == "asyncio" and source.imports.get("asyncio") == "asyncio"
                fix = Fix("give it 5 seconds", (Edit(start, end, text),), safe=False) if known else None
                yield Hit(
                    awaited,
                    f"{shown} may never return: the run hangs",
                    "asyncio.wait_for(..., timeout=...)",
                    fix,
                )


def _is_open_future(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether a name is a future that the test made and that others have to set."""
    values = bindings(source, scope).get(name, [])
    if len(values) != 1 or not isinstance(values[0], ast.Call):
        return False
    func = values[0].func
    made = isinstance(func, ast.Attribute) and func.attr in ("create_future", "Future")
    calls = [one.func for one in scope.of(ast.Call) if isinstance(one.func, ast.Attribute)]
    return made and not any(
        isinstance(one.value, ast.Name)
        and one.value.id == name
        and one.attr in ("set_result", "set_exception", "cancel")
        for one in calls
    )


def _limited(source: SourceFile, node: ast.AST) -> bool:
    for around in source.ancestors(node):
        if isinstance(around, ast.With | ast.AsyncWith):
            text = " ".join(ast.unparse(item.context_expr) for item in around.items)
            if any(word in text for word in ("timeout", "fail_after", "move_on_after")):
                return True
    return False
