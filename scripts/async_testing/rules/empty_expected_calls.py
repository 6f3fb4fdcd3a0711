"""A mock is asked whether it had none of no calls.

## What it does

Looks for ``assert_has_calls([])``, ``assert_has_awaits([])`` and the same with an empty tuple.

## Why is this bad

Every list of calls holds the empty list: the assertion passes whether or not there were any.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def notify(mailer: AsyncMock, names: list[str]) -> None:
    for name in names:
        await mailer.send(name)


@pytest.mark.asyncio
async def test_nobody_is_notified() -> None:
    mailer = AsyncMock()
    await notify(mailer, [])
    mailer.send.assert_has_awaits([])  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def notify(mailer: AsyncMock, names: list[str]) -> None:
    for name in names:
        await mailer.send(name)


@pytest.mark.asyncio
async def test_nobody_is_notified() -> None:
    mailer = AsyncMock()
    await notify(mailer, [])
    mailer.send.assert_not_awaited()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT319"
SEVERITY = "error"
NEEDS = ("assert_has_",)

_METHODS = {"assert_has_calls": "assert_not_called", "assert_has_awaits": "assert_not_awaited"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such call with an empty list."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
                continue
            given = (
                call.args[0]
                if call.args
                else next((one.value for one in call.keywords if one.arg == "calls"), None)
            )
            if isinstance(given, ast.List | ast.Tuple) and not given.elts:
                owner = source.segment(call.func.value)
                right = f"{owner}.{_METHODS[call.func.attr]}()"
                fix = Fix("assert that there was none", (Edit(*source.span(call), right),), safe=False)
                message = (
                    f"{call.func.attr}([]) passes after any calls: every list of calls holds the empty one"
                )
                yield Hit(call, message, " ".join(right.split()), fix)
