"""Everything that is asked of the database."""

from collections.abc import Sequence

import asyncpg

from tickets.errors import TicketError
from tickets.models import NewTicket, Status, Ticket

COLUMNS = "id, title, reporter, priority, status, agent, opened_at"


class TicketDAO:
    """Tickets and what happened to them, on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def create(self, new: NewTicket) -> Ticket:
        """Keep a ticket; the same reporter may not open the same one twice."""
        try:
            row = await self.connection.fetchrow(
                f"INSERT INTO tickets (title, reporter, priority) VALUES ($1, $2, $3) RETURNING {COLUMNS}",
                new.title,
                new.reporter,
                new.priority,
            )
        except asyncpg.UniqueViolationError as error:
            raise TicketError(409, "This ticket has been opened already") from error
        return Ticket(**dict(row))

    async def fetch(self, ticket_id: int) -> Ticket | None:
        """Find a ticket, or None."""
        row = await self.connection.fetchrow(f"SELECT {COLUMNS} FROM tickets WHERE id = $1", ticket_id)
        return Ticket(**dict(row)) if row else None

    async def search(self, status: Status, minimum: int, limit: int, offset: int) -> list[Ticket]:
        """Find tickets of a status and at least a priority, the most urgent first."""
        rows = await self.connection.fetch(
            f"SELECT {COLUMNS} FROM tickets WHERE status = $1 AND priority >= $2 "
            "ORDER BY priority DESC, id LIMIT $3 OFFSET $4",
            status,
            minimum,
            limit,
            offset,
        )
        return [Ticket(**dict(row)) for row in rows]

    async def assign(self, ticket_id: int, agent: str) -> Ticket | None:
        """Give an open ticket to an agent and note it; None if it is not open any more."""
        async with self.connection.transaction():
            row = await self.connection.fetchrow(
                "UPDATE tickets SET agent = $2, status = 'assigned' WHERE id = $1 AND status = 'open' "
                f"RETURNING {COLUMNS}",
                ticket_id,
                agent,
            )
            if row is None:
                return None
            await self.connection.execute(
                "INSERT INTO events (ticket_id, kind, actor) VALUES ($1, 'assigned', $2)", ticket_id, agent
            )
        return Ticket(**dict(row))

    async def close(self, ids: Sequence[int], actor: str) -> int:
        """Close tickets and note each one; all or none of them. Returns how many were still to be closed."""
        async with self.connection.transaction():
            closed = await self.connection.fetch(
                "UPDATE tickets SET status = 'closed' WHERE id = ANY($1) AND status <> 'closed' RETURNING id",
                ids,
            )
            await self.connection.executemany(
                "INSERT INTO events (ticket_id, kind, actor) VALUES ($1, 'closed', $2)",
                [(row["id"], actor) for row in closed],
            )
        return len(closed)
