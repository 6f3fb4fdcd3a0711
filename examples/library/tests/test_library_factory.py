"""Tests for src/factory.py and what the routes take from it."""

from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from fastapi import FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from src import factory
from src.api.routes import get_sessions


@pytest.mark.asyncio
async def test_lifespan_keeps_an_engine_while_the_application_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made from the environment, reaches the routes by way of its sessions, and is disposed of at the end."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg:///elsewhere")
    engine: MagicMock = MagicMock(spec=AsyncEngine)
    engine.dispose = AsyncMock()
    create: MagicMock = MagicMock(return_value=engine)
    monkeypatch.setattr(factory, "create_async_engine", create)
    app: FastAPI = factory.create_app()

    async with factory.lifespan(app):
        sessions: async_sessionmaker[AsyncSession] = get_sessions(Request({"type": "http", "app": app}))
        assert sessions.kw["bind"] is engine
        assert sessions.kw["expire_on_commit"] is False
        engine.dispose.assert_not_awaited()

    create.assert_called_once_with("postgresql+asyncpg:///elsewhere")
    engine.dispose.assert_awaited_once_with()


@pytest.mark.parametrize(
    ("method", "path", "status", "model"),
    [
        ("post", "/members", "201", "MemberDTO.Read"),
        ("post", "/titles", "201", "TitleDTO.Read"),
        ("put", "/titles/{title_id}", "200", "TitleDTO.Read"),
        ("post", "/loans", "201", "LoanDTO.Read"),
        ("post", "/loans/{loan_id}/return", "200", "LoanDTO.Read"),
        ("put", "/titles/{title_id}/holds/{member_id}", "201", "HoldDTO.Read"),
    ],
)
def test_route_promises_its_model(method: str, path: str, status: str, model: str) -> None:
    """Clients are generated from the schema: what a route answers is part of it."""
    schema: dict[str, Any] = factory.create_app().openapi()

    answer: dict[str, Any] = schema["paths"][path][method]["responses"][status]["content"][
        "application/json"
    ]["schema"]
    assert schema["components"]["schemas"][answer["$ref"].rpartition("/")[2]]["title"] == model.split(".")[-1]


def test_overdue_promises_a_list() -> None:
    """Of what is overdue."""
    schema: dict[str, Any] = factory.create_app().openapi()

    answer: dict[str, Any] = schema["paths"]["/loans/overdue"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    assert answer["type"] == "array"
    assert answer["items"]["$ref"].endswith("Overdue")
