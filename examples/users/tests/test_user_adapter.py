"""Tests for the adapter: what it asks the permission service, and what it makes of the answers."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from src.domain.adapter.user import AdapterException, UserAdapter
from src.http import httpx


def adapter_of(answer: Callable[[httpx.Request], httpx.Response]) -> UserAdapter:
    """Return an adapter whose requests are answered by a function instead of a server."""
    return UserAdapter(
        httpx.AsyncClient(base_url="http://permissions", transport=httpx.MockTransport(answer))
    )


@pytest.mark.asyncio
async def test_identify_sends_the_header_of_the_caller() -> None:
    """The caller's own header is what the permission service knows him by."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"user_id": 7})

    user_id: int = await adapter_of(answer).identify("Bearer abc")

    assert user_id == 7
    assert [(request.method, str(request.url)) for request in requests] == [("GET", "http://permissions/me")]
    assert requests[0].headers["Authorization"] == "Bearer abc"


@pytest.mark.asyncio
async def test_get_users_by_permission_asks_for_permission_and_scope() -> None:
    """Permission and scope are in the request, the ids in the answer."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"user_ids": [3, 5]})

    ids: list[int] = await adapter_of(answer).get_users_by_permission("users.read", "Bearer abc", "company")

    assert ids == [3, 5]
    (request,) = requests
    assert request.method == "GET"
    assert str(request.url) == "http://permissions/permissions/users.read/users?scope=company"
    assert request.headers["Authorization"] == "Bearer abc"


@pytest.mark.asyncio
async def test_grant_names_user_and_permission() -> None:
    """A PUT, so that granting twice is granting once."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    await adapter_of(answer).grant(7, "sign-in", "Bearer abc")

    (request,) = requests
    assert (request.method, request.url.path) == ("PUT", "/permissions/sign-in/users/7")
    assert request.headers["Authorization"] == "Bearer abc"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answered", "status_code", "detail"),
    [
        (401, 401, "The permission service refused"),
        (403, 403, "The permission service refused"),
        (302, 502, "The permission service cannot be asked"),
        (404, 502, "The permission service cannot be asked"),
        (500, 502, "The permission service cannot be asked"),
    ],
)
async def test_status_of_the_service_maps_to_ours(answered: int, status_code: int, detail: str) -> None:
    """A refusal is the caller's business, anything else is a bad gateway."""
    adapter: UserAdapter = adapter_of(lambda request: httpx.Response(answered, json={"user_id": 7}))

    with pytest.raises(AdapterException) as raised:
        await adapter.identify("Bearer abc")

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("too slow")])
async def test_unreachable_service_maps_to_502(error: Exception) -> None:
    """A service that cannot be reached is a bad gateway, and the cause is kept."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(AdapterException) as raised:
        await adapter_of(answer).grant(7, "sign-in", "Bearer abc")

    assert (raised.value.status_code, raised.value.detail) == (502, "The permission service cannot be asked")
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"user_ids": [0]}', '{"user_ids": ["x"]}'])
async def test_nonsense_maps_to_502(body: str) -> None:
    """An answer of another shape is never passed on."""
    adapter: UserAdapter = adapter_of(lambda request: httpx.Response(200, text=body))

    with pytest.raises(AdapterException) as raised:
        await adapter.get_users_by_permission("users.read", "Bearer abc", "company")

    assert (raised.value.status_code, raised.value.detail) == (
        502,
        "The permission service answered nonsense",
    )
    assert isinstance(raised.value.__cause__, ValidationError)
