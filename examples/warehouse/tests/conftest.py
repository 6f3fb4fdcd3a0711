# async-testing-expert 0.1.0 sha256:fdbaf7c041b65031 (scaffold.py --update renews it)
"""Fixtures of the tests; yours to change, as scaffold never overwrites changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from tests.app_clients import client_of, dependencies_of, in_lifespan, sync_client_of
from tests.fakes import FakeConnection, FakePool, settled
from tests.real_database import empty, fresh_database, server

if TYPE_CHECKING:
    import httpx2 as httpx
    from fastapi import FastAPI
    from starlette.testclient import TestClient
    from starlette.types import ASGIApp

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


@pytest.fixture
def app() -> FastAPI:
    """The application, built anew for each test."""
    from src.app import create_app

    return create_app()


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def running_app(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """The application inside its lifespan, shared by the async clients of a test."""
    async with in_lifespan(app) as started:
        yield started


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def async_client(running_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to the app inside its lifespan; what the app raises reaches the test."""
    async with client_of(running_app) as client:
        yield client


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def error_client(running_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """As ``async_client``, but what the app raises is a response of status 500."""
    async with client_of(running_app, raise_app_exceptions=False) as client:
        yield client


@pytest.fixture
def client(app: ASGIApp, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """Requests from a test that is not async; what the app raises reaches the test."""
    with sync_client_of(app, request) as started:
        yield started


@pytest.fixture
def sync_error_client(
    app: ASGIApp,
    request: pytest.FixtureRequest,
) -> Iterator[TestClient]:
    """As ``client``, but what the app raises is a response of status 500."""
    with sync_client_of(app, request, raise_server_exceptions=False) as started:
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


@pytest.fixture(scope="session", autouse=True)
def faker_session_locale() -> list[str]:
    """The language and country of what ``faker`` makes up."""
    return ["pt_BR"]


@pytest.fixture(scope="session", autouse=True)
def faker_seed() -> int:
    """Where ``faker`` begins in every test; another number makes up other data."""
    return 0


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
    """Fail a test that made an unscripted call, or left a scripted answer unused."""
    with settled():
        yield


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The server on which these tests make their databases."""
    with server() as administration:
        yield administration


@pytest.fixture(scope="session")
def database_dsn(database_server: str) -> Iterator[str]:
    """A real database made for this run, with the schema; dropped at the end."""
    with fresh_database(database_server) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def database_template(database_server: str) -> Iterator[str]:
    """A database with the schema that nothing connects to: clones are made from it."""
    with fresh_database(database_server) as dsn:
        yield dsn


@pytest.fixture
def marked_committed(request: pytest.FixtureRequest) -> bool:
    """Whether the test gets a database of its own: ``pytest.mark.committed``."""
    return request.node.get_closest_marker("committed") is not None


@pytest.fixture
def cloned_database(database_server: str, database_template: str) -> Iterator[str]:
    """A real database of one test, dropped after it: what it commits can be seen."""
    with fresh_database(database_server, database_template) as dsn:
        yield dsn


@pytest.fixture
def emptied_database(
    request: pytest.FixtureRequest,
    marked_committed: bool,
) -> Iterator[str]:
    """The real database; what a test commits through the pool is removed at the end.

    In a test marked ``committed`` it is the test's own.
    """
    if marked_committed:
        yield request.getfixturevalue("cloned_database")
        return
    dsn: str = request.getfixturevalue("database_dsn")
    yield dsn
    if "database_pool" in request.fixturenames:
        empty(dsn)


@pytest_asyncio.fixture(scope=LOOP_SCOPE, loop_scope=LOOP_SCOPE)
async def idle_connections(database_dsn: str) -> AsyncIterator[list[Any]]:
    """Connections to the shared database, for as long as the event loop lives."""
    idle: list[Any] = []
    yield idle
    for connection in idle:
        await connection.close()


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_connection(
    emptied_database: str,
    idle_connections: list[Any],
    marked_committed: bool,
) -> AsyncIterator[Any]:
    """A real connection in a transaction that is rolled back after the test.

    In a test marked ``committed`` there is none around what it does.
    """
    asyncpg = pytest.importorskip("asyncpg")
    if marked_committed:
        connection = await asyncpg.connect(emptied_database)
        yield connection
        await connection.close()
        return
    connection = idle_connections.pop() if idle_connections else None
    connection = connection or await asyncpg.connect(emptied_database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SAVEPOINT as_it_was")
    yield connection
    try:
        await connection.execute("ROLLBACK TO as_it_was")
        await transaction.rollback()
        await connection.reset()
        idle_connections.append(connection)
    except (asyncpg.PostgresError, asyncpg.InterfaceError):
        # The code under test has ended the transaction: it may have committed.
        await connection.close()
        empty(emptied_database)


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_pool(emptied_database: str) -> AsyncIterator[Any]:
    """A real pool, whose connections commit."""
    asyncpg = pytest.importorskip("asyncpg")
    async with asyncpg.create_pool(emptied_database, min_size=1, max_size=4) as pool:
        yield pool
