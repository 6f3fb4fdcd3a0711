"""A test catches its own cancellation and goes on.

## What it does

Looks in tests and fixtures for ``except asyncio.CancelledError`` and ``except BaseException`` with nothing but
``pass`` in it, and for ``suppress(asyncio.CancelledError)``, where the function cancels nothing that it could be
waiting for.

## Why is this bad

Nobody but the runner, or a timeout around the test, cancels here. The test swallows that and goes on, or is green,
although it was stopped; assertions that fail inside of an ``except BaseException: pass`` are gone as well.

## Example

```python
import asyncio
import contextlib

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    try:
        assert await load() == "Ann"
    except asyncio.CancelledError:  # error
        pass
    with contextlib.suppress(asyncio.CancelledError):  # error
        assert await load() == "Ann"
```

## Use instead

```python
import asyncio
import contextlib

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    assert await load() == "Ann"


@pytest.mark.asyncio
async def test_load_can_be_cancelled() -> None:
    task = asyncio.create_task(load())
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT607"
NEEDS = ("CancelledError", "BaseException")
CANCELLED = frozenset({"asyncio.CancelledError", "asyncio.exceptions.CancelledError"})
CANCELLED |= {"concurrent.futures.CancelledError"}
ENDS = frozenset(["cancel", "shutdown", "stop", "aclose", "close", "terminate", "kill", "disconnect"])


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each place where a cancellation of the test itself is swallowed."""
    for scope in places.of_tests_and_fixtures(source):
        if ast.ExceptHandler not in scope.nodes and ast.withitem not in scope.nodes:
            continue
        if not scope.is_async or not _catches(source, scope) or _ends_something(scope):
            continue
        if any("Cancelled" in ast.unparse(one) for one in scope.within(ast.Raise)):
            continue
        if "=asyncio.CancelledError" in source.segment(scope.node):  # type: ignore[arg-type]
            continue
        for handler in scope.of(ast.ExceptHandler):
            caught = _caught(source, handler.type)
            block = source.parent(handler)
            if caught and _does_nothing(handler.body) and _awaits(block, caught == "BaseException"):
                yield Hit(
                    handler, f"except {caught} swallows a cancellation of the test itself", "let it through"
                )
        for entered in scope.of(ast.withitem):
            call = entered.context_expr
            if source.called(call) != "contextlib.suppress" or not isinstance(call, ast.Call):
                continue
            caught = next((name for one in call.args if (name := _caught(source, one))), "")
            if caught and _awaits(source.parent(entered), caught == "BaseException"):
                yield Hit(
                    call, f"suppress({caught}) swallows a cancellation of the test itself", "let it through"
                )


def _catches(source: SourceFile, scope: Scope) -> bool:
    """Whether a function has anything that may swallow a cancellation."""
    return any(_caught(source, one.type) for one in scope.of(ast.ExceptHandler)) or any(
        source.called(one.context_expr) == "contextlib.suppress" for one in scope.of(ast.withitem)
    )


def _ends_something(scope: Scope) -> bool:
    return any(
        isinstance(one.func, ast.Attribute) and one.func.attr in ENDS for one in scope.within(ast.Call)
    ) or any(
        isinstance(one.value, ast.Call) and "cancel" in ast.unparse(one.value.func).lower()
        for one in scope.within(ast.Await)
    )


def _caught(source: SourceFile, node: ast.expr | None) -> str:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    for item in items:
        name = source.dotted(item)
        if name in CANCELLED or name == "BaseException":
            return name
    return ""


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


def _awaits(block: ast.AST | None, everything: bool) -> bool:
    """Whether a block awaits what it calls itself: not a task that another may cancel, nor under a time limit."""
    body = getattr(block, "body", [])
    nodes = [node for statement in body for node in ast.walk(statement)]
    if everything:
        return any(isinstance(node, ast.Await | ast.Assert) for node in nodes)
    awaited = [node.value for node in nodes if isinstance(node, ast.Await)]
    if not awaited or any(isinstance(node, ast.With | ast.AsyncWith | ast.Raise) for node in nodes):
        return False
    return all(isinstance(one, ast.Call) and not _may_be_cancelled(one) for one in awaited)


def _may_be_cancelled(call: ast.Call) -> bool:
    if "Cancelled" in ast.unparse(call):
        return True
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("wait", "gather", "shield", "join", "wait_for", "wait_closed"):
        return not any(isinstance(one, ast.Call) for one in call.args)
    return False
