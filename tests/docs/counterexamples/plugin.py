"""What pytest, pytest-asyncio and httpx of today refuse."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from src.domain.dal.dao.user import UserDAO
from src.domain.service.user import UserService
from src.http import httpx

from tests.fakes import FakeConnection


async def test_without_a_mark() -> None:
    """In strict mode nobody runs this."""
    await asyncio.sleep(0)


@pytest.fixture
async def connection() -> FakeConnection:
    return FakeConnection()


@pytest.mark.asyncio
async def test_with_a_plain_fixture(connection: FakeConnection) -> None:
    """The decorator is pytest's own: in strict mode nobody awaits the fixture."""
    assert await UserDAO.count_by_status.__wrapped__(connection, "pending") == 5


@pytest.fixture
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.mark.asyncio
async def test_runs_on_my_event_loop(event_loop: asyncio.AbstractEventLoop) -> None:
    """The fixture is an ordinary one by now: nothing runs on what it makes."""
    assert asyncio.get_running_loop() is event_loop, "not the loop of the fixture"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lock() -> asyncio.Lock:
    lock = asyncio.Lock()
    await lock.acquire()
    waiting = asyncio.ensure_future(lock.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    return lock


@pytest.mark.asyncio
async def test_shares_a_lock_with_another_loop(lock: asyncio.Lock) -> None:
    """The fixture lives on the session's loop, the test on its own."""
    await asyncio.wait_for(lock.acquire(), timeout=1)


@pytest.mark.asyncio
async def test_client_takes_the_app(app: FastAPI) -> None:
    """Gone since httpx 0.28: the transport takes the application."""
    async with httpx.AsyncClient(app=app, base_url="http://test") as client:
        await client.get("/users")


@pytest.mark.asyncio
async def test_without_a_lifespan(app: FastAPI) -> None:
    """ASGITransport sends requests and nothing else: what the lifespan opens is not there."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/users", headers={"Authorization": "Bearer abc"})


def test_overrides_the_wrong_key(override_dependency: Callable[[Any, Any], None]) -> None:
    """The key is the function that the routes depend on, not the class it returns."""
    override_dependency(UserService, lambda: None)
