"""An assertion or a condition looks at a coroutine instead of its result.

## What it does

Looks at what assertions and conditions take the value of, and at what the called name leads to: an ``async def`` of the
project, a coroutine function of a library that is known, or an attribute of an ``AsyncMock``. A variable that holds the
coroutine and is never awaited counts too.

## Why is this bad

A coroutine is always true and equal to nothing else, whatever its function would have returned. `assert repo.exists(1)`
stays green when the row is missing, and the function itself never runs.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def exists(number: int) -> bool:
    return number == 1


@pytest.mark.asyncio
async def test_exists_says_yes() -> None:
    repo = AsyncMock()
    assert exists(1)  # error
    assert repo.exists(1)  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def exists(number: int) -> bool:
    return number == 1


@pytest.mark.asyncio
async def test_exists_says_yes() -> None:
    repo = AsyncMock()
    assert await exists(1)
    assert await repo.exists(1)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.unawaited import Found
from async_testing.rules import Edit, Fix, Hit

CODE = "AT102"
SEVERITY = "error"
NEEDS = ("async", "Async", "anyio", "await", "trio")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion and condition that looks at a coroutine."""
    for scope, place, test in _tests(source):
        if scope.node.__class__ in _FUNCTIONS:
            seen = next(unawaited.values(source, test, scope), None)
            if seen and not unawaited.expected(source, place):
                yield _hit(source, scope, place, seen)


def _tests(source: SourceFile) -> Iterator[tuple[Scope, ast.stmt | ast.expr, ast.expr]]:
    """The expressions that decide something, with what to report, each with its scope."""
    for scope, one in source.each(ast.Assert):
        yield scope, one, one.test
    branches: list[tuple[Scope, ast.If | ast.While]] = [*source.each(ast.If), *source.each(ast.While)]
    for scope, branch in branches:
        yield scope, branch.test, branch.test
    for scope, choice in source.each(ast.IfExp):
        yield scope, choice, choice.test
    for scope, call in source.calls(*unawaited.UNITTEST):
        if isinstance(call.func, ast.Attribute):
            for argument in call.args[:2]:
                yield scope, call, argument


def _hit(source: SourceFile, scope: Scope, place: ast.stmt | ast.expr, seen: Found) -> Hit:
    if isinstance(seen.call, ast.Name):
        message = (
            f"{seen.call.id} holds the coroutine of {seen.shown}(...): it is always true, and it never runs"
        )
        return Hit(place, message, f"{seen.call.id} = await {seen.shown}(...)")
    start, end = source.span(seen.call)
    around = source.parent(seen.call)
    bare = not isinstance(around, ast.Attribute | ast.Subscript | ast.BinOp)
    edits = (Edit(start, start, "await "),) if bare else (Edit(start, start, "(await "), Edit(end, end, ")"))
    fix = Fix("await it", edits, safe=False) if scope.is_async else None
    message = f"{seen.shown}(...) is a coroutine here, always true and equal to nothing: it never runs"
    return Hit(place, message, f"await {seen.shown}(...)", fix)
