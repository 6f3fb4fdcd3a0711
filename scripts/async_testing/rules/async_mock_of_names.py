"""An AsyncMock is given names as its spec: what has these names is no coroutine function.

## What it does

Looks for ``AsyncMock(spec=[...])`` and ``spec_set=[...]`` of a list of names, where code awaits what one of these gives
and nothing puts an AsyncMock in its place.

## Why is this bad

A list of names does not say which of them are coroutine functions, and a mock with such a spec makes each a MagicMock.
Awaiting it is a TypeError, which a test takes for the failure it expects, or somebody mends in the code under test.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def price(conn, sku: str) -> int | None:
    row = await conn.fetchrow("SELECT price FROM products WHERE sku = $1", sku)
    return row and row["price"]


@pytest.mark.asyncio
async def test_price_fails_without_a_database() -> None:
    conn = AsyncMock(spec=["fetchrow"])  # error
    with pytest.raises(TypeError):
        await price(conn, "tea")
```

## Use instead

```python
from unittest.mock import AsyncMock

import asyncpg
import pytest


async def price(conn, sku: str) -> int | None:
    row = await conn.fetchrow("SELECT price FROM products WHERE sku = $1", sku)
    return row and row["price"]


@pytest.mark.asyncio
async def test_price_of_nothing() -> None:
    conn = AsyncMock(spec=asyncpg.Connection)
    conn.fetchrow.return_value = None
    assert await price(conn, "tea") is None
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines, mocks, undertest
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT334"
SEVERITY = "error"
NEEDS = ("AsyncMock",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such mock."""
    for scope, call in source.calls("AsyncMock"):
        names = _names(call)
        if not names or mocks.maker_kind(source, call) != "AsyncMock":
            continue
        given = {(one.arg or "").partition(".")[0] for one in call.keywords}
        if any(one.arg is None for one in call.keywords):
            continue
        for name in names:
            if name in given or coroutines.assigns_attribute(source, name):
                continue
            if _is_awaited(source, name, call, scope):
                message = f"a spec of names makes {name} a plain mock, and it is awaited"
                yield Hit(call, message, f"the class as spec, or {name}=AsyncMock()")
                break


def _names(call: ast.Call) -> list[str]:
    """The names that a mock is given as its spec, empty where that is a class or not written out."""
    spec = call.args[0] if call.args else mocks.keyword(call, "spec") or mocks.keyword(call, "spec_set")
    items = spec.elts if isinstance(spec, ast.List | ast.Tuple) else []
    return [one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _is_awaited(source: SourceFile, name: str, made: ast.Call, scope: Scope) -> bool:
    """Whether the code under test awaits what has this name, or a function of the file does so on the mock itself."""
    if undertest.AWAITED in undertest.calls(source, name, frozenset()):
        return True
    for around, call in source.calls(name):
        if isinstance(source.parent(call), ast.Await) and isinstance(call.func, ast.Attribute):
            found = mocks.of(source).of(call.func.value, around)
            if found is not None and found.maker is made and not found.path:
                return True
    return False
