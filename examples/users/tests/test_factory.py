"""Tests for create_app: what its lifespan opens, binds and closes, and where the settings go."""

import ssl

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from src.config.factory import create_app, open_pool
from src.config.settings import Settings
from src.domain.dal import DAL
from src.domain.dal.connection import Pool
from src.domain.dal.dao.user import UserDAO
from src.http import certificates, httpx
from tests.fakes import FakeConnection, FakePool, Select


def test_request_goes_through_every_layer() -> None:
    """From the route to the statement and back, with only the network and the database replaced."""
    settings: Settings = Settings(permission_url="http://permissions", permission_timeout=3.0)
    requests: list[httpx.Request] = []

    def permissions(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"user_id": 10})

    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 5
    app: FastAPI = create_app(
        settings, open_pool=lambda given: FakePool(conn), transport=httpx.MockTransport(permissions)
    )

    with TestClient(app) as client:
        response: httpx.Response = client.get(
            "/users/count?status=pending", headers={"Authorization": "Bearer abc"}
        )

    assert (response.status_code, response.json()) == (200, {"count": 5})
    assert conn.committed[0].meaning == Select("users", ["count(*)"], where={"status": "pending"})
    assert str(requests[0].url) == "http://permissions/me"
    assert set(requests[0].extensions["timeout"].values()) == {3.0}


@pytest.mark.asyncio
async def test_lifespan_owns_the_pool() -> None:
    """The pool is made from the settings, bound while the application runs, and closed when it stops."""
    settings: Settings = Settings(database_url="postgresql://elsewhere/users")
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 5
    made_from: list[Settings] = []

    def open_fake_pool(given: Settings) -> FakePool:
        made_from.append(given)
        return FakePool(conn)

    app: FastAPI = create_app(settings, open_pool=open_fake_pool)
    assert made_from == []

    async with app.router.lifespan_context(app):
        await UserDAO.count_by_status("pending")

    assert made_from == [settings]
    assert conn.events == ["acquire", "fetch_val", "release", "close"]
    with pytest.raises(RuntimeError):
        await UserDAO.count_by_status("pending")


@pytest.mark.asyncio
async def test_lifespan_closes_the_pool_when_the_application_fails() -> None:
    """However the application ends, the pool is closed and no longer bound."""
    conn: FakeConnection = FakeConnection()
    app: FastAPI = create_app(open_pool=lambda given: FakePool(conn))

    with pytest.raises(ZeroDivisionError):
        async with app.router.lifespan_context(app):
            raise ZeroDivisionError

    assert conn.events == ["close"]
    with pytest.raises(RuntimeError):
        async with DAL.connection():
            pass


@pytest.mark.asyncio
async def test_open_pool_takes_its_size_from_the_settings() -> None:
    """A real pool, which connects to nothing before it is used."""
    pool: Pool = open_pool(
        Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing", database_pool_size=7)
    )

    assert pool.status().max_size == 7  # type: ignore[attr-defined]
    pool.close()


def test_certificates_are_verified() -> None:
    """A server that cannot show who it is gets no request, and no header of a caller."""
    context: ssl.SSLContext = certificates()

    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_settings_from_env_reads_every_variable() -> None:
    """Four variables, the numbers as numbers."""
    settings: Settings = Settings.from_env(
        {
            "DATABASE_URL": "postgresql://db/users",
            "DATABASE_POOL_SIZE": "3",
            "PERMISSION_URL": "http://permissions",
            "PERMISSION_TIMEOUT": "0.5",
            "HOME": "/root",
        }
    )

    assert settings == Settings("postgresql://db/users", 3, "http://permissions", 0.5)


def test_settings_from_env_have_defaults() -> None:
    """An empty environment is that of a developer's machine."""
    settings: Settings = Settings.from_env({})

    assert settings == Settings()
    assert settings == Settings(
        "postgresql://postgres@localhost:5432/users", 10, "http://localhost:8001", 5.0
    )


def test_create_app_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings, those of the environment at the time of the call."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://from-the-environment/users")
    made_from: list[Settings] = []

    def open_fake_pool(given: Settings) -> FakePool:
        made_from.append(given)
        return FakePool()

    with TestClient(create_app(open_pool=open_fake_pool)):
        pass

    assert made_from[0].database_url == "postgresql://from-the-environment/users"
