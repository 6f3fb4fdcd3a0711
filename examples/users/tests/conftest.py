"""Temporary join."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from tests.database import empty, fresh_database
from tests.fakes import FakeConnection, FakePool, settled

if TYPE_CHECKING:
    import httpx
    import psqlpy
    from fastapi import FastAPI
    from starlette.testclient import TestClient
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


# The event loop of the async fixtures below and of every async test in this folder
# that names none: "function" is a loop per test, "session" is one for all.
LOOP_SCOPE: Final = "function"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the async tests of this folder on the loop that their fixtures use."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            own = [mark.kwargs for mark in item.iter_markers("asyncio")]
            if not any("loop_scope" in named or "scope" in named for named in own):
                mark = pytest.mark.asyncio(loop_scope=LOOP_SCOPE)
                item.add_marker(mark, append=False)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """What ``pytest.mark.anyio`` runs tests on; the application's lifespan needs asyncio."""
    return "asyncio"


@pytest.fixture
def app() -> FastAPI:
    """The application, built anew for each test."""
    from src.config.factory import create_app

    return create_app()


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def running_app(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """The application with its lifespan entered, shared by the async clients of a test."""
    async with in_lifespan(app) as started:
        yield started


@asynccontextmanager
async def in_lifespan(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """Start ``app`` and stop it in one task, as a server does and task groups need.

    What the lifespan yields reaches ``request.state``; what it raises is raised here.
    """
    state: dict[str, Any] = {}
    messages: asyncio.Queue[Message] = asyncio.Queue()
    started = asyncio.Event()
    failures: list[str] = []

    async def send(message: Message) -> None:
        if message["type"].endswith(".failed"):
            failures.append(message.get("message", message["type"]))
        started.set()

    async def run() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
        try:
            await app(scope, messages.get, send)
        finally:
            started.set()
        if failures:  # told, but not raised
            raise RuntimeError(failures[0])

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        merged = {**state, **scope.get("state", {})}
        await app({**scope, "state": merged}, receive, send)

    messages.put_nowait({"type": "lifespan.startup"})
    task = asyncio.create_task(run())
    await started.wait()
    if failures or task.done():
        await task
    try:
        yield with_state
    finally:
        messages.put_nowait({"type": "lifespan.shutdown"})
        await task


ORIGIN = "http://test"


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def async_client(running_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to the app inside its lifespan; what the app raises reaches the test."""
    async with http_client(running_app) as client:
        yield client


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def error_client(running_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """As ``async_client``, but what the app raises is answered as a server does: 500."""
    async with http_client(running_app, raise_app_exceptions=False) as client:
        yield client


def http_client(app: ASGIApp, **options: Any) -> httpx.AsyncClient:
    """A client of ``app`` without a network; httpx2 where installed, else httpx."""
    http: Any = import_module("httpx2" if find_spec("httpx2") else "httpx")
    transport = http.ASGITransport(app=app, **options)
    client: httpx.AsyncClient = http.AsyncClient(transport=transport, base_url=ORIGIN)
    return client


@pytest.fixture
def client(app: ASGIApp, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """Requests from a test that is not async; what the app raises reaches the test."""
    with sync_client(app, request) as started:
        yield started


@pytest.fixture
def sync_error_client(
    app: ASGIApp,
    request: pytest.FixtureRequest,
) -> Iterator[TestClient]:
    """As ``client``, but what the app raises is answered as a server does: 500."""
    with sync_client(app, request, raise_server_exceptions=False) as started:
        yield started


@contextmanager
def sync_client(
    app: ASGIApp,
    request: pytest.FixtureRequest,
    **options: Any,
) -> Iterator[TestClient]:
    """Run the app and its lifespan on an event loop of this client's own.

    What the lifespan opens belongs to that loop, so no other client may use it.
    """
    from starlette.testclient import TestClient

    clients = {"client", "sync_error_client", "running_app"} & set(request.fixturenames)
    if len(clients) > 1:
        pytest.fail(f"{sorted(clients)} use a loop each: ask for one of them")
    with TestClient(app, **options) as started:
        yield started


@pytest.fixture
def override_dependency(app: FastAPI) -> Iterator[Callable[[Any, Any], None]]:
    """``override_dependency(get_user, lambda: user)`` until the end of the test.

    What was set before comes back; a key that no route depends on fails the test.
    """
    before = app.dependency_overrides.copy()

    def override(dependency: Any, replacement: Any) -> None:
        if not any(dependency == used for used in dependencies_of(app)):
            name = getattr(dependency, "__qualname__", repr(dependency))
            pytest.fail(f"no route of the app depends on {name}: nothing to override")
        app.dependency_overrides[dependency] = replacement

    yield override
    app.dependency_overrides = before


def dependencies_of(app: FastAPI) -> Iterator[Any]:
    """What the routes depend on: directly, by router or app, and through each other."""
    from fastapi import routing

    # Newer FastAPI keeps included routers as they are and offers this to look inside.
    resolve: Any = getattr(routing, "iter_route_contexts", iter)
    waiting = [getattr(route, "dependant", None) for route in resolve(app.routes)]
    while waiting:
        for needed in getattr(waiting.pop(), "dependencies", ()):
            yield needed.call
            waiting.append(needed)


@pytest.fixture(scope="session", autouse=True)
def faker_session_locale() -> list[str]:
    """The language and country of what ``faker`` makes up."""
    return ["pt_BR"]


@pytest.fixture(scope="session", autouse=True)
def faker_seed() -> int:
    """Where ``faker`` begins in every test: the same data in each run."""
    return 20_261


@pytest.fixture
def fake_connection() -> FakeConnection:
    """A connection that records each call and answers as the test scripts it."""
    return FakeConnection()


@pytest.fixture
def fake_pool(fake_connection: FakeConnection) -> FakePool:
    """A pool that hands out ``fake_connection``."""
    return FakePool(fake_connection)


@pytest.fixture(autouse=True)
def fakes_are_settled() -> Iterator[None]:
    """Fail a test whose fakes saw an unscripted call or kept an answer nobody asked for."""
    with settled():
        yield


@pytest.fixture(scope="session")
def database_dsn() -> Iterator[str]:
    """A real database made for this run, with the schema; dropped at the end."""
    with fresh_database() as dsn:
        yield dsn


@pytest.fixture
def emptied_database(database_dsn: str) -> Iterator[str]:
    """The real database; what a test writes is removed at the end.

    Not rolled back: psqlpy has no savepoints, so a transaction of the code under test
    would commit this one's.
    """
    yield database_dsn
    empty(database_dsn)


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_connection(
    emptied_database: str,
) -> AsyncIterator[psqlpy.Connection]:
    """A real connection; what it writes is removed after the test."""
    psqlpy = pytest.importorskip("psqlpy")
    connection = await psqlpy.connect(emptied_database)
    yield connection
    connection.close()


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_pool(emptied_database: str) -> AsyncIterator[psqlpy.ConnectionPool]:
    """A real pool; what its connections write is removed after the test."""
    psqlpy = pytest.importorskip("psqlpy")
    pool = psqlpy.ConnectionPool(emptied_database, max_db_pool_size=4)
    yield pool
    pool.close()
