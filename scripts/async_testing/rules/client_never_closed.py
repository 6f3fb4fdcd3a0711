"""An async client is made in a test or fixture and never closed: its connections outlive the loop.

## What it does

Looks for ``AsyncClient(...)`` of httpx and ``ClientSession(...)`` of aiohttp in a variable that is neither entered,
closed, returned, yielded nor handed on.

## Why is this bad

Its sockets are closed at some later time, when the loop is gone: a ResourceWarning in another test, if anything.

## Example

```python
from httpx import AsyncClient


async def test_health() -> None:
    client = AsyncClient(base_url="http://localhost:8000")  # error
    response = await client.get("/health")
    assert response.json() == {"status": "ok"}
```

## Use instead

```python
from httpx import AsyncClient


async def test_health() -> None:
    async with AsyncClient(base_url="http://localhost:8000") as client:
        response = await client.get("/health")
    assert response.json() == {"status": "ok"}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT406"
STATUS = "preview"
NEEDS = ("AsyncClient", "ClientSession")
CLIENTS = frozenset({"httpx.AsyncClient", "aiohttp.ClientSession"})
CLOSING = frozenset({"aclose", "close", "__aexit__", "__aenter__"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each client that nobody closes."""
    for scope in places.of_tests_and_fixtures(source):
        for assign in scope.of(ast.Assign):
            target = assign.targets[0]
            name = source.called(assign.value)
            if (
                name not in CLIENTS
                or not isinstance(target, ast.Name)
                or _given_away(source, scope, target.id)
            ):
                continue
            yield Hit(
                assign,
                f"{target.id} is never closed",
                f"async with {ast.unparse(assign.value)[:60]} as {target.id}",
            )


def _given_away(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether a client is closed, or used as anything but the owner of a method that is called."""
    used = 0
    for attribute in scope.within(ast.Attribute):
        if isinstance(attribute.value, ast.Name) and attribute.value.id == name:
            used += 1
            if attribute.attr in CLOSING:
                return True
    return len(asserts.reads(scope.body, name)) > used
