"""``except Exception: pytest.fail(...)`` throws away the traceback that would tell what went wrong.

## What it does

Looks for handlers of every exception in tests that do nothing but ``pytest.fail``.

## Why is this bad

An exception fails the test by itself, with its traceback. The detour hides where it came from.

## Example

```python
import pytest
from httpx import AsyncClient


async def test_health(client: AsyncClient) -> None:
    try:
        response = await client.get("/health")
    except Exception as error:
        pytest.fail(f"request failed: {error}")  # error
    assert response.status_code == 200
```

## Use instead

```python
from httpx import AsyncClient


async def test_health(client: AsyncClient) -> None:
    response = await client.get("/health")
    assert response.status_code == 200
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT521"
STATUS = "preview"
SEVERITY = "info"
NEEDS = ("fail",)
FAILS = ("pytest.fail", "self.fail")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each failure in place of an exception."""
    for test in source.tests:
        for handler in test.function.of(ast.ExceptHandler):
            kind = source.dotted(handler.type) if handler.type else "Exception"
            last = handler.body[-1]
            if (
                kind not in ("Exception", "BaseException")
                or len(handler.body) > 1
                or not isinstance(last, ast.Expr)
            ):
                continue
            if source.called(last.value) in FAILS:
                message = "the exception is replaced by a failure without its traceback"
                yield Hit(last, message, "take the try away: the exception fails the test by itself")
