"""An assertion of a mock is named and not called.

## What it does

Looks for ``mock.assert_called_once`` and the like without parentheses, as a statement or behind ``assert``.

## Why is this bad

The name alone is a method, which is true and checks nothing.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_publish_sends_the_event() -> None:
    producer = AsyncMock()
    await producer.send("created")
    producer.send.assert_awaited_once  # error
    assert producer.send.assert_called_once  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def publish(producer: AsyncMock) -> None:
    await producer.send("created")


@pytest.mark.asyncio
async def test_publish_sends_the_event() -> None:
    producer = AsyncMock()
    await publish(producer)
    producer.send.assert_awaited_once()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.mocknames import ASSERTIONS
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT305"
SEVERITY = "error"
NEEDS = tuple(sorted({"assert_called", "assert_awaited", "assert_any", "assert_has", "assert_not"}))


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion of a mock that is only named."""
    for scope in source.scopes:
        plain: list[ast.Expr | ast.Assert] = [*scope.of(ast.Expr), *scope.of(ast.Assert)]
        for statement in plain:
            value = statement.test if isinstance(statement, ast.Assert) else statement.value
            if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
                value = value.operand
            if not isinstance(value, ast.Attribute) or value.attr not in ASSERTIONS:
                continue
            text = " ".join(source.segment(value).split())
            bare = not value.attr.endswith(("_with", "_call", "_calls", "_await", "_awaits"))
            edit = Edit(*source.span(statement), f"{source.segment(value)}()")
            fix = Fix("call it", (edit,), safe=False) if bare else None
            arguments = "()" if bare else "(...)"
            yield Hit(statement, f"{text} is not called, so it checks nothing", f"{text}{arguments}", fix)
