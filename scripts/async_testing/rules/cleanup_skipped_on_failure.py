"""A context manager of the tests cleans up behind its ``yield`` without ``finally``: not when the test fails.

## What it does

Looks in the code of tests for functions under ``contextmanager`` and ``asynccontextmanager`` that close, stop, cancel,
clear or reset something behind the ``yield``, in no ``try`` and no ``with``. What the manager does before the ``yield``
too, as a start from nothing, is left alone.

## Why is this bad

Unlike in a fixture, an exception inside of the ``with`` is raised at the ``yield``. One failed assertion, and what
was to be put back stays for every test that comes after.

## Example

```python
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

OVERRIDES: dict[str, int] = {}


@asynccontextmanager
async def overridden(name: str) -> AsyncIterator[None]:
    OVERRIDES[name] = 1
    yield
    OVERRIDES.clear()  # error


@pytest.mark.asyncio
async def test_overridden() -> None:
    async with overridden("size"):
        assert OVERRIDES == {"size": 1}
```

## Use instead

```python
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

OVERRIDES: dict[str, int] = {}


@asynccontextmanager
async def overridden(name: str) -> AsyncIterator[None]:
    OVERRIDES[name] = 1
    try:
        yield
    finally:
        OVERRIDES.clear()


@pytest.mark.asyncio
async def test_overridden() -> None:
    async with overridden("size"):
        assert OVERRIDES == {"size": 1}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing, last_name, same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT624"
NEEDS = ("contextmanager",)
MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
CLEANING = frozenset(
    {"close", "aclose", "stop", "cancel", "clear", "reset", "shutdown", "disconnect", "terminate", "kill"}
    | {"unlink", "rmtree", "rollback", "dispose", "cleanup", "restore", "undo", "stopall", "drop_all"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first cleanup of each such context manager."""
    if not is_testing(source):
        return
    for scope in source.functions:
        decorators = scope.node.decorator_list  # type: ignore[union-attr]
        if not any(source.dotted(one) in MANAGERS for one in decorators):
            continue
        found = _cleanup(scope)
        if found is not None:
            message = f"where the block of {scope.name} fails, this does not run"
            yield Hit(found, message, "try: yield ... finally: ...")


def _cleanup(scope: Scope) -> ast.stmt | None:
    """The first statement behind a bare ``yield`` at the top of a function that cleans up, None where there is none."""
    seen = False
    before: list[ast.expr] = []
    for statement in scope.body:
        call = _call(statement)
        if call is not None and not seen:
            before.append(call)
        elif call is not None and last_name(call) in CLEANING and not any(same(call, one) for one in before):
            return statement
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            seen = True
    return None


def _call(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement is, awaited or not."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    return value if isinstance(value, ast.Call) else None
