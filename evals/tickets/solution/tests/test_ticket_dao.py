"""Tests for TicketDAO on a fake connection: what each statement means, what comes back, what is kept together."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import NewTicket, Ticket

from tests.fakes import FakeConnection, Insert, Select, Update, errors

COLUMNS = ["id", "title", "reporter", "priority", "status", "agent", "opened_at"]
ROW: dict[str, Any] = {
    "id": 7,
    "title": "Printer",
    "reporter": "ana",
    "priority": 3,
    "status": "open",
    "agent": None,
    "opened_at": datetime(2026, 1, 2, tzinfo=UTC),
}


@pytest.fixture
def dao(fake_connection: FakeConnection) -> TicketDAO:
    """The DAO on the fake connection."""
    return TicketDAO(fake_connection)


@pytest.mark.asyncio
async def test_create_keeps_every_value(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """Each value in its column; the stored row comes back."""
    fake_connection.fetchrow_return = ROW

    ticket = await dao.create(NewTicket(title="Printer", reporter="ana", priority=3))

    assert [call.meaning for call in fake_connection.fetchrow_calls] == [
        Insert("tickets", {"title": "Printer", "reporter": "ana", "priority": 3}, returning=COLUMNS)
    ]
    assert ticket == Ticket(**ROW)


@pytest.mark.asyncio
async def test_create_twice_is_a_conflict(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """409, with the cause; another error is passed on as it is."""
    fake_connection.fetchrow_return = errors.unique_violation("tickets_reporter_title_key")

    with pytest.raises(TicketError) as raised:
        await dao.create(NewTicket(title="Printer", reporter="ana"))

    assert (raised.value.status_code, raised.value.detail) == (409, "This ticket has been opened already")
    assert isinstance(raised.value.__cause__, asyncpg.UniqueViolationError)


@pytest.mark.asyncio
@pytest.mark.parametrize("row", [ROW, None], ids=["there", "missing"])
async def test_fetch_by_id(
    row: dict[str, Any] | None, dao: TicketDAO, fake_connection: FakeConnection
) -> None:
    """The ticket, or None."""
    fake_connection.fetchrow_return = row

    ticket = await dao.fetch(7)

    assert [call.meaning for call in fake_connection.fetchrow_calls] == [
        Select("tickets", COLUMNS, where={"id": 7})
    ]
    assert ticket == (Ticket(**row) if row else None)


@pytest.mark.asyncio
async def test_search_filters_sorts_and_pages(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """Every argument in its place."""
    other = {**ROW, "id": 8, "priority": 5}
    fake_connection.fetch_return = [other, ROW]

    found = await dao.search("open", 2, 10, 30)

    assert [call.meaning for call in fake_connection.fetch_calls] == [
        Select(
            "tickets",
            COLUMNS,
            where={"status": "open", "priority >=": 2},
            order_by=["priority DESC", "id"],
            limit=10,
            offset=30,
        )
    ]
    assert found == [Ticket(**other), Ticket(**ROW)]


@pytest.mark.asyncio
async def test_assign_changes_and_notes_together(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """Only an open ticket, with its event, in one transaction."""
    taken = {**ROW, "status": "assigned", "agent": "bob"}
    fake_connection.fetchrow_return = taken

    ticket = await dao.assign(7, "bob")

    assert [call.meaning for call in fake_connection.committed] == [
        Update(
            "tickets",
            {"agent": "bob", "status": "assigned"},
            where={"id": 7, "status": "open"},
            returning=COLUMNS,
        ),
        Insert("events", {"ticket_id": 7, "kind": "assigned", "actor": "bob"}),
    ]
    assert fake_connection.events == ["begin", "fetchrow", "execute", "commit"]
    assert ticket == Ticket(**taken)


@pytest.mark.asyncio
async def test_assign_what_is_not_open(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """None, and nothing is noted."""
    fake_connection.fetchrow_return = None

    assert await dao.assign(7, "bob") is None

    assert fake_connection.events == ["begin", "fetchrow", "commit"]


@pytest.mark.asyncio
async def test_assign_is_undone_when_it_cannot_be_noted(
    dao: TicketDAO, fake_connection: FakeConnection
) -> None:
    """The change goes with the event."""
    fake_connection.fetchrow_return = ROW
    fake_connection.when("INSERT", "events").then(errors.lost_connection())

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await dao.assign(7, "bob")

    assert list(fake_connection.committed) == []


@pytest.mark.asyncio
async def test_close_notes_each_that_was_open(dao: TicketDAO, fake_connection: FakeConnection) -> None:
    """One event for each row that was changed, in the same transaction; they are counted."""
    fake_connection.fetch_return = [{"id": 3}, {"id": 5}]

    assert await dao.close([3, 4, 5], "bob") == 2

    assert [call.meaning for call in fake_connection.committed] == [
        Update(
            "tickets",
            {"status": "closed"},
            where={"id = ANY": [3, 4, 5], "status <>": "closed"},
            returning=["id"],
        ),
        Insert(
            "events",
            rows=[{"ticket_id": number, "kind": "closed", "actor": "bob"} for number in (3, 5)],
        ),
    ]
    assert fake_connection.events == ["begin", "fetch", "executemany", "commit"]
