"""A test asserts that a task is done, and never looks at what came of it.

## What it does

Looks for tasks of a test of which it only asserts ``task.done()`` or ``task in done`` after ``asyncio.wait``, and
that it neither awaits nor asks for ``result()`` or ``exception()``.

## Why is this bad

A task that has failed is done too.

## Example

```python
import asyncio

import pytest


async def migrate() -> None:
    raise RuntimeError("broken")


@pytest.mark.asyncio
async def test_migration_finishes() -> None:
    task = asyncio.create_task(migrate())
    await asyncio.wait([task], timeout=1)
    assert task.done()  # error
```

## Use instead

```python
import asyncio

import pytest


async def migrate() -> int:
    return 1


@pytest.mark.asyncio
async def test_migration_finishes() -> None:
    task = asyncio.create_task(migrate())
    assert await asyncio.wait_for(task, timeout=1) == 1
    assert task.done()
```

## When it is wrong

Now and then it is the end that matters, as after a cancellation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT119"
STATUS = "preview"
NEEDS = ("create_task", "ensure_future")
MAKERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
WAITS = frozenset({"asyncio.wait"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assert about each such task."""
    for test in source.tests:
        scope = test.function
        for name, values in bindings(source, scope).items():
            if len(values) == 1 and source.called(values[0]) in MAKERS:
                found = _only_done(source, scope, name)
                if found is not None:
                    message = f"{name} is done as well if it has failed"
                    yield Hit(found, message, f"await {name}, or assert {name}.result()")


def _only_done(source: SourceFile, scope: Scope, name: str) -> ast.Assert | None:
    """The assert that a task is done, None where a test does anything else with the task but wait."""
    counted = 0
    first: ast.Assert | None = None
    for statement in scope.of(ast.Assert):
        if _says_done(statement.test, name):
            counted, first = counted + 1, first or statement
    for call in scope.of(ast.Call):
        if (
            source.called(call) in WAITS
            and call.args
            and isinstance(call.args[0], ast.List | ast.Set | ast.Tuple)
        ):
            counted += sum(_is(one, name) for one in call.args[0].elts)
    return first if first is not None and unawaited.loaded(scope, name) == counted else None


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _says_done(test: ast.expr, name: str) -> bool:
    """Whether a condition is ``task.done()`` or ``task in done``."""
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        return test.func.attr == "done" and _is(test.func.value, name)
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In) and _is(test.left, name)
