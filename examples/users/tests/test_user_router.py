"""Tests for the routes under /users: what reaches the service, and what the client gets."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from fastapi.testclient import TestClient

from src.api.dependencies import Caller, get_caller, get_service
from src.domain.adapter.user import AdapterException
from src.domain.dal.dao.exception import DAOException
from src.domain.dto.user import UserDTO
from src.domain.service.user import UserService
from src.http import httpx

Override = Callable[[Any, Any], None]


@pytest.fixture
def service(override_dependency: Override) -> AsyncMock:
    """Put a service with the signatures of the real one behind the routes, and a signed-in caller before them."""
    service: AsyncMock = create_autospec(UserService, instance=True)
    override_dependency(get_service, lambda: service)
    override_dependency(get_caller, lambda: Caller(user_id=10, auth_header="Bearer abc"))
    return service


@pytest.mark.asyncio
async def test_get_users_endpoint(
    async_client: httpx.AsyncClient, service: AsyncMock, user: UserDTO.Read
) -> None:
    """Pattern 6: the filters and the caller's header reach the service, and every field the client."""
    service.get_all.return_value = [user]

    response: httpx.Response = await async_client.get("/users?status=pending&name=ana&limit=10&offset=20")

    service.get_all.assert_awaited_once_with(
        UserDTO.Search(status="pending", name="ana", limit=10, offset=20), "Bearer abc"
    )
    assert response.status_code == 200
    assert response.json() == [
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "cpf": user.cpf,
            "status": "pending",
            "created_at": "2026-01-02T03:04:05Z",
        }
    ]


@pytest.mark.asyncio
async def test_get_users_keeps_the_order(
    async_client: httpx.AsyncClient, service: AsyncMock, user: UserDTO.Read
) -> None:
    """The client gets the users in the order in which the service gives them."""
    other: UserDTO.Read = user.model_copy(update={"id": user.id + 1})
    service.get_all.return_value = [other, user]

    response: httpx.Response = await async_client.get("/users")

    assert [found["id"] for found in response.json()] == [other.id, user.id]


@pytest.mark.asyncio
async def test_create_user_endpoint(
    async_client: httpx.AsyncClient, service: AsyncMock, user: UserDTO.Read
) -> None:
    """201, the user as stored, and where to find it."""
    service.create.return_value = user

    response: httpx.Response = await async_client.post(
        "/users", json={"name": "Ana", "email": "ana@example.com"}
    )

    service.create.assert_awaited_once_with(UserDTO.Create(name="Ana", email="ana@example.com"), "Bearer abc")
    assert response.status_code == 201
    assert response.headers["Location"] == f"/users/{user.id}"
    assert response.json() == user.model_dump(mode="json")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "called", "arguments"),
    [
        ("GET", "/users/7", None, "get", (7,)),
        ("PATCH", "/users/7", {"name": "Ana"}, "update", (7, UserDTO.Update(name="Ana"))),
        (
            "PUT",
            "/users/7/status",
            {"status": "approved"},
            "set_status",
            (7, UserDTO.SetStatus(status="approved")),
        ),
    ],
)
async def test_endpoint_answers_with_the_user(
    method: str,
    path: str,
    body: dict[str, str] | None,
    called: str,
    arguments: tuple[Any, ...],
    async_client: httpx.AsyncClient,
    service: AsyncMock,
    user: UserDTO.Read,
) -> None:
    """One user is shown, changed or moved on: the body is that user as it is now."""
    getattr(service, called).return_value = user

    response: httpx.Response = await async_client.request(method, path, json=body)

    getattr(service, called).assert_awaited_once_with(*arguments)
    assert response.status_code == 200
    assert response.json() == user.model_dump(mode="json")


@pytest.mark.asyncio
async def test_count_users_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """`count` is a path of its own, and no user's id."""
    service.count.return_value = 5

    response: httpx.Response = await async_client.get("/users/count?status=rejected")

    service.count.assert_awaited_once_with("rejected")
    assert (response.status_code, response.json()) == (200, {"count": 5})


