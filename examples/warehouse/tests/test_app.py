"""Tests for the application: what its lifespan opens and closes, where its settings come from, who listens."""

from collections.abc import AsyncIterator

import asyncpg  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI, Request

from src.app import Settings, create_app, open_pool
from src.database import Connection
from src.dependencies import get_connection
from src.errors import WarehouseError
from src.reorders import Reorders
from tests.fakes import FakeConnection, FakePool, errors

SETTINGS = Settings(database_timeout=0.01)


@pytest.mark.asyncio
async def test_lifespan_opens_the_pool_and_closes_it(fake_connection: FakeConnection) -> None:
    """One connection listens from the first to the last moment; the pool is made from the settings."""
    made_from: list[Settings] = []

    def open_fake_pool(given: Settings) -> FakePool:
        made_from.append(given)
        return FakePool(fake_connection)

    app: FastAPI = create_app(SETTINGS, open_pool=open_fake_pool)
    assert made_from == []

    async with app.router.lifespan_context(app):
        assert [channel for channel, _ in fake_connection.listeners] == ["reorders"]
        assert fake_connection.events == ["acquire"]
        assert app.state.settings is SETTINGS

    assert made_from == [SETTINGS]
    assert fake_connection.listeners == []
    assert fake_connection.events == ["acquire", "release", "close"]


@pytest.mark.asyncio
async def test_lifespan_ends_when_the_application_fails(fake_connection: FakeConnection) -> None:
    """However it ends, nobody listens any more and the pool is closed."""
    app: FastAPI = create_app(SETTINGS, open_pool=lambda given: FakePool(fake_connection))

    with pytest.raises(ZeroDivisionError):
        async with app.router.lifespan_context(app):
            raise ZeroDivisionError

    assert fake_connection.listeners == []
    assert fake_connection.events == ["acquire", "release", "close"]


@pytest.mark.asyncio
async def test_lifespan_without_a_database_fails(fake_connection: FakeConnection) -> None:
    """An application that cannot listen does not start, and leaves no pool open."""
    fake_connection.when("ACQUIRE").then(errors.server_error("57P03", "the database system is starting up"))
    app: FastAPI = create_app(SETTINGS, open_pool=lambda given: FakePool(fake_connection))

    with pytest.raises(WarehouseError):
        async with app.router.lifespan_context(app):
            pass

    assert fake_connection.events == ["close"]


@pytest.mark.asyncio
async def test_request_waits_as_long_as_the_settings_say(fake_connection: FakeConnection) -> None:
    """The connection that listens is one of the pool's: here no other is left."""
    app: FastAPI = create_app(SETTINGS, open_pool=lambda given: FakePool(fake_connection, max_size=1))

    async with app.router.lifespan_context(app):
        connections: AsyncIterator[Connection] = get_connection(Request({"type": "http", "app": app}))
        with pytest.raises(WarehouseError) as raised:
            await anext(connections)

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")


@pytest.mark.asyncio
async def test_reorders_keep_what_is_told(fake_connection: FakeConnection) -> None:
    """Each SKU once, in order, until somebody has taken them."""
    reorders: Reorders = Reorders()
    async with reorders.listening(fake_connection):
        ((channel, notify),) = fake_connection.listeners
        for sku in ("NUT-M8", "BOLT-M8", "NUT-M8"):
            notify(fake_connection, 4711, channel, sku)

    assert reorders.taken() == ["BOLT-M8", "NUT-M8"]
    assert reorders.taken() == []


@pytest.mark.asyncio
async def test_open_pool_takes_its_size_from_the_settings() -> None:
    """A real pool, which connects to nothing before it is entered."""
    pool: asyncpg.Pool = open_pool(Settings("postgresql://nobody@127.0.0.1:1/nothing", 7))

    assert (pool.get_min_size(), pool.get_max_size()) == (1, 7)
    with pytest.raises(OSError, match="1"):
        await pool


def test_settings_from_env_reads_every_variable() -> None:
    """Three variables, the numbers as numbers."""
    settings: Settings = Settings.from_env(
        {
            "DATABASE_URL": "postgresql://db/stock",
            "DATABASE_POOL_SIZE": "3",
            "DATABASE_TIMEOUT": "0.5",
            "HOME": "/root",
        }
    )

    assert settings == Settings("postgresql://db/stock", 3, 0.5)


def test_settings_from_env_have_defaults() -> None:
    """An empty environment is that of a developer's machine."""
    settings: Settings = Settings.from_env({})

    assert settings == Settings("postgresql://postgres@localhost:5432/warehouse", 10, 5.0)


@pytest.mark.asyncio
async def test_create_app_reads_the_environment(
    monkeypatch: pytest.MonkeyPatch, fake_connection: FakeConnection
) -> None:
    """Without settings, those of the environment at the time of the call."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://from-the-environment/stock")
    app: FastAPI = create_app(open_pool=lambda given: FakePool(fake_connection))

    async with app.router.lifespan_context(app):
        assert app.state.settings.database_url == "postgresql://from-the-environment/stock"
