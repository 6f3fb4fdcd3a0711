"""An assert looks at a mock itself, which is always true.

## What it does

Looks for ``assert mock``, ``assert mock.method``, ``assert mock.method() is not None`` where the value is a mock that
nobody gave a return value, and for conditions on its counters that hold for every count: ``mock.call_count >= 0``.

## Why is this bad

A mock is true, and so is whatever it makes up. The assert passes whatever the code did.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def archive(storage: AsyncMock) -> None:
    await storage.upload("report")


@pytest.mark.asyncio
async def test_archive_uploads() -> None:
    storage = AsyncMock()
    await archive(storage)
    assert storage.upload  # error
    assert storage.upload.call_count >= 0  # error
    assert storage.upload.call_args_list is not None  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def archive(storage: AsyncMock) -> None:
    await storage.upload("report")


@pytest.mark.asyncio
async def test_archive_uploads() -> None:
    storage = AsyncMock()
    await archive(storage)
    storage.upload.assert_awaited_once_with("report")
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import ASSERTIONS, STATE, WORDS
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT318"
NEEDS = WORDS

_COUNTS = frozenset({"call_count", "await_count"})
_NEVER_NONE = frozenset({"called", "call_count", "call_args_list", "mock_calls", "method_calls"})
_NEVER_NONE |= {"await_count", "await_args_list"}
_ELSEWHERE = re.compile(r"call|await|assert|^__")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that a mock passes by being a mock."""
    for scope, statement in source.each(ast.Assert):
        value, told = _looked_at(statement.test)
        if value is None:
            continue
        if told:
            if isinstance(value, ast.Attribute) and mocks.of(source).of(value.value, scope):
                text = " ".join(source.segment(value).split())
                yield Hit(
                    statement,
                    f"{text} is {told}, called or not",
                    f"assert {text} == ... with what is expected",
                )
        elif _is_bare_mock(source, scope, value):
            text = " ".join(source.segment(value).split())
            yield Hit(
                statement,
                f"{text} is a mock, and a mock is always true",
                f"{text}.assert_called_once_with(...), or compare what the code returned",
            )


def _looked_at(test: ast.expr) -> tuple[ast.expr | None, str]:
    """The expression that an assert is about, and for one of a mock's counters what always holds of it."""
    if not isinstance(test, ast.Compare):
        return (test, "") if isinstance(test, ast.Name | ast.Attribute | ast.Call) else (None, "")
    left, operator, given = test.left, test.ops[0], test.comparators[0]
    minus = isinstance(given, ast.UnaryOp) and isinstance(given.op, ast.USub)
    constant = given.operand if minus and isinstance(given, ast.UnaryOp) else given
    if len(test.ops) != 1 or not isinstance(constant, ast.Constant):
        return None, ""
    right = constant.value
    attr = left.attr if isinstance(left, ast.Attribute) else ""
    if right is None and isinstance(operator, ast.IsNot | ast.NotEq):
        if attr in _NEVER_NONE:
            return left, "never None"
        return (
            (left, "") if isinstance(left, ast.Call) else (None, "")
        )  # an attribute's may be for the type checker
    above = isinstance(operator, ast.Gt) and minus and right == 1
    counted = above or (isinstance(operator, ast.GtE) and right == 0)
    return (left, "never negative") if attr in _COUNTS and counted else (None, "")


def _is_bare_mock(source: SourceFile, scope: Scope, value: ast.expr) -> bool:
    attr = value.attr if isinstance(value, ast.Attribute) else ""
    if isinstance(value, ast.Call):
        attr = value.func.attr if isinstance(value.func, ast.Attribute) else "x"
    if attr in STATE or attr in ASSERTIONS or _ELSEWHERE.search(attr) or isinstance(value, ast.Await):
        return False
    found = mocks.of(source).of(value, scope)
    if found is None or found.spec or found.kind not in ("AsyncMock", "MagicMock", "Mock"):
        return False
    if not found.path:
        return found.name != "" and isinstance(value, ast.Name)
    if STATE & set(found.path[:-1]) - {"return_value"} or (
        found.kind == "AsyncMock" and isinstance(value, ast.Call)
    ):
        return False
    return not _is_configured(source, found, value)


def _is_configured(source: SourceFile, found: mocks.Mocked, value: ast.expr) -> bool:
    """Whether something else in the file may give that attribute a value."""
    name = found.path[-2] if found.path[-1] == "return_value" and len(found.path) > 1 else found.path[-1]
    if name == "return_value":
        return True
    text = source.text if found.source is source else source.text + found.source.text
    written = rf"\.{name}(?:\.\w+)*\s*=[^=]|\b{name}\s*=[^=]|['\"]{name}|configure_mock|setattr\("
    return re.search(written, text) is not None
