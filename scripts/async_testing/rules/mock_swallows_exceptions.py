"""The exit of a mocked context manager returns a mock: it is true, and swallows every exception.

## What it does

Looks for ``__aexit__`` or ``__exit__`` set to a mock without a return value: ``lock.__aexit__ = AsyncMock()``.

## Why is this bad

What ``__aexit__`` returns says whether the exception is dealt with. An AsyncMock without a return value returns a new
mock, which is true: whatever the block raises is gone, the code under test goes on behind it, and a failed assert
inside of the block passes.

## Example

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def connection() -> MagicMock:
    connection = MagicMock()
    connection.__aenter__ = AsyncMock(return_value=connection)
    connection.__aexit__ = AsyncMock()  # error
    return connection
```

## Use instead

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def connection() -> MagicMock:
    connection = MagicMock()
    connection.__aenter__ = AsyncMock(return_value=connection)
    connection.__aexit__ = AsyncMock(return_value=None)
    return connection
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT314"
NEEDS = ("__aexit__", "__exit__")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each exit that is a mock without a return value."""
    for scope in source.scopes:
        for assign in scope.of(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Attribute) and target.attr in ("__aexit__", "__exit__"):
                    yield from _exit(source, target, assign.value)


def _exit(source: SourceFile, target: ast.Attribute, value: ast.expr) -> Iterator[Hit]:
    kind = mocks.maker_kind(source, value)
    if not isinstance(value, ast.Call) or kind not in ("AsyncMock", "MagicMock", "Mock"):
        return
    if value.args or any(one.arg in ("return_value", "side_effect", "wraps", None) for one in value.keywords):
        return
    written = mocks.spelled(target)
    if written and f"{source.segment(target)}.return_value" in source.text:
        return
    _, end = source.span(value)
    text = "return_value=None" if not value.keywords else ", return_value=None"
    if text[0] == "," and source.text[: end - 1].rstrip().endswith(","):
        text = " return_value=None"
    fix = Fix("return None", (Edit(end - 1, end - 1, text),), safe=False)
    message = f"{target.attr} returns a mock, which is true: every exception in the block is swallowed"
    yield Hit(value, message, f"{kind}(return_value=None)", fix)
