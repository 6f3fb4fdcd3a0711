"""A test of the data access layer mocks the connection and never looks at the statement.

## What it does

Looks at tests in files about a data access layer that use a mocked connection or session, and in which nothing asks
what was executed: no assertion of a call with its arguments, no ``call_args``, nothing that holds SQL. ``ANY`` for the
statement looks at nothing. A session that the test only knows for ``add``, ``flush`` or ``commit`` is left alone.

## Why is this bad

A mocked connection takes any statement. A typo in the SQL or a missing ``WHERE`` is not seen.

## Example

```python
# file: tests/test_user_dao.py
from unittest.mock import AsyncMock

import pytest
from app.dao import UserDAO


@pytest.mark.asyncio
async def test_create_user() -> None:  # error
    connection = AsyncMock()
    connection.fetchval.return_value = 1
    assert await UserDAO(connection).create("Ann") == 1
```

## Use instead

```python
# file: tests/test_user_dao.py
from unittest.mock import AsyncMock

import pytest
from app.dao import UserDAO


@pytest.mark.asyncio
async def test_create_user() -> None:
    connection = AsyncMock()
    connection.fetchval.return_value = 1
    assert await UserDAO(connection).create("Ann") == 1
    connection.fetchval.assert_awaited_once_with("INSERT INTO users (name) VALUES ($1) RETURNING id", "Ann")
```

## When it is wrong

Where another test of the same method looks at the statement, and this one is about what becomes of the rows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules._statements import is_blind, is_handed

CODE = "AT702"
STATUS = "preview"
NEEDS = ("Mock", "Fake")

_CONNECTION = re.compile(r"(?:^|_)(?:conn|connection|pool|session|cursor|db)(?:_|$)", re.IGNORECASE)
_SESSION = re.compile(r"(?:^|_)session(?:_|$)", re.IGNORECASE)
_SENDING = re.compile(r"execute|fetch|scalars?$|stream|query|select|exec$|first$|cursor")
_LOOKS = re.compile(
    r"assert_(?:called|awaited|any|has|not)|call_args|await_args|mock_calls|call_count|_calls\b|\bcalls\b|meaning"
    r"|\.(?:queries|statements|executed|sql|query|last_\w+)\b|assert_\w+\(|raises",
)
_COUNTS = re.compile(r"\.assert_(?:called|awaited)(?:_once)?\(\)")
"""Assertions that only say that something was executed."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test of such a layer that lets any statement pass."""
    if source.layer != "dao":
        return
    for test in source.tests:
        name = _connection(source, test)
        if not name or not any(True for _ in test.function.within(ast.Await)):
            continue
        sent = _sent(test, name)
        if not sent and _SESSION.search(name):
            continue  # the code may go by add and flush
        if _LOOKS.search(_COUNTS.sub("", _text(source, test))) or is_handed(source, test, name):
            continue
        message = f"{test.name} lets {name} take any statement"
        method = sent[0] if sent else "execute"
        compared = f"{name}.{method}.assert_awaited_once_with(...) or a check of the statement"
        if _SESSION.search(name):
            compared = f"assert on str({name}.{method}.await_args.args[0]), or ask a real session"
        yield Hit(test.node, message, compared)


def _sent(test: Test, name: str) -> list[str]:
    """The methods of a connection that take statements, as far as a test names them: ``session.execute``."""
    return [
        one.attr
        for one in test.function.within(ast.Attribute)
        if isinstance(one.value, ast.Name) and one.value.id == name and _SENDING.match(one.attr)
    ]


def _text(source: SourceFile, test: Test) -> str:
    """The text of a test without the assertions that any statement passes."""
    start, end = source.span(test.node)
    text = source.text[start:end]
    for call in test.function.within(ast.Call):
        if is_blind(source, call):
            text = text.replace(source.segment(call), "")
    return text


def _connection(source: SourceFile, test: Test) -> str:
    """The mocked or fake connection that a test uses, by name."""
    names = [*mocks.of(source).bindings(test.function), *test.parameters]
    for name in names:
        if _CONNECTION.search(name) and (_is_fake(source, name, test.function)):
            return name
    return ""


def _is_fake(source: SourceFile, name: str, scope: Scope) -> bool:
    node = ast.Name(id=name, ctx=ast.Load())
    if mocks.of(source).of(node, scope) is not None:
        return True
    return source.type_of(node, scope).rpartition(".")[2].startswith("Fake")
