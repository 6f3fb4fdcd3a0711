"""An async test uses the synchronous TestClient, which runs the application in an event loop of its own.

## What it does

Looks for Starlette's and FastAPI's ``TestClient`` made in an async test, and for fixtures that give one to
an async test, where the test awaits nothing and asks for no async fixture (testclient-beside-awaits has the others).
The TestClient of aiohttp is asynchronous, and not meant; nor are websockets, which httpx can't do.

## Why is this bad

Each call blocks the event loop of the test until the application has answered, in another loop and thread. The test's
own loop runs nothing, and the first connection or task that is added to the test does not work in the application.

## Example

```python
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


@pytest.mark.asyncio
async def test_health(app: FastAPI) -> None:
    client = TestClient(app)  # error
    response = client.get("/health")
    assert response.status_code == 200
```

## Use instead

```python
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


@pytest.mark.asyncio
async def test_health(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        response = await client.get("/health")
    assert response.status_code == 200
```

## When it is wrong

Where a runner only takes async tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import runners, webapps
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit

CODE = "AT403"
NEEDS = ("async def test",)
INSTEAD = "async with AsyncClient(transport=ASGITransport(app=app), base_url='http://test') as client"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield where each async test that awaits nothing makes or uses a synchronous client."""
    for test, hit in uses(source):
        if not waits(source, test):
            yield hit


def waits(source: SourceFile, test: Test) -> bool:
    """Whether a test awaits anything, itself or by a fixture."""
    if any(kind in test.function.nodes for kind in (ast.Await, ast.AsyncWith, ast.AsyncFor)):
        return True
    if any(one.is_async for one in test.function.of(ast.comprehension)):
        return True
    asked = [source.fixtures.named(name, test.class_) for name in runners.requested(test)]
    return any(one is not None and one.is_async for one in asked)


def uses(source: SourceFile) -> Iterator[tuple[Test, Hit]]:
    """Where each async test makes or uses a synchronous client."""
    sockets = "websocket_connect" in source.text
    if not _may_give(source):
        return
    for test in source.tests:
        if test.is_async and not (sockets and _connects(test)):
            for hit in (*_made(source, test), *_used(source, test)):
                yield test, hit


def _may_give(source: SourceFile) -> bool:
    """Whether the file speaks of such a client, or one of the fixtures that it sees may give one."""
    if "TestClient" in source.text:
        return True
    near = {id(one.source): one.source for one in source.fixtures.visible.values()}
    return any("TestClient" in one.text for one in near.values())


def _connects(test: Test) -> bool:
    """Whether a test talks to a WebSocket, for which httpx has no client."""
    return any(one.attr == "websocket_connect" for one in test.function.of(ast.Attribute))


def _made(source: SourceFile, test: Test) -> Iterator[Hit]:
    if "TestClient" not in source.text:
        return
    for call in test.function.of(ast.Call):
        name = source.called(call)
        if name in webapps.CLIENTS and not _handed_to_a_thread(source, test, call):
            message = f"{test.name} is async, but {name.rpartition('.')[2]} blocks its event loop"
            yield Hit(call, message, INSTEAD)


def _handed_to_a_thread(source: SourceFile, test: Test, call: ast.Call) -> bool:
    return any(
        source.called(one) in ("asyncio.to_thread", "anyio.to_thread.run_sync")
        for one in test.function.of(ast.Call)
    ) or any(isinstance(one, ast.Lambda) for one in source.ancestors(call))


def _used(source: SourceFile, test: Test) -> Iterator[Hit]:
    fixtures = {name: source.fixtures.named(name, test.class_) for name in test.parameters}
    given = {
        name: fixture
        for name, fixture in fixtures.items()
        if fixture and not fixture.is_async and "TestClient" in fixture.source.text
    }
    for call in test.function.of(ast.Call) if given else ():
        held = call.func.value if isinstance(call.func, ast.Attribute) else None
        if (
            not isinstance(held, ast.Name)
            or held.id not in given
            or isinstance(source.parent(call), ast.Await)
        ):
            continue
        fixture = given[held.id]
        kind = fixture.source.type_of(held, test.function) if fixture.source is source else ""
        kind = kind or source.type_of(held, test.function)
        if kind in webapps.CLIENTS:
            message = f"{test.name} is async, but the TestClient that {held.id} gives blocks its event loop"
            yield Hit(call, message, INSTEAD)
            return
