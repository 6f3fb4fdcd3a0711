"""What can be done with rooms."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bookings.tables import Booking, Room


class BookingError(Exception):
    """Something that the client has to be told."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.detail = detail


class BookingService:
    """Finds and books rooms in one session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def free(self, day: date, seats: int) -> list[Room]:
        """Rooms with at least so many seats that nobody has on a day, the smallest first."""
        taken = select(Booking.room_id).where(Booking.day == day)
        found = await self.session.scalars(
            select(Room).where(Room.seats >= seats, Room.id.not_in(taken)).order_by(Room.seats, Room.name)
        )
        return list(found)

    async def book(self, room_id: int, day: date, guest: str) -> Booking:
        """Book a room; 404 if there is none, 409 if somebody has it on that day."""
        room = await self.session.get(Room, room_id)
        if room is None:
            raise BookingError(404, f"There is no room {room_id}")
        booking = Booking(room_id=room_id, day=day, guest=guest)
        self.session.add(booking)
        try:
            await self.session.commit()
        except IntegrityError as error:
            await self.session.rollback()
            raise BookingError(409, f"Room {room_id} is taken on {day}") from error
        return booking

    async def move(self, booking_id: int, day: date) -> Booking:
        """Move a booking to another day; 404 if there is none, 409 if that day is taken."""
        booking = await self.session.get(Booking, booking_id)
        if booking is None:
            raise BookingError(404, f"There is no booking {booking_id}")
        other = await self.session.scalar(
            select(Booking.id).where(
                Booking.room_id == booking.room_id, Booking.day == day, Booking.id != booking_id
            )
        )
        if other is not None:
            raise BookingError(409, f"Room {booking.room_id} is taken on {day}")
        booking.day = day
        await self.session.commit()
        return booking

    async def cancel(self, guest: str, after: date) -> int:
        """Cancel every booking of a guest after a day; returns how many there were."""
        found = await self.session.scalars(select(Booking).where(Booking.guest == guest, Booking.day > after))
        bookings = list(found)
        for booking in bookings:
            await self.session.delete(booking)
        await self.session.commit()
        return len(bookings)

    async def calendar(self) -> dict[str, list[date]]:
        """The days on which each room is taken."""
        rooms = await self.session.scalars(
            select(Room).options(selectinload(Room.bookings)).order_by(Room.name)
        )
        return {room.name: [booking.day for booking in room.bookings] for room in rooms}

    async def busiest(self, limit: int) -> list[tuple[str, int]]:
        """The rooms that are booked most, with the number of their bookings."""
        count = func.count(Booking.id)
        found = await self.session.execute(
            select(Room.name, count)
            .join(Booking)
            .group_by(Room.id)
            .order_by(count.desc(), Room.name)
            .limit(limit)
        )
        return [(name, number) for name, number in found]
