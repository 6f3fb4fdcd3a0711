"""A loop goes over a mock that was not told what to give: its body never runs.

## What it does

Looks in tests for ``for`` and ``async for`` over what is reached from a MagicMock or AsyncMock whose ``__iter__`` and
``__aiter__`` nobody has set.

## Why is this bad

Such a mock is empty. The assertions in the loop are never reached.

## Example

```python
from unittest.mock import MagicMock

import pytest


@pytest.mark.asyncio
async def test_lines() -> None:
    reader = MagicMock()
    async for line in reader.lines():  # error
        assert line == "first"
```

## Use instead

```python
from unittest.mock import MagicMock

import pytest


@pytest.mark.asyncio
async def test_lines() -> None:
    reader = MagicMock()
    reader.lines.return_value.__aiter__.return_value = ["first"]
    assert [line async for line in reader.lines()] == ["first"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import STATE, WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT542"
SEVERITY = "error"
NEEDS = WORDS


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such loop."""
    if "__iter__" in source.text or "__aiter__" in source.text:
        return
    for test in source.tests:
        loops: list[ast.For | ast.AsyncFor] = [*test.function.of(ast.For), *test.function.of(ast.AsyncFor)]
        for loop in loops:
            if any(isinstance(one, ast.Attribute) and one.attr in STATE for one in ast.walk(loop.iter)):
                continue
            found = mocks.of(source).of(loop.iter, test.function)
            plain = found is not None and found.kind in ("MagicMock", "AsyncMock") and not found.spec
            if found is None or not plain or found.source is not source:
                continue
            if (
                any(mocks.keyword(found.maker, one) for one in ("side_effect", "return_value"))
                if found.maker
                else True
            ):
                continue
            yield Hit(
                loop, f"{ast.unparse(loop.iter)[:60]} is a mock with nothing in it", "tell it what to give"
            )