@pytest.mark.asyncio
async def test_sync_users_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """Every item arrives, in its order, and the numbers come back."""
    service.sync.return_value = UserDTO.Synced(received=2, deactivated=1)
    items: list[dict[str, str]] = [
        {"name": "Ana", "email": "ana@example.com"},
        {"name": "Bruno", "email": "bruno@example.com"},
    ]

    response: httpx.Response = await async_client.put("/users/sync", json=items)

    service.sync.assert_awaited_once_with([UserDTO.Create(**item) for item in items])
    assert (response.status_code, response.json()) == (200, {"received": 2, "deactivated": 1})


@pytest.mark.asyncio
async def test_assign_role_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """The actor is the caller, whatever the body says."""
    response: httpx.Response = await async_client.post("/users/roles", json={"user_id": 1, "role_id": 2})

    service.assign.assert_awaited_once_with(10, UserDTO.Assign(user_id=1, role_id=2))
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.asyncio
async def test_delete_user_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """Deleted, and nothing to say about it."""
    response: httpx.Response = await async_client.delete("/users/7")

    service.delete.assert_awaited_once_with(7)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error",
    [
        DAOException(404, "no such user"),
        DAOException(409, "taken"),
        DAOException(500, "broken"),
        DAOException(503, "try again"),
        AdapterException(403, "refused"),
        AdapterException(502, "down"),
    ],
)
async def test_error_of_a_layer_is_the_answer(
    error: DAOException, async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """The layer that fails chooses status and detail; the client gets both, and nothing else."""
    service.get.side_effect = error

    response: httpx.Response = await async_client.get("/users/7")

    assert (response.status_code, response.json()) == (error.status_code, {"detail": error.detail})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status_code", "logged"), [(404, []), (499, []), (500, ["ERROR"]), (503, ["ERROR"])]
)
async def test_only_our_failures_are_logged(
    status_code: int,
    logged: list[str],
    async_client: httpx.AsyncClient,
    service: AsyncMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is our fault leaves a traceback in the log; what is the client's leaves nothing."""
    error: DAOException = DAOException(status_code, "detail")
    service.get.side_effect = error

    with caplog.at_level("WARNING", logger="src"):
        await async_client.get("/users/7")

    assert [record.levelname for record in caplog.records] == logged
    assert all(record.exc_info and record.exc_info[1] is error for record in caplog.records)


@pytest.mark.asyncio
async def test_unexpected_error_is_a_plain_500(error_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """A bug is answered as a server does, and its message is not told to the client."""
    service.get.side_effect = ZeroDivisionError("secret")

    response: httpx.Response = await error_client.get("/users/7")

    assert response.status_code == 500
    assert "secret" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("GET", "/users?limit=0", None, ["query", "limit"]),
        ("GET", "/users?nmae=ana", None, ["query", "nmae"]),
        ("GET", "/users/count", None, ["query", "status"]),
        ("GET", "/users/count?status=deleted", None, ["query", "status"]),
        ("GET", "/users/x", None, ["path", "user_id"]),
        ("GET", "/users/0", None, ["path", "user_id"]),
        ("PATCH", "/users/2147483648", {"name": "Ana"}, ["path", "user_id"]),
        ("DELETE", "/users/0", None, ["path", "user_id"]),
        ("PUT", "/users/0/status", {"status": "approved"}, ["path", "user_id"]),
        ("PATCH", "/users/7", {"name": ""}, ["body", "name"]),
        ("PUT", "/users/7/status", {"status": "deleted"}, ["body", "status"]),
        ("POST", "/users", {"name": "Ana"}, ["body", "email"]),
        ("POST", "/users/roles", {"user_id": 1}, ["body", "role_id"]),
        ("PUT", "/users/sync", [{"name": "Ana"}], ["body", 0, "email"]),
    ],
)
async def test_request_that_makes_no_sense_is_422(
    method: str,
    path: str,
    body: Any,
    place: list[str | int],
    async_client: httpx.AsyncClient,
    service: AsyncMock,
) -> None:
    """The answer names the place, and the service never hears of it."""
    response: httpx.Response = await async_client.request(method, path, json=body)

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [place]
    assert service.mock_calls == []


def test_get_user_with_the_sync_client(client: TestClient, service: AsyncMock, user: UserDTO.Read) -> None:
    """The same from a test that is not async."""
    service.get.return_value = user

    response: Any = client.get(f"/users/{user.id}")

    service.get.assert_awaited_once_with(user.id)
    assert (response.status_code, response.json()) == (200, user.model_dump(mode="json"))
