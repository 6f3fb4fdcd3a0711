"""An async fixture has pytest's own decorator, and pytest-asyncio is in strict mode.

## What it does

Looks for ``async def`` under ``@pytest.fixture`` where pytest-asyncio is used in strict mode, which is the default, and
neither anyio nor another plugin may run it.

## Why is this bad

The test gets a coroutine or an async generator instead of the value. Checks such as ``is not None`` are true of it.

## Example

```python
import pytest


@pytest.fixture  # error
async def client() -> dict[str, str]:
    return {"user": "ann"}


@pytest.mark.asyncio
async def test_client(client: dict[str, str]) -> None:
    assert client is not None
```

## Use instead

```python
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def client() -> dict[str, str]:
    return {"user": "ann"}


@pytest.mark.asyncio
async def test_client(client: dict[str, str]) -> None:
    assert client == {"user": "ann"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import plainfixtures
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT209"
SEVERITY = "error"
NEEDS = ("fixture",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each decorator under which an async fixture is never awaited."""
    for one in source.fixtures.own:
        if not plainfixtures.is_plain(one) or not plainfixtures.unawaited(one):
            continue
        decorated = one.call.func if one.call else one.decorator
        fix = None
        if source.imports.get("pytest_asyncio") == "pytest_asyncio":
            edit = Edit(*source.span(decorated), "pytest_asyncio.fixture")
            fix = Fix("use pytest_asyncio.fixture", (edit,), safe=False)
        kind = "async generator" if one.function.is_generator else "coroutine"
        message = f"fixture {one.name} gives its tests the {kind} itself: strict mode does not await it"
        yield Hit(one.decorator, message, "@pytest_asyncio.fixture", fix)
