"""Tests for the application: what its lifespan opens and closes, where its settings come from."""

from collections.abc import AsyncIterator
from typing import Any

import aiomysql  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI, Request

from src.app import Settings, connect_options, create_app, open_pool
from src.database import Connection
from src.dependencies import get_connection
from src.errors import BankError
from tests.fakes import FakeConnection, FakePool

SETTINGS = Settings(database_timeout=0.01)


@pytest.mark.asyncio
async def test_lifespan_opens_the_pool_and_closes_it(fake_connection: FakeConnection) -> None:
    """The pool is made from the settings, when the application starts."""
    made_from: list[Settings] = []

    def open_fake_pool(given: Settings) -> FakePool:
        made_from.append(given)
        return FakePool(fake_connection)

    app: FastAPI = create_app(SETTINGS, open_pool=open_fake_pool)
    assert made_from == []

    async with app.router.lifespan_context(app):
        assert app.state.settings is SETTINGS
        assert fake_connection.events == []

    assert made_from == [SETTINGS]
    assert fake_connection.events == ["close"]


@pytest.mark.asyncio
async def test_lifespan_ends_when_the_application_fails(fake_connection: FakeConnection) -> None:
    """However it ends, the pool is closed."""
    app: FastAPI = create_app(SETTINGS, open_pool=lambda given: FakePool(fake_connection))

    with pytest.raises(ZeroDivisionError):
        async with app.router.lifespan_context(app):
            raise ZeroDivisionError

    assert fake_connection.events == ["close"]


@pytest.mark.asyncio
async def test_request_waits_as_long_as_the_settings_say(fake_connection: FakeConnection) -> None:
    """Somebody else has the only connection, and does not give it back in time."""
    app: FastAPI = create_app(SETTINGS, open_pool=lambda given: FakePool(fake_connection, maxsize=1))

    async with app.router.lifespan_context(app):
        requested: AsyncIterator[Connection] = get_connection(Request({"type": "http", "app": app}))
        async with app.state.pool.acquire():
            with pytest.raises(BankError) as raised:
                await anext(requested)

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")
    assert fake_connection.events == ["acquire", "release", "close"]


@pytest.mark.asyncio
async def test_open_pool_passes_everything_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size, and how to connect."""
    given: dict[str, Any] = {}
    pool: FakePool = FakePool()

    def create_pool(**options: Any) -> FakePool:
        given.update(options)
        return pool

    monkeypatch.setattr(aiomysql, "create_pool", create_pool)
    settings: Settings = Settings("mysql://db/bank", 7)

    assert open_pool(settings) is pool

    assert given == {"minsize": 1, "maxsize": 7, **connect_options(settings)}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "mysql://ana:p%40ss%2Fword@db.example.com:3307/money",
            {
                "host": "db.example.com",
                "port": 3307,
                "user": "ana",
                "password": "p@ss/word",
                "db": "money",
            },
        ),
        (
            "mysql://a%40b@/bank?unix_socket=/run/my%20sql",
            {
                "host": "localhost",
                "port": 3306,
                "user": "a@b",
                "password": "",
                "db": "bank",
                "unix_socket": "/run/my sql",
            },
        ),
        ("mysql://db", {"host": "db", "port": 3306, "user": "", "password": "", "db": ""}),
    ],
    ids=["everything", "socket", "host"],
)
def test_connect_options_are_those_of_the_url(url: str, expected: dict[str, Any]) -> None:
    """And what every connection has: no transaction that nobody began, and no wait without end."""
    assert connect_options(Settings(url, lock_timeout=7)) == {
        **expected,
        "charset": "utf8mb4",
        "autocommit": True,
        "init_command": "SET SESSION innodb_lock_wait_timeout = 7",
    }


def test_settings_from_env_reads_every_variable() -> None:
    """Four variables, the numbers as numbers."""
    settings: Settings = Settings.from_env(
        {
            "DATABASE_URL": "mysql://db/bank",
            "DATABASE_POOL_SIZE": "3",
            "DATABASE_TIMEOUT": "0.5",
            "LOCK_TIMEOUT": "9",
            "HOME": "/root",
        }
    )

    assert settings == Settings("mysql://db/bank", 3, 0.5, 9)


def test_settings_from_env_have_defaults() -> None:
    """An empty environment is that of a developer's machine."""
    settings: Settings = Settings.from_env({})

    assert settings == Settings("mysql://root@localhost:3306/bank", 10, 5.0, 3)


@pytest.mark.asyncio
async def test_create_app_reads_the_environment(
    monkeypatch: pytest.MonkeyPatch, fake_connection: FakeConnection
) -> None:
    """Without settings, those of the environment at the time of the call."""
    monkeypatch.setenv("DATABASE_URL", "mysql://from-the-environment/bank")
    app: FastAPI = create_app(open_pool=lambda given: FakePool(fake_connection))

    async with app.router.lifespan_context(app):
        assert app.state.settings.database_url == "mysql://from-the-environment/bank"
