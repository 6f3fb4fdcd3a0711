"""Tests for who may ask the routes under /users, and what the routes say of themselves."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from fastapi import FastAPI

from src.api.dependencies import get_adapter, get_service
from src.domain.adapter.user import AdapterException, UserAdapter
from src.domain.dto.user import UserDTO
from src.domain.service.user import UserService
from src.http import httpx

Override = Callable[[Any, Any], None]


@pytest.fixture
def adapter(override_dependency: Override) -> AsyncMock:
    """Put a permission service that knows user 10 behind the real authentication."""
    adapter: AsyncMock = create_autospec(UserAdapter, instance=True)
    adapter.identify.return_value = 10
    override_dependency(get_adapter, lambda: adapter)
    return adapter


@pytest.mark.asyncio
async def test_protected_route_with_its_real_auth(
    async_client: httpx.AsyncClient, adapter: AsyncMock, override_dependency: Override
) -> None:
    """The bearer token is shown to the permission service, and the user it belongs to is the actor."""
    service: AsyncMock = create_autospec(UserService, instance=True)
    override_dependency(get_service, lambda: service)

    response: httpx.Response = await async_client.post(
        "/users/roles", json={"user_id": 1, "role_id": 2}, headers={"Authorization": "Bearer abc"}
    )

    assert response.status_code == 204
    adapter.identify.assert_awaited_once_with("Bearer abc")
    service.assign.assert_awaited_once_with(10, UserDTO.Assign(user_id=1, role_id=2))


@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Basic YTpi"}])
async def test_without_a_bearer_token_is_401(
    headers: dict[str, str], async_client: httpx.AsyncClient, adapter: AsyncMock
) -> None:
    """No token: the client is told which kind is needed, and nobody is asked."""
    response: httpx.Response = await async_client.get("/users/7", headers=headers)

    assert (response.status_code, response.json()) == (401, {"detail": "A bearer token is needed"})
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert adapter.mock_calls == []


@pytest.mark.asyncio
async def test_token_that_is_refused_is_401(async_client: httpx.AsyncClient, adapter: AsyncMock) -> None:
    """What the permission service says of the token is what the client hears."""
    adapter.identify.side_effect = AdapterException(401, "The permission service refused")

    response: httpx.Response = await async_client.get("/users/7", headers={"Authorization": "Bearer bad"})

    assert (response.status_code, response.json()) == (401, {"detail": "The permission service refused"})


@pytest.mark.asyncio
async def test_every_route_needs_a_caller(
    app: FastAPI, async_client: httpx.AsyncClient, adapter: AsyncMock
) -> None:
    """A route that is added later is protected like the others."""
    routes: list[tuple[str, str]] = [
        (method.upper(), path.format(user_id=7))
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    ]

    statuses: dict[tuple[str, str], int] = {
        route: (await async_client.request(*route)).status_code for route in routes
    }

    assert len(statuses) == 9
    assert set(statuses.values()) == {401}


def test_routes_say_what_they_answer(app: FastAPI) -> None:
    """What is declared is what clients are generated from, and nothing beyond it is sent."""
    user: dict[str, Any] = {"$ref": "#/components/schemas/Read"}
    declared: dict[tuple[str, str, str], Any] = {
        (method, path, status): answer.get("content", {}).get("application/json", {}).get("schema")
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status != "422"
    }

    users: dict[str, Any] = declared.pop(("get", "/users", "200"))
    numbers: dict[str, Any] = declared.pop(("get", "/users/count", "200"))
    assert (users["type"], users["items"]) == ("array", user)
    assert (numbers["type"], numbers["additionalProperties"]) == ("object", {"type": "integer"})
    assert declared == {
        ("post", "/users", "201"): user,
        ("put", "/users/sync", "200"): {"$ref": "#/components/schemas/Synced"},
        ("post", "/users/roles", "204"): None,
        ("get", "/users/{user_id}", "200"): user,
        ("patch", "/users/{user_id}", "200"): user,
        ("put", "/users/{user_id}/status", "200"): user,
        ("delete", "/users/{user_id}", "204"): None,
    }
