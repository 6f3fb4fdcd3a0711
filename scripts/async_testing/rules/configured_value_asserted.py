"""A test asserts the very value that it told its mock to return, by asking the mock itself.

## What it does

Looks for asserts that a call of a mock by the test, or its ``return_value``, equals what the test has set there.

## Why is this bad

The code under test is not involved at all. The assertion holds as long as ``unittest.mock`` works.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_user_is_found() -> None:
    dao = AsyncMock()
    dao.get.return_value = {"name": "Ann"}
    user = await dao.get(1)
    assert user == {"name": "Ann"}  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def display_name(dao: AsyncMock, key: int) -> str:
    name: str = (await dao.get(key))["name"]
    return name


@pytest.mark.asyncio
async def test_user_is_found() -> None:
    dao = AsyncMock()
    dao.get.return_value = {"name": "Ann"}
    assert await display_name(dao, 1) == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.asserts import same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT327"
SEVERITY = "error"
NEEDS = ("return_value",)
_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion about what the test itself configured."""
    for test in source.tests:
        scope = test.function
        if id(scope) not in mocks.makers(source):
            continue
        for statement in scope.of(ast.Assert):
            compared = statement.test
            if not isinstance(compared, ast.Compare) or len(compared.ops) != 1:
                continue
            if not isinstance(compared.ops[0], ast.Eq | ast.Is):
                continue
            left, right = compared.left, compared.comparators[0]
            shown = _asked(source, scope, left, right) or _asked(source, scope, right, left)
            if shown:
                message = f"the test itself has told {shown} to give this"
                yield Hit(statement, message, "call the code under test, and assert what that gives")


def _asked(source: SourceFile, scope: Scope, asked: ast.expr, expected: ast.expr) -> str:
    """The mock that one side asks where the other is what it was told, empty where that is not so."""
    given = _claims.value(source, asked, scope)
    given = given.value if isinstance(given, ast.Await) else given
    if isinstance(given, ast.Call):
        name = mocks.spelled(given.func)
    elif isinstance(given, ast.Attribute) and given.attr == "return_value":
        name = mocks.spelled(given.value)
    else:
        return ""
    base, _, _ = name.partition(".")
    made = _maker(source, scope, base)
    if not name or made is None or ".return_value" in name or ".side_effect" in name:
        return ""
    settings = mocks.of(source).settings(scope)
    if f"{name}.side_effect" in settings or f"{name}.return_value.return_value" in settings:
        return ""
    values = list(settings.get(f"{name}.return_value", ()))
    if name == base:
        kept = mocks.keyword(made, "return_value")
        if mocks.keyword(made, "side_effect") is not None:
            return ""
        values = values or ([kept] if kept is not None else [])
    else:
        replaced = settings.get(name, [])
        if len(replaced) == 1 and isinstance(replaced[0], ast.Call) and not values:
            kept = mocks.keyword(replaced[0], "return_value")
            plain = mocks.maker_kind(source, replaced[0]) in _KINDS
            values = [kept] if kept is not None and plain and len(replaced[0].keywords) == 1 else []
        elif replaced:
            return ""
    return name if len(values) == 1 and same(values[0], expected) else ""


def _maker(source: SourceFile, scope: Scope, name: str) -> ast.Call | None:
    """The call that makes the mock of a name right in the test, None where that is not the only thing it is."""
    bound = mocks.of(source).bindings(scope).get(name, [])
    if len(bound) != 1 or not isinstance(bound[0], ast.Call):
        return None
    return bound[0] if mocks.maker_kind(source, bound[0]) in _KINDS else None
