"""A coroutine is made by a call and dropped: nothing of it ever runs.

## What it does

Looks at statements that are nothing but a call, and at what the called name leads to: an ``async def`` of the project, or
a coroutine function of a library that is known.

## Why is this bad

Python only warns that the coroutine was never awaited, at some later time. What the test wanted to happen did not happen,
and assertions that do not depend on it stay green.

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
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT103"
SEVERITY = "error"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement that makes a coroutine and drops it."""
    for scope in source.scopes:
        for statement in scope.of(ast.Expr):
            call = statement.value
            if not isinstance(call, ast.Call):
                continue
            name = source.dotted(call.func)
            if name == "asyncio.sleep" or (name and _is_coroutine(source, name)):
                start, _ = source.span(call)
                fix = Fix("await it", (Edit(start, start, "await "),), safe=False) if scope.is_async else None
                yield Hit(
                    statement, f"{name}(...) makes a coroutine that nobody awaits", f"await {name}(...)", fix
                )


def _is_coroutine(source: SourceFile, name: str) -> bool:
    found = source.workspace.definition(source, name)
    return found is not None and found.is_coroutine
