"""Tests for TicketService: what it asks of the DAO, who is paged, which errors come out."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock, create_autospec

import pytest
from tickets.app import LogPager
from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import NewTicket, Ticket
from tickets.service import TicketService


def a_ticket(priority: int = 1, status: str = "open", agent: str | None = None) -> Ticket:
    """A ticket as the DAO gives it."""
    return Ticket.model_validate(
        {
            "id": 7,
            "title": "Fire",
            "reporter": "ana",
            "priority": priority,
            "status": status,
            "agent": agent,
            "opened_at": datetime(2026, 1, 2, tzinfo=UTC),
        }
    )


@pytest.fixture
def dao() -> AsyncMock:
    """A DAO with the signatures of the real one."""
    dao: AsyncMock = create_autospec(TicketDAO, instance=True)
    return dao


@pytest.fixture
def pager() -> AsyncMock:
    """Whoever is told at once."""
    pager: AsyncMock = create_autospec(LogPager, instance=True)
    return pager


@pytest.fixture
def service(dao: AsyncMock, pager: AsyncMock) -> TicketService:
    """The service between the two."""
    return TicketService(dao, pager)


@pytest.mark.asyncio
@pytest.mark.parametrize(("priority", "pages"), [(3, 0), (4, 1), (5, 1)])
async def test_open_pages_when_urgent(
    priority: int, pages: int, service: TicketService, dao: AsyncMock, pager: AsyncMock
) -> None:
    """From four on."""
    new = NewTicket(title="Fire", reporter="ana", priority=priority)
    dao.create.return_value = a_ticket(priority)

    opened = await service.open(new)

    dao.create.assert_awaited_once_with(new)
    assert opened == a_ticket(priority)
    assert [call.args for call in pager.page.await_args_list] == [("Urgent: Fire", 7)] * pages


@pytest.mark.asyncio
async def test_get_gives_the_ticket(service: TicketService, dao: AsyncMock) -> None:
    """What the DAO found."""
    dao.fetch.return_value = a_ticket()

    assert await service.get(7) == a_ticket()

    dao.fetch.assert_awaited_once_with(7)


@pytest.mark.asyncio
async def test_get_a_missing_ticket_is_404(service: TicketService, dao: AsyncMock) -> None:
    """With its number."""
    dao.fetch.return_value = None

    with pytest.raises(TicketError) as raised:
        await service.get(7)

    assert (raised.value.status_code, raised.value.detail) == (404, "There is no ticket 7")


@pytest.mark.asyncio
async def test_assign_gives_what_was_assigned(service: TicketService, dao: AsyncMock) -> None:
    """Nothing is asked twice."""
    dao.assign.return_value = a_ticket(status="assigned", agent="bob")

    assert await service.assign(7, "bob") == a_ticket(status="assigned", agent="bob")

    dao.assign.assert_awaited_once_with(7, "bob")
    dao.fetch.assert_not_awaited()


@pytest.mark.asyncio
async def test_assign_what_somebody_has_is_409(service: TicketService, dao: AsyncMock) -> None:
    """It says how it is."""
    dao.assign.return_value = None
    dao.fetch.return_value = a_ticket(status="assigned", agent="eve")

    with pytest.raises(TicketError) as raised:
        await service.assign(7, "bob")

    assert (raised.value.status_code, raised.value.detail) == (409, "Ticket 7 is assigned already")
    dao.fetch.assert_awaited_once_with(7)


@pytest.mark.asyncio
async def test_assign_a_missing_ticket_is_404(service: TicketService, dao: AsyncMock) -> None:
    """Not a conflict."""
    dao.assign.return_value = None
    dao.fetch.return_value = None

    with pytest.raises(TicketError) as raised:
        await service.assign(7, "bob")

    assert raised.value.status_code == 404


@pytest.mark.asyncio
async def test_close_names_each_ticket_once(service: TicketService, dao: AsyncMock) -> None:
    """In order, and gives the number."""
    dao.close.return_value = 2

    assert await service.close([5, 3, 5], "bob") == 2

    dao.close.assert_awaited_once_with([3, 5], "bob")
