"""The tables."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What all tables have in common."""


class Room(Base):
    """A room that can be booked."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    seats: Mapped[int]
    bookings: Mapped[list["Booking"]] = relationship(back_populates="room", order_by="Booking.day")


class Booking(Base):
    """A room for a day."""

    __tablename__ = "bookings"
    __table_args__ = (UniqueConstraint("room_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    day: Mapped[date]
    guest: Mapped[str] = mapped_column(String(80))
    room: Mapped[Room] = relationship(back_populates="bookings")
