"""A method is named and not called: it is always true, and nothing of it runs.

## What it does

Looks for assertions, conditions and statements that consist of a method without a call: ``assert event.is_set``,
``assert not task.done``, ``session.commit``. The method has to be known: of asyncio's, httpx's or SQLAlchemy's
classes, or a method or function of the project under no decorator.

## Why is this bad

A function object is always true, whatever it would have returned. The assertion cannot fail, and the statement does
nothing.

## Example

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    event.set()
    assert event.is_set  # error
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_event_is_set() -> None:
    event = asyncio.Event()
    event.set()
    assert event.is_set()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines, library
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit
from async_testing.rules.task_never_awaited import starts

CODE = "AT117"
SEVERITY = "error"
TASK = frozenset({"done", "cancelled", "cancel", "result", "exception"})
METHODS: dict[str, frozenset[str]] = {
    "asyncio.Event": frozenset({"is_set", "set", "clear"}),
    "anyio.Event": frozenset({"is_set", "set"}),
    "asyncio.Lock": frozenset({"locked", "release"}),
    "asyncio.Semaphore": frozenset({"locked", "release"}),
    "asyncio.Condition": frozenset({"locked", "release", "notify", "notify_all"}),
    "asyncio.Queue": frozenset({"empty", "full", "qsize", "get_nowait", "task_done"}),
    "asyncio.Future": TASK | {"set_result", "set_exception"},
    "asyncio.Task": TASK,
    "httpx.AsyncClient": frozenset(),
    "httpx.Response": frozenset({"json", "raise_for_status"}),
}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each method that is used as if it were its result."""
    for scope, place, test in _tests(source):
        parts = _operands(test)
        if parts and isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _judged(source, place, parts, scope)


def _tests(source: SourceFile) -> Iterator[tuple[Scope, ast.stmt | ast.expr, ast.expr]]:
    """The conditions of the file, and what stands alone, with what to report, each with its scope."""
    for scope, statement in source.each(ast.Assert):
        yield scope, statement, statement.test
    branches: list[tuple[Scope, ast.If | ast.While]] = [*source.each(ast.If), *source.each(ast.While)]
    for scope, branch in branches:
        yield scope, branch.test, branch.test
    for scope, plain in source.each(ast.Expr):
        if plain.value.__class__ is ast.Attribute:
            yield scope, plain, plain.value


def _operands(test: ast.expr) -> list[ast.expr]:
    """The parts of a condition whose truth alone counts."""
    if isinstance(test, ast.Attribute):
        return [test]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _operands(test.operand)
    if isinstance(test, ast.BoolOp):
        return [one for value in test.values for one in _operands(value)]
    return []


def _judged(
    source: SourceFile, place: ast.stmt | ast.expr, parts: list[ast.expr], scope: Scope
) -> Iterator[Hit]:
    for part in parts:
        if isinstance(part, ast.Attribute) and _is_method(source, part, scope):
            end = source.span(part)[1]
            fix = Fix("call it", (Edit(end, end, "()"),), safe=False)
            shown = ast.unparse(part)
            yield Hit(place, f"{shown} is not called: a method is always true", f"{shown}()", fix)


def _is_method(source: SourceFile, node: ast.Attribute, scope: Scope) -> bool:
    if node.attr.startswith("assert") or coroutines.assigns_attribute(source, node.attr):
        return False
    value = node.value
    if isinstance(value, ast.Name):
        around, values = coroutines.binder(source, value.id, scope)
        if around is not None and len(values) == 1 and starts(source, values[0]):
            return node.attr in TASK
    kind = source.type_of(value, scope)
    if not kind or kind.startswith(("unittest.mock", "mock")):
        return False
    if kind in METHODS and node.attr in METHODS[kind]:
        return True
    if kind in library.CLASSES:
        return node.attr in library.CLASSES[kind]
    if isinstance(value, ast.Name) and bindings(source, scope).get(value.id) is None:
        return False  # of a parameter the annotation may be of a base class
    found = source.workspace.definition(source, f"{kind}.{node.attr}", where="method")
    return found is not None and found.kind == "function" and not found.scope.node.decorator_list  # type: ignore[union-attr]
