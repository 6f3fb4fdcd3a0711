"""A dependency is overridden with something that FastAPI cannot call as one: a bare mock, or a plain value.

## What it does

Looks for ``app.dependency_overrides[get_db] = AsyncMock()``, and for dicts, lists, texts and numbers
in that place.

## Why is this bad

FastAPI reads the signature of what it is given. A mock's is ``(*args, **kwargs)``, so each request has to have the
query parameters ``args`` and ``kwargs``, and is answered with 422. A plain value cannot be called at all.

## Example

```python
from unittest.mock import AsyncMock

import pytest
from fastapi import FastAPI


async def get_users() -> list[str]:
    return []


@pytest.mark.asyncio
async def test_users() -> None:
    app = FastAPI()
    app.dependency_overrides[get_users] = AsyncMock(return_value=["Ann"])  # error
    app.dependency_overrides[get_users] = ["Ann"]  # error
    assert get_users in app.dependency_overrides
```

## Use instead

```python
import pytest
from fastapi import FastAPI


async def get_users() -> list[str]:
    return []


@pytest.mark.asyncio
async def test_users() -> None:
    app = FastAPI()
    app.dependency_overrides[get_users] = lambda: ["Ann"]
    assert get_users in app.dependency_overrides
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT407"
SEVERITY = "error"
NEEDS = ("dependency_overrides",)
_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each override that is no dependency."""
    if not is_testing(source):
        return
    for scope in source.scopes:
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Attribute):
                continue
            if target.value.attr != "dependency_overrides":
                continue
            key = ast.unparse(target.slice)[:40]
            value = _claims.value(source, assign.value, scope)
            if isinstance(value, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.JoinedStr) or (
                isinstance(value, ast.Constant) and value.value is not None
            ):
                yield Hit(assign, f"the override of {key} cannot be called", "give it as lambda: ...")
            elif _is_bare_mock(source, value):
                message = f"the mock for {key} takes *args and **kwargs, which FastAPI asks the client for"
                yield Hit(assign, message, "lambda: mock")


def _is_bare_mock(source: SourceFile, value: ast.expr) -> bool:
    """Whether an expression makes a mock whose signature nothing has set."""
    if not isinstance(value, ast.Call) or mocks.maker_kind(source, value) not in _KINDS:
        return False
    shaped = any(one.arg in ("wraps", "__signature__", None) for one in value.keywords)
    return not shaped and "__signature__" not in source.text
