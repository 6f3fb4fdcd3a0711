"""The exit of a fake context manager returns True: it swallows every exception, failed assertions too.

## What it does

Looks in the code of tests for classes whose ``__exit__`` or ``__aexit__`` always returns a true constant.

## Why is this bad

``async with fake:`` then ends well whatever happens inside: an assertion that fails, an error of the code under test.

## Example

```python
import pytest


class FakeTransaction:
    async def __aenter__(self) -> "FakeTransaction":
        return self

    async def __aexit__(self, *exception: object) -> bool:
        return True  # error


@pytest.mark.asyncio
async def test_transaction() -> None:
    async with FakeTransaction():
        assert 1 + 1 == int("3")
```

## Use instead

```python
import pytest


class FakeTransaction:
    async def __aenter__(self) -> "FakeTransaction":
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.left = True


@pytest.mark.asyncio
async def test_transaction() -> None:
    async with FakeTransaction():
        assert 1 + 1 == int("2")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT333"
SEVERITY = "error"
NEEDS = ("__exit__", "__aexit__")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such return."""
    if not is_testing(source):
        return
    for scope in source.functions:
        if scope.name not in ("__exit__", "__aexit__") or scope.class_ is None:
            continue
        if "uppress" in scope.class_.name:
            continue
        last = scope.body[-1] if scope.body else None
        constant = isinstance(last, ast.Return) and isinstance(last.value, ast.Constant)
        if last is not None and constant and last.value.value and len(scope.of(ast.Return)) == 1:  # type: ignore[attr-defined]
            message = f"{scope.class_.name}.{scope.name} swallows what happens inside, failed assertions too"
            yield Hit(last, message, "return None")
