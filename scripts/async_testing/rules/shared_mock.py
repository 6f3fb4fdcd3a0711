"""One mock is made for many tests, by a fixture or beside them, and tests set it up or count its calls.

## What it does

Looks for fixtures of a module, package or session that give a mock that they make, in a conftest or asked for by
several tests, of which one configures it or asserts how often it was called; and for mocks of a module or test class
whose calls one test counts and another uses too. Silent where anything resets mocks.

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
from async_testing.facts.types import bindings
from async_testing.rules import Hit
from async_testing.rules.shared_mutable_fixture import _files_below, _users

CODE = "AT631"
STATUS = "preview"
NEEDS = ("scope=", "Mock(")
WIDE = ("module", "package", "session")
COUNTS = frozenset(one for one in ASSERTIONS if "once" in one or "not_" in one)
COUNTS |= {"call_count", "await_count", "mock_calls", "call_args_list", "await_args_list", "called"}
SET_UP = frozenset({"return_value", "side_effect"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such fixture, and each such mock of a module or class."""
    if not _is_reset(source):
        yield from _beside(source)
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


def _beside(source: SourceFile) -> Iterator[Hit]:
    """Yield the mocks that a module or a test class holds, which one test counts and another uses."""
    for scope in [source.module, *source.classes]:
        of_class = scope is not source.module
        tests = [test.function for test in source.tests if not of_class or test.class_ is scope]
        for assign in scope.of(ast.Assign) if len(tests) > 1 else ():
            target = assign.targets[0]
            if not isinstance(target, ast.Name) or mocks.maker_kind(source, assign.value) not in mocks.KINDS:
                continue
            if _is_made_again(source, target.id, of_class):
                continue
            paths = [(one.name, _paths(source, one, target.id, of_class)) for one in tests]
            found = _counted_and_used(paths)
            if found:
                counting, using, path = found
                shown = ".".join([target.id, *path])
                message = (
                    f"{counting} counts the calls of {shown}, which {using} uses too: they share the mock"
                )
                yield Hit(assign, message, "make it in a fixture, so that each test gets its own")


def _is_made_again(source: SourceFile, name: str, of_class: bool) -> bool:
    """Whether a function gives the name another value, as a hook before each test does."""
    if of_class:
        return name in source.settings
    return any(name in one.names for scope in source.functions for one in scope.of(ast.Global))


def _paths(source: SourceFile, scope: Scope, name: str, of_class: bool) -> dict[tuple[str, ...], bool]:
    """What a test names of a mock, each with whether it counts its calls."""
    found: dict[tuple[str, ...], bool] = {}
    if not of_class and (name in scope.parameters or name in bindings(source, scope)):
        return found
    for node in scope.within(ast.Attribute):
        parts = mocks.spelled(node).split(".")
        root = parts[:2] if of_class else parts[:1]
        if root not in ([name], ["self", name], ["cls", name]) or len(root) != (2 if of_class else 1):
            continue
        rest = parts[len(root) :]
        if not rest or rest[-1] not in COUNTS | SET_UP:
            continue
        path = tuple(rest[:-1])
        if path and path[-1] in source.settings:
            continue  # something puts another mock there
        found[path] = found.get(path, False) or rest[-1] in COUNTS
    return found


def _counted_and_used(
    paths: list[tuple[str, dict[tuple[str, ...], bool]]],
) -> tuple[str, str, tuple[str, ...]] | None:
    """A test that counts calls, another that sets up or counts the same ones, and what they are the calls of."""
    for number, (counting, named) in enumerate(paths):
        others = paths[:number] + paths[number + 1 :]
        for path, counts in named.items():
            using = next((name for name, known in others if path in known), "")
            if counts and using:
                return counting, using, path
    return None


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
