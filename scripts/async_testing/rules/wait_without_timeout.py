"""A test waits for something that may never come, without a timeout.

## What it does

Looks in async tests for ``await event.wait()``, ``await queue.get()`` and their like on objects that are known to be
asyncio's or anyio's, attributes of the project's objects too, and for loops that only sleep until something has
happened, where neither a timeout stands around it nor a timeout is set for the test or the suite.

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
import re
from collections.abc import Iterator

from async_testing.facts import members
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit

CODE = "AT606"
STATUS = "preview"
NEEDS = (".wait(", ".wait_for(", ".get(", ".join(", ".create_future(", "Future(", "while ")
WAITS = {
    "Event": ("wait",),
    "Queue": ("get",),
    "PriorityQueue": ("get",),
    "LifoQueue": ("get",),
    "Condition": ("wait", "wait_for"),
    "Barrier": ("wait",),
}
METHODS = frozenset({"wait", "wait_for", "get", "join"})
HOMES = ("asyncio", "anyio", "trio")
SLEEPS = frozenset(f"{home}.sleep" for home in HOMES) | {
    "anyio.lowlevel.checkpoint",
    "trio.lowlevel.checkpoint",
}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each wait in a test that nothing ends."""
    if source.config.option("timeout") or source.config.option("faulthandler_timeout"):
        return
    for test in source.tests:
        if test.marked("timeout") or _is_limited_by_decorator(source, test.node):
            continue
        scope = test.function
        for awaited in scope.of(ast.Await):
            yield from _waits(source, scope, awaited)
        for loop in scope.of(ast.While):
            if _only_sleeps(source, loop) and not _limited(source, loop):
                message = f"this goes on until {ast.unparse(_condition(loop))}, if need be for ever"
                yield Hit(loop, message, "async with asyncio.timeout(...): around the loop")


def _is_limited_by_decorator(source: SourceFile, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator of the project, which runs the test itself, knows of a timeout."""
    for one in node.decorator_list:
        dotted = source.dotted(one.func if isinstance(one, ast.Call) else one)
        if dotted.startswith(("pytest", "unittest")) or not dotted:
            continue
        found = source.workspace.definition(source, dotted)
        if found is not None and "timeout" in found.source.segment(found.scope.node):  # type: ignore[arg-type]
            return True
    return False


def _waits(source: SourceFile, scope: Scope, awaited: ast.Await) -> Iterator[Hit]:
    """Yield what an await waits for without a limit: a future, or calls, those gathered too."""
    call = awaited.value
    instead = "asyncio.wait_for(..., timeout=...)"
    if isinstance(call, ast.Name):
        if _is_open_future(source, scope, call.id) and not _limited(source, awaited):
            yield Hit(awaited, f"{call.id} may never be done: the run hangs", instead)
        return
    calls = [call]
    if source.called(call) == "asyncio.gather" and isinstance(call, ast.Call):
        calls = call.args
    for one in calls:
        home = _home(source, scope, one)
        if home and not _limited(source, awaited) and not _is_served(scope, one):
            assert isinstance(one, ast.Call)
            start, end = source.span(one)
            text = f"asyncio.wait_for({source.segment(one)}, timeout=5)"
            known = home == "asyncio" and source.imports.get("asyncio") == "asyncio"
            fix = Fix("give it 5 seconds", (Edit(start, end, text),), safe=False) if known else None
            yield Hit(awaited, f"{ast.unparse(one)} may never return: the run hangs", instead, fix)


def _home(source: SourceFile, scope: Scope, call: ast.expr) -> str:
    """The package whose object a call waits for, empty where it waits for none, or only as long as it says."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ""
    method = call.func.attr
    if method not in METHODS or (call.args and method != "wait_for"):
        return ""
    home, _, kind = members.type_of(source, call.func.value, scope).partition(".")
    waits = method in WAITS.get(kind, ()) or (kind.endswith("Queue") and method == "join")
    return home if home in HOMES and waits else ""


def _is_served(scope: Scope, call: ast.expr) -> bool:
    """Whether the test itself has done before what the call waits for, in the same function."""
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    owner = ast.unparse(call.func.value)
    return call.func.attr in ("wait", "get") and any(
        isinstance(one.func, ast.Attribute)
        and one.func.attr in ("set", "put", "put_nowait")
        and one.lineno < call.lineno
        and ast.unparse(one.func.value) == owner
        for one in scope.of(ast.Call)
    )


def _only_sleeps(source: SourceFile, loop: ast.While) -> bool:
    """Whether a loop does nothing but sleep, and asks nothing that has to do with time or is counted."""
    asked = ast.unparse(_condition(loop))
    if isinstance(_condition(loop), ast.Constant) or re.search(
        r"time|deadline|monotonic|\bfinish|tries", asked
    ):
        return False
    rest = [one for one in loop.body if not _is_end(one)]
    sleeps = [
        one.value.value for one in rest if isinstance(one, ast.Expr) and isinstance(one.value, ast.Await)
    ]
    return bool(rest) and len(sleeps) == len(rest) and all(source.called(one) in SLEEPS for one in sleeps)


def _is_end(statement: ast.stmt) -> bool:
    """``if ...: break``, and nothing more."""
    return isinstance(statement, ast.If) and [type(one) for one in statement.body] == [ast.Break]


def _condition(loop: ast.While) -> ast.expr:
    """What ends a loop: its condition, or of ``while True`` that of the ``break``."""
    ends = [one.test for one in loop.body if isinstance(one, ast.If) and _is_end(one)]
    return ends[0] if ends and isinstance(loop.test, ast.Constant) else loop.test


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
