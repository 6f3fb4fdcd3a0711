"""A method whose decorator opens the connection is called, and nothing stands in for the real one.

## What it does

Looks for calls of a method of the project that a decorator of the project gives its connection, where the test passes
none, does not go through ``__wrapped__``, and neither the test, its fixtures nor its file patch anything of the module.

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

from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit

CODE = "AT703"
STATUS = "preview"

_CONNECTION = re.compile(r"connection|^conn$|session|cursor|transaction", re.IGNORECASE)
_REPLACED = re.compile(r"patch|dependency_override|Fake|testcontainers|create_pool|connect\(|Mock\(")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such call."""
    if _REPLACED.search(source.text):
        return
    for test in source.tests:
        if any(_is_database(name) for name in test.parameters):
            continue
        for awaited in test.function.of(ast.Await):
            call = awaited.value
            name = source.called(call)
            if not isinstance(call, ast.Call) or "." not in name or "__wrapped__" in name:
                continue
            if any(keyword.arg is None or _CONNECTION.search(keyword.arg) for keyword in call.keywords):
                continue
            found = source.workspace.definition(source, name)
            decorator = _decorator(found) if found else ""
            if decorator and not _is_prepared(source):
                message = f"@{decorator} opens a real connection for {name}, and nothing stands in for it"
                yield Hit(
                    call, message, f"{name}.__wrapped__(..., a fake connection), or patch the connection"
                )


def _decorator(found: Definition) -> str:
    """The decorator of the project that opens the connection for a method, empty where there is none."""
    node = found.scope.node
    if not isinstance(node, ast.AsyncFunctionDef):
        return ""
    parameters = [one.arg for one in [*node.args.args, *node.args.kwonlyargs]]
    if not any(_CONNECTION.search(one) for one in parameters):
        return ""
    for one in node.decorator_list:
        name = found.source.dotted(one.func if isinstance(one, ast.Call) else one)
        if not name or name in ("staticmethod", "classmethod"):
            continue
        made = found.source.workspace.definition(found.source, name)
        if made and re.search(r"acquire|connect|session|transaction", made.source.segment(made.scope.node)):  # type: ignore[arg-type]
            return name.rpartition(".")[2]
    return ""


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
