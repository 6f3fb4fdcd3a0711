"""A mock's ``called`` is compared with a number, as if it counted.

## What it does

Looks for ``mock.called == 1`` and the like on what is known to be a mock.

## Why is this bad

``called`` is True or False, and True equals 1: the comparison holds after five calls too. With 2 it never holds.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def sync(client: AsyncMock) -> None:
    await client.push()


@pytest.mark.asyncio
async def test_sync_pushes_once() -> None:
    client = AsyncMock()
    await sync(client)
    assert client.push.called == 1  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def sync(client: AsyncMock) -> None:
    await client.push()


@pytest.mark.asyncio
async def test_sync_pushes_once() -> None:
    client = AsyncMock()
    await sync(client)
    assert client.push.await_count == 1
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT315"
NEEDS = (".called",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison of ``called`` with a number."""
    for scope in source.scopes:
        for compare in scope.of(ast.Compare):
            left, right = compare.left, compare.comparators[0]
            if not isinstance(left, ast.Attribute) or left.attr != "called":
                continue
            if not isinstance(right, ast.Constant) or type(right.value) is not int:
                continue
            if mocks.of(source).of(left.value, scope) is None:
                continue
            text = " ".join(source.segment(left.value).split())
            _, end = source.span(left)
            fix = Fix("compare the count", (Edit(end - len("called"), end, "call_count"),), safe=False)
            yield Hit(
                compare,
                f"{text}.called is True or False, not a count",
                f"{text}.call_count == {right.value}",
                fix,
            )
