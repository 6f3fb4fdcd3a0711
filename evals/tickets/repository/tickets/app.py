"""The application: `uvicorn --factory tickets.app:create_app`."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import Assignment, Closing, NewTicket, Status, Ticket
from tickets.service import TicketService

log = logging.getLogger("tickets")


class LogPager:
    """Pages by a line in the log."""

    async def page(self, subject: str, ticket_id: int) -> None:
        """Write the line."""
        log.critical("%s (ticket %d)", subject, ticket_id)


async def get_connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    """Lend a connection of the pool for the time of the request."""
    async with request.app.state.pool.acquire() as connection:
        yield connection


def get_service(connection: Annotated[asyncpg.Connection, Depends(get_connection)]) -> TicketService:
    """Return the service on the request's connection."""
    return TicketService(TicketDAO(connection), LogPager())


Service = Annotated[TicketService, Depends(get_service)]


async def answer_ticket_error(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the detail of an error."""
    assert isinstance(error, TicketError)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code)


def create_app() -> FastAPI:
    """Build the application; its lifespan owns the pool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["DATABASE_URL"]) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(title="Tickets", lifespan=lifespan)
    app.add_exception_handler(TicketError, answer_ticket_error)

    @app.post("/tickets", status_code=201)
    async def open_ticket(new: NewTicket, service: Service) -> Ticket:
        return await service.open(new)

    @app.get("/tickets")
    async def search_tickets(
        service: Service,
        status: Status = "open",
        minimum: Annotated[int, Query(ge=1, le=5)] = 1,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> list[Ticket]:
        return await service.dao.search(status, minimum, limit, offset)

    @app.get("/tickets/{ticket_id}")
    async def get_ticket(ticket_id: int, service: Service) -> Ticket:
        return await service.get(ticket_id)

    @app.post("/tickets/{ticket_id}/assignment")
    async def assign_ticket(ticket_id: int, assignment: Assignment, service: Service) -> Ticket:
        return await service.assign(ticket_id, assignment.agent)

    @app.post("/tickets/closing")
    async def close_tickets(closing: Closing, service: Service) -> dict[str, int]:
        return {"closed": await service.close(closing.ids, closing.actor)}

    return app
