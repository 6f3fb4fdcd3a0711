# async-testing-expert 0.1.0 sha256:81f51f7245077606 (scaffold.py --update renews it)
"""Fixtures of the tests; yours to change, as scaffold never overwrites changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from tests.app_clients import client_of, dependencies_of, in_lifespan, sync_client_of
from tests.real_database import (
    SESSION_OPTIONS,
    engine_of,
    fresh_database,
    rebound,
    rolled_back,
    server,
)
from tests.statement_counts import Statements

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
    from src.factory import create_app

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


@pytest.fixture(scope="session")
def shared_engine(database_dsn: str) -> AsyncEngine:
    """Connects to the database that tests share; for the fixtures below alone."""
    return engine_of(database_dsn)


@pytest.fixture
def session_engine(
    request: pytest.FixtureRequest,
    marked_committed: bool,
) -> AsyncEngine:
    """What ``database_session_maker`` connects with; for the fixtures here alone."""
    if marked_committed:
        return engine_of(request.getfixturevalue("cloned_database"))
    engine: AsyncEngine = request.getfixturevalue("shared_engine")
    return engine


@pytest.fixture
def database_engine(marked_committed: bool, session_engine: AsyncEngine) -> AsyncEngine:
    """For code that connects by itself: to a database that is the test's own."""
    if not marked_committed:
        pytest.fail("what an engine commits stays: mark the test pytest.mark.committed")
    return session_engine


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_session_maker(
    marked_committed: bool,
    session_engine: AsyncEngine,
) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Makes real sessions, for code that opens its own; nothing outlasts the test.

    They share a transaction that is rolled back at the end. In a test marked
    ``committed`` each has a connection of its own, in a database of the test's own.
    """
    if marked_committed:
        yield async_sessionmaker(session_engine, class_=AsyncSession, **SESSION_OPTIONS)
        return
    async with rolled_back(session_engine) as maker:
        yield maker


@pytest_asyncio.fixture(loop_scope=LOOP_SCOPE)
async def database_session(
    database_session_maker: async_sessionmaker[AsyncSession],
) -> AsyncIterator[AsyncSession]:
    """A real session: the code under test may commit and roll back as it likes."""
    async with database_session_maker() as session:
        yield session


@pytest.fixture
def rebind_session_maker(
    database_session_maker: async_sessionmaker[AsyncSession],
) -> Iterator[Callable[[async_sessionmaker[Any]], None]]:
    """``rebind_session_maker(SessionLocal)``: the application's own on this database."""
    with ExitStack() as stack:
        yield lambda maker: stack.enter_context(rebound(maker, database_session_maker))


@pytest.fixture
def database_statements(
    request: pytest.FixtureRequest,
    session_engine: AsyncEngine,
) -> Statements:
    """Counts what sessions send: ``with database_statements.at_most(2):``."""
    return Statements(session_engine.sync_engine, request.config.rootpath)
