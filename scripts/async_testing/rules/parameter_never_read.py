"""A test is parametrized with something that it never reads: every case runs the same code.

## What it does

Looks for names of ``parametrize`` that the body of the test does not mention.

## Why is this bad

The cases look different and are not. A case that should fail passes as well.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def by_status(dao: AsyncMock, status: str) -> None:
    await dao.select(status=status)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["open", "closed"])  # error
async def test_by_status(status: str) -> None:
    dao = AsyncMock()
    await by_status(dao, "open")
    dao.select.assert_awaited_once_with(status="open")
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def by_status(dao: AsyncMock, status: str) -> None:
    await dao.select(status=status)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["open", "closed"])
async def test_by_status(status: str) -> None:
    dao = AsyncMock()
    await by_status(dao, status)
    dao.select.assert_awaited_once_with(status=status)
```

## When it is wrong

A parameter may be there for the name of the case only, or to run a test several times.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.marks import Mark
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit

CODE = "AT536"
STATUS = "preview"
NEEDS = ("parametrize",)
FOR_THE_NAME = frozenset(
    {"_", "name", "id", "description", "desc", "label", "case", "test_id", "title", "scenario"}
)
REPEATING = frozenset({"i", "n", "run", "repeat", "attempt", "iteration", "execution_number"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each parametrization with a name that is never read."""
    for test in source.tests:
        if not test.is_async:
            continue
        for mark in test.marks:
            if mark.name == "parametrize" and mark.call is not None and mark.level == "function":
                name = _unread(source, test, mark)
                if name:
                    others = any(unawaited.loaded(test.function, one) for one in _names(mark))
                    what = "no case depends on it" if others else "every case is the same"
                    yield Hit(mark.node, f"{test.name} never reads {name}: {what}", f"use {name}")


def _unread(source: SourceFile, test: Test, mark: Mark) -> str:
    if mark.keyword("indirect") is not None or "locals()" in source.text or "callspec" in source.text:
        return ""
    names = _names(mark)
    fixtures = source.fixtures
    for name in names:
        plain = name.lstrip("_")
        if name.startswith("_") or plain in FOR_THE_NAME | REPEATING:
            continue
        if unawaited.loaded(test.function, name) or fixtures.named(name, test.class_) is not None:
            continue
        if _is_read_elsewhere(source, test, mark, name):
            continue
        asked = {wanted for one in fixtures.visible.values() for wanted in one.requests}
        if name not in asked and name in test.parameters:
            return name
    return ""


def _is_read_elsewhere(source: SourceFile, test: Test, mark: Mark, name: str) -> bool:
    """Whether the cases are shared by tests, another of which reads the name."""
    cases = _cases(mark)
    return isinstance(cases, ast.Name) and any(
        other is not test
        and unawaited.loaded(other.function, name) > 0
        and any(isinstance(given := _cases(one), ast.Name) and given.id == cases.id for one in other.marks)
        for other in source.tests
    )


def _cases(mark: Mark) -> ast.expr | None:
    return (
        mark.call.args[1] if mark.call is not None and len(mark.call.args) > 1 else mark.keyword("argvalues")
    )


def _names(mark: Mark) -> list[str]:
    first = mark.call.args[0] if mark.call is not None and mark.call.args else mark.keyword("argnames")
    items = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
    texts = [one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]
