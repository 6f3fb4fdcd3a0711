"""A coroutine is made by a call and dropped: nothing of it ever runs.

## What it does

Looks at statements that are nothing but a call, and at what the called name leads to: an ``async def`` of the
project, a known coroutine function of a library, or an attribute of an ``AsyncMock``. Also at coroutines that are
stored in a variable nobody reads, made by a comprehension nobody reads, or left out of an ``await`` of several.

## Why is this bad

Python only warns that the coroutine was never awaited, at some later time. What the test wanted to happen did not
happen, and assertions that do not depend on it stay green.

## Example

```python
import asyncio

import pytest


async def save(name: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_save_returns() -> None:
    save("Ann")  # error
    asyncio.sleep(0)  # error
```

## Use instead

```python
import asyncio

import pytest


async def save(name: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_save_returns() -> None:
    await save("Ann")
    await asyncio.sleep(0)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import asserts, coroutines, library, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit

CODE = "AT103"
SEVERITY = "error"
_SYNC_ONLY = re.compile(r"(?:requires?|needs|only)_sync|sync_only|(?:no|not|skip|skip_if)_async")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)
_HOLDING = frozenset({ast.Call, ast.Tuple, ast.List, *COMPREHENSIONS})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement that makes a coroutine and drops it."""
    for scope, statement in source.each(ast.Expr):
        if statement.value.__class__ in _HOLDING:
            for call in _dropped(statement.value):
                yield from _judged(source, call, scope, statement)
    for scope in source.functions:
        if ast.Assign in scope.nodes:
            yield from _stored(source, scope)


def _dropped(value: ast.expr) -> Iterator[ast.Call]:
    """The calls whose result a statement drops, or whose members it asks for at once."""
    if isinstance(value, ast.Tuple | ast.List):
        for item in value.elts:
            yield from _dropped(item)
    elif isinstance(value, COMPREHENSIONS):
        yield from _dropped(value.elt)
    elif isinstance(value, ast.Call):
        yield value


def _judged(source: SourceFile, call: ast.Call, scope: Scope, statement: ast.Expr) -> Iterator[Hit]:
    if not isinstance(call.func, (ast.Name, ast.Attribute)):
        return
    made = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(made, ast.Call) and not asserts.last_name(made).lstrip("_")[:1].isupper():
        return  # of an object that is made on the spot the class is known
    future = source.dotted(call.func) in library.FUTURES
    shown = source.dotted(call.func) if future else coroutines.made(source, call, scope)
    if not shown and isinstance(call.func, ast.Attribute) and call.func.attr == "aclose":
        shown = ast.unparse(call.func) if coroutines.mock_of(source, call.func.value, scope) is None else ""
    if not shown or unawaited.expected(source, statement) or _is_sync_only(scope):
        return
    start, _ = source.span(call)
    fixable = scope.is_async and call is statement.value
    fix = Fix("await it", (Edit(start, start, "await "),), safe=False) if fixable else None
    what = "starts its coroutines, but" if future else "makes a coroutine that"
    message = f"{shown}(...) {what} nobody awaits{' them' if future else ''}"
    yield Hit(statement, message, f"await {shown}(...)", fix)


def _stored(source: SourceFile, scope: Scope) -> Iterator[Hit]:
    """Coroutines in a variable that nothing reads."""
    for assign in scope.of(ast.Assign):
        target = assign.targets[0]
        if assign.value.__class__ is not ast.Call or not isinstance(target, ast.Name):
            continue
        if len(assign.targets) > 1 or target.id in scope.names_read:
            continue
        shown = coroutines.made(source, assign.value, scope)
        if not shown or (target.id != "_" and len(bindings(source, scope)[target.id]) > 1):
            continue
        if _outlives(scope, target.id) or unawaited.expected(source, assign) or _is_sync_only(scope):
            continue
        start, _ = source.span(assign.value)
        fix = Fix("await it", (Edit(start, start, "await "),), safe=False) if scope.is_async else None
        message = f"{shown}(...) makes a coroutine that is stored in {target.id} and never awaited"
        yield Hit(assign, message, f"{target.id} = await {shown}(...)", fix)


def _is_sync_only(scope: Scope | None) -> bool:
    """Whether a decorator says that the code only runs in a sync twin of the file, which a tool makes of it."""
    while scope is not None:
        for one in getattr(scope.node, "decorator_list", ()):
            if _SYNC_ONLY.fullmatch(asserts.last_name(one)):
                return True
        scope = scope.parent
    return False


def _outlives(scope: Scope, name: str) -> bool:
    statements: list[ast.Global | ast.Nonlocal] = [*scope.of(ast.Global), *scope.of(ast.Nonlocal)]
    return any(name in one.names for one in statements)
