"""A method whose decorator opens the connection is called, and nothing stands in for the real one.

## What it does

Looks for calls of a function of the project that a decorator of the project gives its connection, where the test does
not go through ``__wrapped__``, and neither the test, its fixtures nor its file patch or replace anything. A mock that
the test passes changes nothing where the decorator opens its own connection whatever it is given.

## Why is this bad

The decorator opens a real connection: the test needs a database, or writes to the one that is configured.

## Example

```python
# file: app/db.py
from functools import wraps


def with_connection(function):
    @wraps(function)
    async def inner(*args, **kwargs):
        async with pool.acquire() as connection:
            return await function(*args, connection=connection, **kwargs)

    return inner

# file: app/dao.py
from app.db import with_connection


class UserDAO:
    @staticmethod
    @with_connection
    async def create(name: str, connection=None) -> int:
        return await connection.fetchval("INSERT INTO users (name) VALUES ($1) RETURNING id", name)

# file: tests/test_dao.py
import pytest
from app.dao import UserDAO


@pytest.mark.asyncio
async def test_create() -> None:
    assert await UserDAO.create("Ann") == 1  # error
```

## Use instead

```python
# file: tests/test_dao.py
from unittest.mock import AsyncMock

import pytest
from app.dao import UserDAO


@pytest.mark.asyncio
async def test_create() -> None:
    connection = AsyncMock()
    connection.fetchval.return_value = 1
    assert await UserDAO.create.__wrapped__("Ann", connection=connection) == 1
```

## When it is wrong

Where a conftest starts a database for the tests, by means that the names of fixtures do not tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from async_testing.facts import mocks
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit

CODE = "AT703"

_CONNECTION = re.compile(
    r"connection|(?:^|_)conn$|session|cursor|transaction|^(?:db|tx|trx|txn)$", re.IGNORECASE
)
_REPLACED = re.compile(
    r"patch|dependency_override|setattr|testcontainers|create_pool|connect\(|configure\w*\("
)
_OPENS = re.compile(r"acquire|connect|session|transaction|pool|\.begin\b|get_db\b|checkout")
_OPTIONAL = re.compile(r"is None|is not None|\bnot in\b|\.get\(|setdefault|isinstance")


class Decorated(NamedTuple):
    """What is known of a function whose decorator opens its connection."""

    decorator: str
    takes_given: bool
    """Whether the decorator leaves a connection alone that it is given."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such call."""
    if _REPLACED.search(source.text) or not source.tests or _assigns_to_import(source):
        return
    for test in source.tests:
        for awaited in test.function.of(ast.Await):
            for call in _calls(source, awaited.value):
                name = _called(source, call, test.function)
                if "." not in name or "__wrapped__" in name or _has_database(source, test, call):
                    continue
                found = source.workspace.definition(source, name)
                decorated = _decorated(found) if found else None
                if decorated is None or (decorated.takes_given and _is_given(call)) or _is_prepared(source):
                    continue
                message = (
                    f"@{decorated.decorator} opens a real connection for {name}, and nothing stands in for it"
                )
                yield Hit(
                    call, message, f"{name}.__wrapped__(..., a fake connection), or patch the connection"
                )


def _calls(source: SourceFile, node: ast.expr) -> Iterator[ast.Call]:
    """The call that is awaited, or the calls that are gathered or limited in it."""
    if not isinstance(node, ast.Call):
        return
    if source.called(node) in ("asyncio.gather", "asyncio.wait_for"):
        for one in node.args:
            yield from _calls(source, one)
    else:
        yield node


def _called(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    """The dotted name of what is called, a method of an object by its class."""
    if isinstance(call.func, ast.Attribute):
        kind = source.type_of(call.func.value, scope)
        if kind:
            return f"{kind}.{call.func.attr}"
        if isinstance(call.func.value, ast.Call):
            return f"{source.dotted(call.func.value.func)}.{call.func.attr}"
    return source.called(call)


def _decorated(found: Definition) -> Decorated | None:
    """The decorator of the project that opens the connection for a function, None where there is none."""
    node = found.scope.node
    if not isinstance(node, ast.AsyncFunctionDef):
        return None
    if not any(_CONNECTION.search(one.arg) for one in arguments(node)):
        return None
    for one in node.decorator_list:
        name = found.source.dotted(one.func if isinstance(one, ast.Call) else one)
        if not name or name in ("staticmethod", "classmethod"):
            continue
        made = found.source.workspace.definition(found.source, name)
        text = made.source.segment(made.scope.node) if made else ""  # type: ignore[arg-type]
        if made and _OPENS.search(text.partition(made.scope.name)[2]):
            takes = _OPTIONAL.search(text) is not None or any(
                _CONNECTION.search(parameter.arg)
                for inner in made.scope.children
                for parameter in arguments(inner.node)
            )
            return Decorated(name.rpartition(".")[2], takes)
    return None


def _is_given(call: ast.Call) -> bool:
    """Whether a call passes what looks like a connection."""
    if any(keyword.arg is None or _CONNECTION.search(keyword.arg) for keyword in call.keywords):
        return True
    names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in call.args]
    return any(_CONNECTION.search(one) or _is_database(one) for one in names)


def _has_database(source: SourceFile, test: Test, call: ast.Call) -> bool:
    """Whether a fixture of the test sets a database up; a mock does not, passed or not, that is put in nowhere."""
    passed = {
        one.id for one in [*call.args, *(one.value for one in call.keywords)] if isinstance(one, ast.Name)
    }
    return any(
        _is_database(name)
        and not ((name in passed or _is_own(source, test, name)) and _is_mock(source, test.function, name))
        for name in test.parameters
    )


def _is_own(source: SourceFile, test: Test, name: str) -> bool:
    """Whether a fixture stands in the test's own file, which replaces nothing, and asks for no other fixture."""
    fixture = source.fixtures.named(name, test.class_)
    return fixture is not None and fixture.source is source and not fixture.requests


def _is_mock(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether a fixture gives a mock, or something that its class calls a fake."""
    if mocks.of(source).of(ast.Name(name, ast.Load()), scope) is not None:
        return True
    kind = source.type_of(ast.Name(name, ast.Load()), scope).rpartition(".")[2]
    return re.search("Fake|Stub|Mock", kind) is not None


def _assigns_to_import(source: SourceFile) -> bool:
    """Whether the file puts something into a module or object that it imports: ``db.pool = FakePool()``."""
    return any(
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id in source.imports
        for assign in source.all(ast.Assign)
        for target in assign.targets
    )


def _is_database(name: str) -> bool:
    return (
        _CONNECTION.search(name) is not None
        or re.search(r"db|database|pool|postgres|schema", name) is not None
    )


def _is_prepared(source: SourceFile) -> bool:
    """Whether a conftest or an automatic fixture sets up a connection or a stand-in."""
    if any(_REPLACED.search(one.text) for one in source.workspace.conftests(source.path)):
        return True
    return any(one.autouse and _is_database(one.name) for one in source.fixtures.visible.values())
