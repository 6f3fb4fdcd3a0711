"""Tests for the routes: what reaches the service, what the client gets, and one way through the real thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from bookings.app import get_service
from bookings.service import BookingError, BookingService
from bookings.tables import Booking, Room
from sqlalchemy.ext.asyncio import AsyncSession

if TYPE_CHECKING:
    import httpx2 as httpx
    from fastapi import FastAPI

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
BOOKED = {"id": 7, "room_id": 1, "day": "2026-03-02", "guest": "ana"}


@pytest.fixture(autouse=True)
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lifespan makes its database here."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'bookings.db'}")


@pytest.fixture
def service(override_dependency: Callable[[Any, Any], None]) -> AsyncMock:
    """Put a service with the signatures of the real one behind the routes."""
    service: AsyncMock = create_autospec(BookingService, instance=True)
    override_dependency(get_service, lambda: service)
    return service


@pytest.mark.parametrize(("query", "seats"), [("", 1), ("&seats=3", 3), ("&seats=1", 1)])
async def test_free_rooms_endpoint(
    async_client: httpx.AsyncClient, service: AsyncMock, query: str, seats: int
) -> None:
    """One seat unless told."""
    service.free.return_value = [Room(id=3, name="Ash", seats=4)]

    response = await async_client.get(f"/rooms?day=2026-03-02{query}")

    service.free.assert_awaited_once_with(MONDAY, seats)
    assert (response.status_code, response.json()) == (200, [{"id": 3, "name": "Ash", "seats": 4}])


@pytest.mark.parametrize("guest", ["ana", "x" * 80, "x"])
async def test_book_endpoint(async_client: httpx.AsyncClient, service: AsyncMock, guest: str) -> None:
    """201 and every field."""
    service.book.return_value = Booking(id=7, room_id=1, day=MONDAY, guest="ana")

    response = await async_client.post("/bookings", json={"room_id": 1, "day": "2026-03-02", "guest": guest})

    service.book.assert_awaited_once_with(1, MONDAY, guest)
    assert (response.status_code, response.json()) == (201, BOOKED)


async def test_errors_are_told_with_status_and_detail(
    async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """As the service raised them."""
    service.book.side_effect = BookingError(409, "Room 1 is taken on 2026-03-02")

    response = await async_client.post("/bookings", json={"room_id": 1, "day": "2026-03-02", "guest": "ana"})

    assert (response.status_code, response.json()) == (409, {"detail": "Room 1 is taken on 2026-03-02"})


async def test_move_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """The number of the path, the day of the body."""
    service.move.return_value = Booking(id=7, room_id=1, day=FRIDAY, guest="ana")

    response = await async_client.put("/bookings/7/day", json={"day": "2026-03-06"})

    service.move.assert_awaited_once_with(7, FRIDAY)
    assert (response.status_code, response.json()) == (200, {**BOOKED, "day": "2026-03-06"})


async def test_cancel_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """How many there were."""
    service.cancel.return_value = 2

    response = await async_client.delete("/guests/ana/bookings?after=2026-03-02")

    service.cancel.assert_awaited_once_with("ana", MONDAY)
    assert (response.status_code, response.json()) == (200, {"cancelled": 2})


async def test_calendar_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """Days as text."""
    service.calendar.return_value = {"Ash": [], "Oak": [MONDAY]}

    response = await async_client.get("/calendar")

    assert (response.status_code, response.json()) == (200, {"Ash": [], "Oak": ["2026-03-02"]})


@pytest.mark.parametrize(("query", "limit"), [("", 5), ("?limit=20", 20), ("?limit=1", 1)])
async def test_busiest_endpoint(
    async_client: httpx.AsyncClient, service: AsyncMock, query: str, limit: int
) -> None:
    """Five unless told."""
    service.busiest.return_value = [("Elm", 2)]

    response = await async_client.get(f"/busiest{query}")

    service.busiest.assert_awaited_once_with(limit)
    assert (response.status_code, response.json()) == (200, [["Elm", 2]])


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/bookings", {"room_id": 1, "day": "2026-03-02", "guest": ""}, "guest"),
        ("POST", "/bookings", {"room_id": 1, "day": "2026-03-02", "guest": "x" * 81}, "guest"),
        ("POST", "/bookings", {"room_id": 1, "day": "soon", "guest": "x"}, "day"),
        ("PUT", "/bookings/7/day", {}, "day"),
        ("GET", "/rooms", None, "day"),
        ("GET", "/rooms?day=2026-03-02&seats=0", None, "seats"),
        ("GET", "/busiest?limit=0", None, "limit"),
        ("GET", "/busiest?limit=21", None, "limit"),
        ("DELETE", "/guests/ana/bookings", None, "after"),
    ],
)
async def test_what_is_refused(
    async_client: httpx.AsyncClient,
    service: AsyncMock,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    field: str,
) -> None:
    """422 just beyond each bound, and nothing is asked of the service."""
    response = await async_client.request(method, path, json=body)

    assert response.status_code == 422
    assert [error["loc"][1] for error in response.json()["detail"]] == [field]
    assert service.mock_calls == []


async def test_a_booking_outlives_its_request(async_client: httpx.AsyncClient, app: FastAPI) -> None:
    """Through the real service, session and database; what was booked is told after its session has committed."""
    sessions = app.state.sessions
    session: AsyncSession
    async with sessions() as session:
        session.add(Room(name="Oak", seats=4))
        await session.commit()

    response = await async_client.post("/bookings", json={"room_id": 1, "day": "2026-03-02", "guest": "ana"})

    assert (response.status_code, response.json()) == (201, {**BOOKED, "id": 1})
    assert (await async_client.get("/calendar")).json() == {"Oak": ["2026-03-02"]}
