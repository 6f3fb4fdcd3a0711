"""A fixture makes one list, dict or set for many tests, and a test changes it.

## What it does

Looks for fixtures of a scope wider than the test that give a list, a dict or a set, where a test or another fixture
of the same file changes what it got in place.

## Why is this bad

All tests of the scope get the same object. What one of them adds or removes is there for those after it, so their
outcome depends on the order.

## Example

```python
import pytest


@pytest.fixture(scope="module")  # error
def payload() -> dict[str, str]:
    return {"name": "Ann"}


@pytest.mark.asyncio
async def test_payload_takes_an_age(payload: dict[str, str]) -> None:
    payload["age"] = "7"
    assert len(payload) == 2
```

## Use instead

```python
import pytest


@pytest.fixture
def payload() -> dict[str, str]:
    return {"name": "Ann"}


@pytest.mark.asyncio
async def test_payload_takes_an_age(payload: dict[str, str]) -> None:
    payload["age"] = "7"
    assert len(payload) == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.fixtures import FixtureDef
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.mutated_module_global import CHANGES, MADE

CODE = "AT602"
NEEDS = ("scope",)
WIDE = ("class", "module", "package", "session")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each shared fixture whose object a test of the file changes."""
    for fixture in source.fixtures.own:
        if fixture.scope in WIDE and gives_container(source, fixture) and not _is_reset(fixture):
            user = next((one for one in _users(source, fixture) if _is_changed(one, fixture.name)), None)
            if user:
                message = f"{user.name} changes {fixture.name}, which all tests of the {fixture.scope} share"
                yield Hit(fixture.decorator, message, "leave scope out, so that each test gets its own")


def gives_container(source: SourceFile, fixture: FixtureDef) -> bool:
    """Whether a fixture gives a list, dict or set that it made."""
    found = fixture.gives
    for value in found:
        made: ast.expr | None = value
        if isinstance(value, ast.Name):
            around, values = coroutines.binder(source, value.id, fixture.function)
            made = values[0] if around is fixture.function and len(values) == 1 else None
        plain = isinstance(made, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)
        if not plain and source.called(made) not in MADE:
            return False
    return bool(found)


def _is_reset(fixture: FixtureDef) -> bool:
    return any(
        isinstance(one.func, ast.Attribute) and one.func.attr == "clear"
        for one in fixture.function.of(ast.Call)
    )


def _users(source: SourceFile, fixture: FixtureDef) -> list[Scope]:
    """The tests and fixtures of the file that ask for it."""
    found = [test.function for test in source.tests if fixture.name in test.parameters]
    return found + [one.function for one in source.fixtures.own if fixture.name in one.requests]


def _is_changed(scope: Scope, name: str) -> bool:
    if scope.is_generator or any(scope.of(kind) and _binds(scope, name) for kind in (ast.Assign,)):
        return False
    assigns: list[ast.Assign | ast.AugAssign] = [*scope.of(ast.Assign), *scope.of(ast.AugAssign)]
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if isinstance(target, ast.Subscript) and _is(_root(target), name):
                return True
            if isinstance(assign, ast.AugAssign) and _is(target, name):
                return True
    for removal in scope.of(ast.Delete):
        if any(isinstance(one, ast.Subscript) and _is(_root(one), name) for one in removal.targets):
            return True
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr in CHANGES and _is(_root(call.func), name)
        for call in scope.of(ast.Call)
    )


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.value if isinstance(node, ast.Attribute) else node


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _binds(scope: Scope, name: str) -> bool:
    return any(_is(target, name) for assign in scope.of(ast.Assign) for target in assign.targets)
