"""A test or fixture makes an event loop and never closes it.

## What it does

Looks in tests and fixtures for ``asyncio.new_event_loop()`` in a variable that is neither closed nor handed on.

## Why is this bad

The loop's selector and sockets stay open, and ResourceWarnings turn up in some later test that has nothing to do with
it. Tasks that are still pending are never told.

## Example

```python
import asyncio


async def load() -> str:
    return "Ann"


def test_load_gives_a_name() -> None:
    loop = asyncio.new_event_loop()  # error
    assert loop.run_until_complete(load()) == "Ann"
```

## Use instead

```python
import asyncio


async def load() -> str:
    return "Ann"


def test_load_gives_a_name() -> None:
    assert asyncio.run(load()) == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT611"
NEEDS = ("new_event_loop",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each loop that stays open."""
    for scope in places.of_tests_and_fixtures(source):
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            name = source.called(assign.value)
            is_made = name in ("asyncio.new_event_loop", "uvloop.new_event_loop") or name.endswith(
                ".new_event_loop"
            )
            if is_made and isinstance(target, ast.Name) and not _is_closed(scope, target.id):
                message = f"{target.id} is a new event loop, and nothing closes it"
                yield Hit(assign, message, "asyncio.run(...), or close it in a finally or behind the yield")


def _is_closed(scope: Scope, name: str) -> bool:
    """Whether a loop is closed, returned, or handed to something that may close it."""
    for call in scope.within(ast.Call):
        func = call.func
        if isinstance(func, ast.Attribute):
            if func.attr == "close" and isinstance(func.value, ast.Name) and func.value.id == name:
                return True
            if func.attr == "set_event_loop":
                continue
        if name in places.names([*call.args, *(one.value for one in call.keywords)]):
            return True
    kept = [one.value for one in scope.of(ast.Return) if one.value is not None]
    kept += [one.value for one in scope.of(ast.Assign) if isinstance(one.targets[0], ast.Attribute)]
    return name in places.names(kept)
