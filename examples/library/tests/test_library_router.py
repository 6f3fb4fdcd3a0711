"""Tests for the routes: what reaches the service, what the client gets, and one whole way to the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from faker import Faker
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from src.api.routes import get_service, get_sessions
from src.domain.dto import HoldDTO, LoanDTO, MemberDTO, TitleDTO
from src.domain.exception import Conflict, NotFound
from src.domain.model import Member
from src.domain.service import LibraryService

if TYPE_CHECKING:
    import httpx2 as httpx

Override = Callable[[Any, Any], None]
TITLE: TitleDTO.Read = TitleDTO.Read(id=3, isbn="9783161484100", name="Emma", copies=2, version=1)
LOAN: LoanDTO.Read = LoanDTO.Read(id=5, member_id=7, title_id=3, due_on=date(2026, 3, 30), returned_on=None)


@pytest.fixture
def service(override_dependency: Override) -> AsyncMock:
    """Put a service with the signatures of the real one behind the routes."""
    service: AsyncMock = create_autospec(LibraryService, instance=True)
    override_dependency(get_service, lambda: service)
    return service


@pytest.mark.asyncio
async def test_join_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """201, and the member as stored."""
    service.join.return_value = MemberDTO.Read(id=7, name="Ana", email="ana@example.com")

    response: httpx.Response = await async_client.post(
        "/members", json={"name": "Ana", "email": "Ana@example.com"}
    )

    service.join.assert_awaited_once_with(MemberDTO.Create(name="Ana", email="ana@example.com"))
    assert response.status_code == 201
    assert response.json() == {"id": 7, "name": "Ana", "email": "ana@example.com"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "called", "arguments", "result", "status"),
    [
        (
            "POST",
            "/titles",
            {"isbn": "9783161484100", "name": "Emma", "copies": 2},
            "buy",
            (TitleDTO.Create(isbn="9783161484100", name="Emma", copies=2),),
            TITLE,
            201,
        ),
        (
            "PUT",
            "/titles/3",
            {"version": 1, "name": "Emma", "copies": 2},
            "change",
            (3, TitleDTO.Update(version=1, name="Emma", copies=2)),
            TITLE,
            200,
        ),
        (
            "POST",
            "/loans",
            {"member_id": 7, "title_id": 3},
            "lend",
            (LoanDTO.Create(member_id=7, title_id=3),),
            LOAN,
            201,
        ),
        ("POST", "/loans/5/return", None, "take_back", (5,), LOAN, 200),
        (
            "PUT",
            "/titles/3/holds/7",
            None,
            "queue_up",
            (3, 7),
            HoldDTO.Read(title_id=3, member_id=7, position=1),
            201,
        ),
    ],
    ids=["buy", "change", "lend", "take back", "queue up"],
)
async def test_endpoint_hands_over_and_answers(
    method: str,
    path: str,
    body: dict[str, Any] | None,
    called: str,
    arguments: tuple[object, ...],
    result: TitleDTO.Read | LoanDTO.Read | HoldDTO.Read,
    status: int,
    async_client: httpx.AsyncClient,
    service: AsyncMock,
) -> None:
    """Path and body reach the service, its result the client."""
    getattr(service, called).return_value = result

    response: httpx.Response = await async_client.request(method, path, json=body)

    getattr(service, called).assert_awaited_once_with(*arguments)
    assert response.status_code == status
    assert response.json() == result.model_dump(mode="json")


@pytest.mark.asyncio
async def test_overdue_endpoint(async_client: httpx.AsyncClient, service: AsyncMock) -> None:
    """The path is no loan's number."""
    service.overdue.return_value = [
        LoanDTO.Overdue(loan_id=5, title="Emma", email="ana@example.com", due_on=date(2026, 3, 1)),
        LoanDTO.Overdue(loan_id=4, title="Persuasion", email="rui@example.com", due_on=date(2026, 3, 2)),
    ]

    response: httpx.Response = await async_client.get("/loans/overdue")

    service.overdue.assert_awaited_once_with()
    assert response.status_code == 200
    assert response.json() == [
        {"loan_id": 5, "title": "Emma", "email": "ana@example.com", "due_on": "2026-03-01"},
        {"loan_id": 4, "title": "Persuasion", "email": "rui@example.com", "due_on": "2026-03-02"},
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status"), [(NotFound("there is no loan 5"), 404), (Conflict("it is back"), 409)]
)
async def test_refusal_is_answered_with_its_reason(
    error: Exception, status: int, async_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """What the domain refuses, the client is told."""
    service.take_back.side_effect = error

    response: httpx.Response = await async_client.post("/loans/5/return")

    assert response.status_code == status
    assert response.json() == {"detail": str(error)}


@pytest.mark.asyncio
async def test_bug_is_answered_without_its_reason(
    error_client: httpx.AsyncClient, service: AsyncMock
) -> None:
    """500, and nothing of what is inside."""
    service.take_back.side_effect = LookupError("secret")

    response: httpx.Response = await error_client.post("/loans/5/return")

    assert response.status_code == 500
    assert "secret" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", "/members", {"name": "", "email": "ana@example.com"}, ["body", "name"]),
        ("POST", "/titles", {"isbn": "1", "name": "Emma"}, ["body", "isbn"]),
        ("POST", "/loans", {"member_id": 7}, ["body", "title_id"]),
        ("POST", "/loans/0/return", None, ["path", "loan_id"]),
        ("PUT", "/titles/x/holds/7", None, ["path", "title_id"]),
    ],
)
async def test_nonsense_does_not_reach_the_service(
    method: str,
    path: str,
    body: dict[str, Any] | None,
    place: list[str],
    async_client: httpx.AsyncClient,
    service: AsyncMock,
) -> None:
    """422, and where the mistake is."""
    response: httpx.Response = await async_client.request(method, path, json=body)

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [place]
    assert service.method_calls == []


@pytest.mark.asyncio
async def test_lifespan_gives_sessions_that_keep_what_they_have_read(
    async_client: httpx.AsyncClient, app: FastAPI
) -> None:
    """Without that option a DTO could not be made of a row after the commit."""
    async with app.state.sessions() as session:
        assert isinstance(session, AsyncSession)
        assert session.sync_session.expire_on_commit is False


@pytest.mark.asyncio
@pytest.mark.integration
async def test_join_endpoint_on_the_database(
    async_client: httpx.AsyncClient,
    override_dependency: Override,
    database_session_maker: async_sessionmaker[AsyncSession],
    database_session: AsyncSession,
    faker: Faker,
) -> None:
    """Two requests with a session each: the second is refused, and the first stays."""
    override_dependency(get_sessions, lambda: database_session_maker)
    given: dict[str, str] = {"name": faker.name(), "email": "ana@example.com"}

    first: httpx.Response = await async_client.post("/members", json=given)
    second: httpx.Response = await async_client.post("/members", json={**given, "name": "Other"})

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json() == {"detail": "this address is taken"}
    stored: Member = await database_session.get_one(Member, first.json()["id"])
    assert (stored.name, stored.email) == (given["name"], given["email"])
