"""A mock is asked for the opposite of a call by a name that it makes up.

## What it does

Looks for ``assert mock.not_called`` and ``assert not mock.called_once`` and their relatives.

## Why is this bad

A mock has no ``not_called``: the made-up attribute is true even after a hundred calls. Behind ``not`` it
fails whatever happened.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def register(mailer: AsyncMock, name: str) -> None:
    await mailer.send(name)


@pytest.mark.asyncio
async def test_register_sends_nothing_to_guests() -> None:
    mailer = AsyncMock()
    await register(mailer, "guest")
    assert mailer.send.not_called  # error
    assert mailer.send.not_awaited()  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def register(mailer: AsyncMock, name: str) -> None:
    if name != "guest":
        await mailer.send(name)


@pytest.mark.asyncio
async def test_register_sends_nothing_to_guests() -> None:
    mailer = AsyncMock()
    await register(mailer, "guest")
    mailer.send.assert_not_awaited()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import REFUSED
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT306"
SEVERITY = "error"
NEEDS = ("_called", "_awaited", "called_", "awaited_")

_NEGATIVE = re.compile(r"^(?:was_|has_)?(?:not_|never_)(?:been_)?(?:called|awaited)(?:_once)?(?:_with)?$")
_POSITIVE = re.compile(r"^(?:has_been_|was_)?(?:called|awaited)(?:_exactly)?(?:_once|_twice)?(?:_with)?$")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that reads a negative from a made-up attribute."""
    for scope in source.scopes:
        for statement in scope.of(ast.Assert):
            test, inverted = statement.test, False
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                test, inverted = test.operand, True
            name = test.func if isinstance(test, ast.Call) else test
            if not isinstance(name, ast.Attribute) or name.attr == "called":
                continue
            negative = bool(_NEGATIVE.match(name.attr))
            if not (negative or (inverted and _POSITIVE.match(name.attr))):
                continue
            if _is_mock(source, name, scope):
                yield _hit(source, statement, name, negative)


def _is_mock(source: SourceFile, name: ast.Attribute, scope: Scope) -> bool:
    if mocks.of(source).of(name.value, scope) is not None:
        return True
    if any(function.name == name.attr for function in source.functions):
        return False
    if source.type_of(name.value, scope):
        return False
    known = any(one.startswith(("unittest.mock", "mock")) for one in source.imports.values())
    return known and name.attr in ("not_called", "not_awaited", "called_once", "called_once_with")


def _hit(source: SourceFile, statement: ast.Assert, name: ast.Attribute, negative: bool) -> Hit:
    owner = source.segment(name.value)
    right = f"{owner}.assert_not_{'awaited' if 'await' in name.attr else 'called'}()"
    fix = Fix("call the assertion", (Edit(*source.span(statement), right),), safe=False)
    outcome = (
        "true after any number of calls" if negative else "true without a call too, so this always fails"
    )
    since = "raises AttributeError since Python 3.12, and before " if name.attr in REFUSED else ""
    message = f"a mock has no {name.attr}: {owner}.{name.attr} {since}is made up, and {outcome}"
    return Hit(statement, " ".join(message.split()), " ".join(right.split()), fix)
