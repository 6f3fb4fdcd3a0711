"""A fixture makes one mock for many tests, and tests set it up or count its calls.

## What it does

Looks for fixtures of a module, package or session that give a mock that they make, in a conftest or asked for by
several tests, of which one configures it or asserts how often it was called. Silent where anything resets mocks.

## Why is this bad

What one test configures is still there in the next, and the calls of all tests are counted together: the outcome
depends on the order, and a mock that the second test forgot to set up answers all the same.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.fixture(scope="session")
def connection() -> AsyncMock:  # error
    return AsyncMock()


@pytest.mark.asyncio
async def test_name(connection: AsyncMock) -> None:
    connection.fetchval.return_value = "Ann"
    assert await connection.fetchval("SELECT name") == "Ann"


@pytest.mark.asyncio
async def test_nothing_is_asked(connection: AsyncMock) -> None:
    connection.fetchval.assert_not_awaited()
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


@pytest.fixture
def connection() -> AsyncMock:
    return AsyncMock()


@pytest.mark.asyncio
async def test_name(connection: AsyncMock) -> None:
    connection.fetchval.return_value = "Ann"
    assert await connection.fetchval("SELECT name") == "Ann"


@pytest.mark.asyncio
async def test_nothing_is_asked(connection: AsyncMock) -> None:
    connection.fetchval.assert_not_awaited()
```

## When it is wrong

Where each test sets up all that it needs and counts nothing, sharing does no harm yet.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.fixtures import FixtureDef
from async_testing.facts.mocknames import ASSERTIONS
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.shared_mutable_fixture import _files_below, _users

CODE = "AT631"
STATUS = "preview"
NEEDS = ("scope=",)
WIDE = ("module", "package", "session")
COUNTS = frozenset(one for one in ASSERTIONS if "once" in one or "not_" in one)
COUNTS |= {"call_count", "await_count", "mock_calls", "call_args_list", "await_args_list", "called"}
SET_UP = frozenset({"return_value", "side_effect"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such fixture."""
    for fixture in source.fixtures.own:
        if fixture.scope not in WIDE or not _gives_mock(source, fixture) or _is_reset(source):
            continue
        files = [source, *_files_below(source, fixture.name)]
        users = [(file, one) for file in files for one in _users(file, fixture)]
        if len(users) < (1 if source.is_conftest else 2) or any(_is_reset(file) for file, _ in users):
            continue
        user = next((one.name for _, one in users if _minds(one, fixture.name)), "")
        if user:
            shared = f"all tests of the {fixture.scope} share it"
            message = f"{user} sets up {fixture.name} or counts its calls, and {shared}"
            yield Hit(fixture.node, message, "leave scope out, so that each test gets its own")


def _gives_mock(source: SourceFile, fixture: FixtureDef) -> bool:
    """Whether a fixture gives a mock that it makes itself."""
    found = [mocks.of(source).of(value, fixture.function) for value in fixture.gives]
    return bool(found) and all(
        one is not None and one.maker is not None and not one.path and one.scope is fixture.function
        for one in found
    )


def _is_reset(source: SourceFile) -> bool:
    return "reset_mock" in source.text or "resetall" in source.text


def _minds(scope: Scope, name: str) -> bool:
    """Whether a function sets up a mock of that name, or asks how often it was called."""
    return any(
        _root(one) == name and (one.attr in COUNTS or (one.attr in SET_UP and isinstance(one.ctx, ast.Store)))
        for one in scope.of(ast.Attribute)
    )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
