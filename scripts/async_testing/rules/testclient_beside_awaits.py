"""An async test awaits something and uses the sync TestClient, which runs the application in another loop.

## What it does

Looks for Starlette's and FastAPI's ``TestClient`` made in an async test, and for fixtures that give one to an async
test, where the test awaits something else or asks for an async fixture.

## Why is this bad

Each call blocks the event loop of the test until the application has answered, in another loop and thread. Connections
and tasks that the test made do not work there, and what waits for the test's loop hangs.

## Example

```python
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.users import add_user


@pytest.mark.asyncio
async def test_user_is_found(app: FastAPI) -> None:
    await add_user("ann")
    client = TestClient(app)  # error
    assert client.get("/users/ann").json() == {"name": "ann"}
```

## Use instead

```python
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.users import add_user


@pytest.mark.asyncio
async def test_user_is_found(app: FastAPI) -> None:
    await add_user("ann")
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        response = await client.get("/users/ann")
    assert response.json() == {"name": "ann"}
```

## When it is wrong

Where the application and the test share nothing that belongs to a loop: state in plain objects works from both.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.testclient_in_async_tests import uses, waits

CODE = "AT408"
STATUS = "preview"
NEEDS = ("async def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield where each async test that awaits something makes or uses a synchronous client."""
    for test, hit in uses(source):
        if waits(source, test):
            yield hit
