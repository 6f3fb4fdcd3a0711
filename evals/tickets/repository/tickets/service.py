"""What the application does with tickets."""

from collections.abc import Sequence
from typing import Protocol

from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import NewTicket, Ticket

URGENT = 4


class Pager(Protocol):
    """Tells somebody at once."""

    async def page(self, subject: str, ticket_id: int) -> None: ...


class TicketService:
    """Opens, hands out and closes tickets."""

    def __init__(self, dao: TicketDAO, pager: Pager) -> None:
        self.dao = dao
        self.pager = pager

    async def open(self, new: NewTicket) -> Ticket:
        """Open a ticket; somebody is paged where it is urgent."""
        ticket = await self.dao.create(new)
        if ticket.priority >= URGENT:
            await self.pager.page(f"Urgent: {ticket.title}", ticket.id)
        return ticket

    async def get(self, ticket_id: int) -> Ticket:
        """Find a ticket; 404 if there is none."""
        ticket = await self.dao.fetch(ticket_id)
        if ticket is None:
            raise TicketError(404, f"There is no ticket {ticket_id}")
        return ticket

    async def assign(self, ticket_id: int, agent: str) -> Ticket:
        """Hand out a ticket; 404 if there is none, 409 if somebody else has it."""
        assigned = await self.dao.assign(ticket_id, agent)
        if assigned is None:
            ticket = await self.get(ticket_id)
            raise TicketError(409, f"Ticket {ticket.id} is {ticket.status} already")
        return assigned

    async def close(self, ids: Sequence[int], actor: str) -> int:
        """Close tickets, each once however often it is named."""
        return await self.dao.close(sorted(set(ids)), actor)
