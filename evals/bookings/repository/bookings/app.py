"""The application: `uvicorn --factory bookings.app:create_app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bookings.service import BookingError, BookingService
from bookings.tables import Base


class RoomOut(BaseModel):
    """A room, for the client."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    seats: int


class BookingIn(BaseModel):
    """What is to be booked."""

    room_id: int
    day: date
    guest: str = Field(min_length=1, max_length=80)


class BookingOut(BaseModel):
    """What was booked."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    room_id: int
    day: date
    guest: str


class Move(BaseModel):
    """Another day."""

    day: date


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open a session for the time of the request."""
    async with request.app.state.sessions() as session:
        yield session


def get_service(session: Annotated[AsyncSession, Depends(get_session)]) -> BookingService:
    """Return the service in the request's session."""
    return BookingService(session)


Service = Annotated[BookingService, Depends(get_service)]


async def answer_booking_error(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the detail of an error."""
    assert isinstance(error, BookingError)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code)


def create_app() -> FastAPI:
    """Build the application; its lifespan owns the engine."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///bookings.db"))
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(title="Bookings", lifespan=lifespan)
    app.add_exception_handler(BookingError, answer_booking_error)

    @app.get("/rooms", response_model=list[RoomOut])
    async def free_rooms(service: Service, day: date, seats: Annotated[int, Query(ge=1)] = 1) -> object:
        return await service.free(day, seats)

    @app.post("/bookings", status_code=201, response_model=BookingOut)
    async def book(booking: BookingIn, service: Service) -> object:
        return await service.book(booking.room_id, booking.day, booking.guest)

    @app.put("/bookings/{booking_id}/day", response_model=BookingOut)
    async def move(booking_id: int, to: Move, service: Service) -> object:
        return await service.move(booking_id, to.day)

    @app.delete("/guests/{guest}/bookings")
    async def cancel(guest: str, after: date, service: Service) -> dict[str, int]:
        return {"cancelled": await service.cancel(guest, after)}

    @app.get("/calendar")
    async def calendar(service: Service) -> dict[str, list[date]]:
        return await service.calendar()

    @app.get("/busiest")
    async def busiest(
        service: Service, limit: Annotated[int, Query(ge=1, le=20)] = 5
    ) -> list[tuple[str, int]]:
        return await service.busiest(limit)

    return app
