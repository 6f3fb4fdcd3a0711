"""A test starts a task and never looks at it again.

## What it does

Looks for ``create_task``, ``ensure_future`` and ``run_in_executor`` in a test or its fixtures whose task is dropped, or
stored in a variable that nothing reads where nothing but ``asyncio.sleep`` is awaited from there on. The tasks of a
task group are awaited by it.

## Why is this bad

Whatever the task raises is lost, so the test is green when it fails. It may not even have begun when the test ends, and
the loop only keeps a weak reference: a task nobody holds may be collected half-way.

## Example

```python
import asyncio

import pytest


async def notify() -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_notify_runs() -> None:
    asyncio.create_task(notify())  # error
    task = asyncio.ensure_future(notify())  # error
    await asyncio.sleep(0)
```

## Use instead

```python
import asyncio

import pytest


async def notify() -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_notify_runs() -> None:
    task = asyncio.create_task(notify())
    await task
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT106"
NEEDS = ("create_task", "ensure_future", "run_in_executor", "run_coroutine_threadsafe")
STARTS = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future", "loop.create_task", "event_loop.create_task"}
)
FUTURES = frozenset(
    {"asyncio.run_coroutine_threadsafe", "loop.run_in_executor", "event_loop.run_in_executor"}
)
LOOPS = frozenset({"asyncio.get_event_loop", "asyncio.get_running_loop"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each task that a test starts and forgets."""
    fixtures = [one.function for one in source.fixtures.own if one.scope == "function"]
    for scope in [*places.of_tests(source), *fixtures]:
        for statement in scope.of(ast.Expr):
            started = starts(source, statement.value) or _future(source, statement.value)
            if started and not places.in_finally(source, statement):
                yield Hit(statement, "the task is dropped: what it raises is lost", "task = ...; await task")
        for assign, name in unread(source, scope):
            if not waits_after(source, scope, assign):
                yield Hit(assign, f"{name} is never awaited: what the task raises is lost", f"await {name}")


def unread(source: SourceFile, scope: Scope) -> Iterator[tuple[ast.Assign, str]]:
    """The tasks that a function stores in a variable which nothing reads, each with the variable's name."""
    for assign in scope.of(ast.Assign):
        target = assign.targets[0]
        if not isinstance(target, ast.Name):
            continue
        if not starts(source, assign.value) and not _future(source, assign.value):
            continue
        if not unawaited.loaded(scope, target.id) and not _shared(scope, target.id):
            yield assign, target.id


def waits_after(source: SourceFile, scope: Scope, start: ast.stmt) -> bool:
    """Whether a function waits behind a statement for something that may depend on what that one started."""
    awaited = [one for one in scope.of(ast.Await) if source.called(one.value) != "asyncio.sleep"]
    waits: list[ast.Await | ast.AsyncWith | ast.AsyncFor] = [*awaited, *scope.of(ast.AsyncWith)]
    waits += scope.of(ast.AsyncFor)
    return any(one.lineno > start.lineno for one in waits)


def starts(source: SourceFile, node: ast.AST | None) -> bool:
    """Whether an expression starts a task of asyncio."""
    if not isinstance(node, ast.Call):
        return False
    if source.dotted(node.func) in STARTS:
        return True
    func = node.func
    return (
        isinstance(func, ast.Attribute) and func.attr == "create_task" and source.called(func.value) in LOOPS
    )


def _future(source: SourceFile, node: ast.AST) -> bool:
    """Whether an expression starts something in a thread, or in a loop of another thread, that gives a future."""
    if source.called(node) in FUTURES:
        return True
    func = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "run_in_executor"
        and source.called(func.value) in LOOPS
    )


def _shared(scope: Scope, name: str) -> bool:
    statements: list[ast.Global | ast.Nonlocal] = [*scope.of(ast.Global), *scope.of(ast.Nonlocal)]
    return any(name in one.names for one in statements)
