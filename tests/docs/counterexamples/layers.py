"""Service and router tests that look fine and notice nothing."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

import pytest
from src.api.dependencies import Caller, get_caller, get_service
from src.domain.dto.user import UserDTO
from src.domain.service.user import UserService
from src.http import httpx


class Anything:
    """Accepts every call and remembers none."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def answer(*args: Any, **kwargs: Any) -> Any:
            return self.result

        return answer


@pytest.mark.asyncio
async def test_service_returns_users(user: UserDTO.Read) -> None:
    """Whose permission was asked for, and with which header, stays open."""
    service: UserService = UserService(user_adapter=Anything([3]), user_dao=Anything([user]))

    assert await service.get_all(UserDTO.Search(), "Bearer abc") == [user]


@pytest.mark.asyncio
async def test_endpoint_answers_200(
    async_client: httpx.AsyncClient, override_dependency: Callable[[Any, Any], None], user: UserDTO.Read
) -> None:
    """An empty body is a 200 as well."""
    service: AsyncMock = AsyncMock()
    service.get_all.return_value = [user]
    override_dependency(get_service, lambda: service)
    override_dependency(get_caller, lambda: Caller(user_id=10, auth_header="Bearer abc"))

    response: httpx.Response = await async_client.get("/users")

    assert response.status_code == 200
