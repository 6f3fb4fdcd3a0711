"""A test starts a task and never looks at it again.

## What it does

Looks for ``create_task`` and ``ensure_future`` in a test whose task is dropped, or stored in a variable that nothing
reads. The tasks of a task group are awaited by it.

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
NEEDS = ("create_task", "ensure_future")
STARTS = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future", "loop.create_task", "event_loop.create_task"}
)
LOOPS = frozenset({"asyncio.get_event_loop", "asyncio.get_running_loop"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each task that a test starts and forgets."""
    for test in source.tests:
        scope = test.function
        for statement in scope.of(ast.Expr):
            if starts(source, statement.value) and not places.in_finally(source, statement):
                yield Hit(statement, "the task is dropped: what it raises is lost", "task = ...; await task")
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            if not isinstance(target, ast.Name) or not starts(source, assign.value):
                continue
            if not unawaited.loaded(scope, target.id) and not _shared(scope, target.id):
                message = f"{target.id} is never awaited: what the task raises is lost"
                yield Hit(assign, message, f"await {target.id}")


def starts(source: SourceFile, node: ast.AST) -> bool:
    """Whether an expression starts a task of asyncio."""
    if not isinstance(node, ast.Call):
        return False
    if source.dotted(node.func) in STARTS:
        return True
    func = node.func
    return (
        isinstance(func, ast.Attribute) and func.attr == "create_task" and source.called(func.value) in LOOPS
    )


def _shared(scope: Scope, name: str) -> bool:
    statements: list[ast.Global | ast.Nonlocal] = [*scope.of(ast.Global), *scope.of(ast.Nonlocal)]
    return any(name in one.names for one in statements)
