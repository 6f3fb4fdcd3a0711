"""An assert looks at a generator: it is always true, and nothing of it runs.

## What it does

Looks for asserts on the call of a generator function of the project, async or plain, by its truth or against None.

## Why is this bad

The call makes a generator object and runs none of the function. It is true, even if nothing would come out of it.

## Example

```python
from collections.abc import AsyncIterator

import pytest


async def newer_than(day: int) -> AsyncIterator[int]:
    for one in (1, 2):
        if one > day:
            yield one


@pytest.mark.asyncio
async def test_newer_entries_are_there() -> None:
    assert newer_than(3)  # error
```

## Use instead

```python
from collections.abc import AsyncIterator

import pytest


async def newer_than(day: int) -> AsyncIterator[int]:
    for one in (1, 2):
        if one > day:
            yield one


@pytest.mark.asyncio
async def test_newer_entries_are_there() -> None:
    assert [one async for one in newer_than(1)] == [2]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT118"
SEVERITY = "error"
NEEDS = ("assert",)
KEEPING = frozenset({"staticmethod", "classmethod", "abc.abstractmethod", "typing.override"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert on a generator."""
    for claim in _claims.of(source):
        if not isinstance(claim.subject, ast.Call | ast.Name):
            continue
        call = _claims.value(source, claim.subject, claim.scope)
        kind = _generator(source, call, claim.scope) if isinstance(call, ast.Call) else ""
        if kind:
            shown = ast.unparse(call.func)[:60]  # type: ignore[attr-defined]
            message = f"{shown}(...) is {kind} here, always true: nothing of it runs"
            take = "async for" if "async" in kind else "for"
            yield Hit(claim.where, message, f"assert [one {take} one in {shown}(...)] == [...]")


def _generator(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    """What kind of generator a call makes, empty where it makes none or that cannot be told."""
    name = source.dotted(call.func)
    if isinstance(call.func, ast.Attribute):
        kind = source.type_of(call.func.value, scope)
        if kind.startswith(("unittest.mock", "mock.")) or coroutines.assigns_attribute(
            source, call.func.attr
        ):
            return ""
        name = f"{kind}.{call.func.attr}" if kind else name
    elif isinstance(call.func, ast.Name):
        around, values = coroutines.binder(source, call.func.id, scope)
        inner = around.child(call.func.id) if around else None
        if inner is not None and not values:
            return _kind(source, inner)
        if around is not None:
            return ""
    found = source.workspace.definition(source, name, where="generator") if name else None
    return _kind(found.source, found.scope) if found and found.kind == "function" else ""


def _kind(source: SourceFile, function: Scope) -> str:
    decorators = function.node.decorator_list  # type: ignore[union-attr]
    if not function.is_generator or any(source.dotted(one) not in KEEPING for one in decorators):
        return ""
    return "an async generator" if function.is_async else "a generator"
