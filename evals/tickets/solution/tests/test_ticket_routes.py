"""Tests for the routes: what reaches the service, and what the client gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, create_autospec

import asyncpg
import pytest
from tickets.app import LogPager, get_service
from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import NewTicket, Ticket
from tickets.service import TicketService

from tests.fakes import FakeConnection, FakePool, Select

if TYPE_CHECKING:
    import httpx2 as httpx

TICKET: dict[str, Any] = {
    "id": 7,
    "title": "Fire",
    "reporter": "ana",
    "priority": 4,
    "status": "open",
    "agent": None,
    "opened_at": "2026-01-02T00:00:00Z",
}


@pytest.fixture(autouse=True)
def pool(fake_pool: FakePool, monkeypatch: pytest.MonkeyPatch) -> FakePool:
    """The lifespan gets a fake pool for the address that it is given."""

    def create(dsn: str) -> FakePool:
        assert dsn == "postgresql://here"
        return fake_pool

    monkeypatch.setenv("DATABASE_URL", "postgresql://here")
    monkeypatch.setattr(asyncpg, "create_pool", create)
    return fake_pool


@pytest.fixture
def service(override_dependency: Callable[[Any, Any], None]) -> AsyncMock:
    """Put a service with the signatures of the real one behind the routes."""
    service: AsyncMock = create_autospec(TicketService, instance=True)
    service.dao = create_autospec(TicketDAO, instance=True)
    override_dependency(get_service, lambda: service)
    return service


@pytest.mark.asyncio
async def test_open_ticket_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """201 and every field."""
    service.open.return_value = Ticket(**TICKET)

    response = await async_client.post("/tickets", json={"title": "Fire", "reporter": "ana", "priority": 4})

    service.open.assert_awaited_once_with(NewTicket(title="Fire", reporter="ana", priority=4))
    assert (response.status_code, response.json()) == (201, TICKET)


@pytest.mark.asyncio
async def test_a_ticket_has_priority_one_unless_it_says_so(
    async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """The default of the model."""
    service.open.return_value = Ticket(**TICKET)

    await async_client.post("/tickets", json={"title": "Fire", "reporter": "ana"})

    service.open.assert_awaited_once_with(NewTicket(title="Fire", reporter="ana", priority=1))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("", ("open", 1, 20, 0)),
        ("?status=closed&minimum=2&limit=5&offset=10", ("closed", 2, 5, 10)),
        ("?minimum=5&limit=100", ("open", 5, 100, 0)),
        ("?minimum=1&limit=1", ("open", 1, 1, 0)),
    ],
)
async def test_search_tickets_endpoint(
    query: str, arguments: tuple[object, ...], async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """Each filter in its place, and its default."""
    service.dao.search.return_value = [Ticket(**TICKET)]

    response = await async_client.get(f"/tickets{query}")

    service.dao.search.assert_awaited_once_with(*arguments)
    assert (response.status_code, response.json()) == (200, [TICKET])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "offset=-1", "minimum=0", "minimum=6", "status=lost"]
)
async def test_search_refuses(query: str, async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """422 just beyond each bound."""
    response = await async_client.get(f"/tickets?{query}")

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]
    service.dao.search.assert_not_awaited()


@pytest.mark.asyncio
async def test_get_ticket_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """The number of the path."""
    service.get.return_value = Ticket(**TICKET)

    response = await async_client.get("/tickets/7")

    service.get.assert_awaited_once_with(7)
    assert (response.status_code, response.json()) == (200, TICKET)


@pytest.mark.asyncio
async def test_errors_are_told_with_status_and_detail(
    async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """As the service raised them."""
    service.get.side_effect = TicketError(404, "There is no ticket 7")

    response = await async_client.get("/tickets/7")

    assert (response.status_code, response.json()) == (404, {"detail": "There is no ticket 7"})


@pytest.mark.asyncio
async def test_assign_ticket_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """The number of the path, the agent of the body."""
    service.assign.return_value = Ticket(**TICKET)

    response = await async_client.post("/tickets/7/assignment", json={"agent": "bob"})

    service.assign.assert_awaited_once_with(7, "bob")
    assert (response.status_code, response.json()) == (200, TICKET)


@pytest.mark.asyncio
async def test_close_tickets_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """How many were closed."""
    service.close.return_value = 2

    response = await async_client.post("/tickets/closing", json={"ids": [1, 2], "actor": "bob"})

    service.close.assert_awaited_once_with([1, 2], "bob")
    assert (response.status_code, response.json()) == (200, {"closed": 2})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/tickets", {"title": "", "reporter": "ana"}, "title"),
        ("/tickets", {"title": "x" * 121, "reporter": "ana"}, "title"),
        ("/tickets", {"title": "x", "reporter": ""}, "reporter"),
        ("/tickets", {"title": "x", "reporter": "ana", "priority": 0}, "priority"),
        ("/tickets", {"title": "x", "reporter": "ana", "priority": 6}, "priority"),
        ("/tickets/1/assignment", {"agent": ""}, "agent"),
        ("/tickets/closing", {"ids": [], "actor": "bob"}, "ids"),
        ("/tickets/closing", {"ids": list(range(51)), "actor": "bob"}, "ids"),
        ("/tickets/closing", {"ids": [1]}, "actor"),
    ],
)
async def test_bodies_that_are_refused(
    path: str, body: dict[str, Any], field: str, async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """422 just beyond each bound, and nothing is asked of the service."""
    response = await async_client.post(path, json=body)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", field]
    assert service.mock_calls == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tickets", {"title": "x" * 120, "reporter": "a", "priority": 5}),
        ("/tickets", {"title": "x", "reporter": "a", "priority": 1}),
        ("/tickets/1/assignment", {"agent": "b"}),
        ("/tickets/closing", {"ids": list(range(50)), "actor": "bob"}),
        ("/tickets/closing", {"ids": [1], "actor": "bob"}),
    ],
)
async def test_bodies_at_the_bounds_are_taken(
    path: str, body: dict[str, Any], async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """Just within each bound."""
    service.open.return_value = service.assign.return_value = Ticket(**TICKET)
    service.close.return_value = 1

    response = await async_client.post(path, json=body)

    assert response.is_success


@pytest.mark.asyncio
async def test_a_request_has_a_connection_of_the_pool(
    async_client: httpx.AsyncClient, fake_connection: FakeConnection, fake_pool: FakePool
) -> None:
    """The real service on it, and it goes back."""
    fake_connection.fetchrow_return = {**TICKET, "opened_at": datetime(2026, 1, 2, tzinfo=UTC)}

    response = await async_client.get("/tickets/7")

    assert response.json() == TICKET
    assert [call.meaning for call in fake_connection.fetchrow_calls] == [
        Select("tickets", list(Ticket.model_fields), where={"id": 7})
    ]


@pytest.mark.asyncio
async def test_the_pager_writes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """One critical line."""
    await LogPager().page("Urgent: Fire", 7)

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("CRITICAL", "Urgent: Fire (ticket 7)")
    ]
