"""A test starts a task and never looks at it again.

## What it does

Looks for ``create_task``, ``ensure_future`` and ``run_in_executor`` in a test or its fixtures whose task is dropped, or
stored in a variable that nothing reads. The tasks of a task group are awaited by it.

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
STATUS = "preview"
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
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            if not isinstance(target, ast.Name) or not (
                starts(source, assign.value) or _future(source, assign.value)
            ):
                continue
            if not unawaited.loaded(scope, target.id) and not _shared(scope, target.id):
                message = f"{target.id} is never awaited: what the task raises is lost"
                yield Hit(assign, message, f"await {target.id}")


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
