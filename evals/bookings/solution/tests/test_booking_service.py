"""Tests for BookingService on a real database: results and what is left behind, not how it is asked for."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from bookings.service import BookingError, BookingService
from bookings.tables import Booking, Room
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from tests.statement_counts import Statements

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
Sessions = async_sessionmaker[AsyncSession]
Kept = Callable[[], Awaitable[list[tuple[int, date, str]]]]


@pytest.fixture
async def rooms(database_session_maker: Sessions) -> dict[str, int]:
    """Three rooms, two of them with as many seats; their numbers by name."""
    every = [Room(name="Oak", seats=4), Room(name="Elm", seats=8), Room(name="Ash", seats=4)]
    async with database_session_maker() as session:
        session.add_all(every)
        await session.commit()
        return {room.name: room.id for room in every}


@pytest.fixture
def service(database_session: AsyncSession) -> BookingService:
    """The service in a session of the test."""
    return BookingService(database_session)


@pytest.fixture
def kept(database_session_maker: Sessions) -> Kept:
    """What another session finds: only what was committed."""

    async def look() -> list[tuple[int, date, str]]:
        async with database_session_maker() as session:
            found = await session.execute(
                select(Booking.room_id, Booking.day, Booking.guest).order_by(Booking.room_id, Booking.day)
            )
            return [(room, day, guest) for room, day, guest in found]

    return look


async def booked(sessions: Sessions, *every: tuple[int, date, str]) -> list[int]:
    """Book in a session that is closed afterwards; returns the numbers."""
    numbers = []
    for room, day, guest in every:
        async with sessions() as session:
            numbers.append((await BookingService(session).book(room, day, guest)).id)
    return numbers


async def test_free_leaves_out_what_is_taken_that_day(
    service: BookingService, rooms: dict[str, int], database_session_maker: Sessions
) -> None:
    """On that day only."""
    await booked(database_session_maker, (rooms["Ash"], MONDAY, "ana"))

    assert [room.name for room in await service.free(MONDAY, 1)] == ["Oak", "Elm"]
    assert [room.name for room in await service.free(TUESDAY, 1)] == ["Ash", "Oak", "Elm"]


@pytest.mark.parametrize(
    ("seats", "names"), [(4, ["Ash", "Oak", "Elm"]), (5, ["Elm"]), (8, ["Elm"]), (9, [])], ids=str
)
async def test_free_has_enough_seats_smallest_first(
    service: BookingService, rooms: dict[str, int], seats: int, names: list[str]
) -> None:
    """Rooms of one size by name."""
    assert [room.name for room in await service.free(MONDAY, seats)] == names


async def test_book_keeps_it(database_session_maker: Sessions, rooms: dict[str, int], kept: Kept) -> None:
    """Committed before the session is closed."""
    async with database_session_maker() as session:
        booking = await BookingService(session).book(rooms["Oak"], MONDAY, "ana")

    assert (booking.room_id, booking.day, booking.guest) == (rooms["Oak"], MONDAY, "ana")
    assert await kept() == [(rooms["Oak"], MONDAY, "ana")]


async def test_book_what_is_taken(
    service: BookingService, database_session_maker: Sessions, rooms: dict[str, int], kept: Kept
) -> None:
    """409 with the cause; the session can be used for something else."""
    await booked(database_session_maker, (rooms["Oak"], MONDAY, "ana"))

    with pytest.raises(BookingError) as raised:
        await service.book(rooms["Oak"], MONDAY, "bob")

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        f"Room {rooms['Oak']} is taken on 2026-03-02",
    )
    assert isinstance(raised.value.__cause__, IntegrityError)
    await service.book(rooms["Oak"], TUESDAY, "bob")
    assert await kept() == [(rooms["Oak"], MONDAY, "ana"), (rooms["Oak"], TUESDAY, "bob")]


async def test_book_a_room_that_is_none(service: BookingService, kept: Kept) -> None:
    """404, and nothing is kept."""
    with pytest.raises(BookingError) as raised:
        await service.book(99, MONDAY, "ana")

    assert (raised.value.status_code, raised.value.detail) == (404, "There is no room 99")
    assert await kept() == []


async def test_move_to_a_free_day(
    database_session_maker: Sessions, rooms: dict[str, int], kept: Kept
) -> None:
    """Others on that day in another room don't matter; committed before the session is closed."""
    number, _ = await booked(
        database_session_maker, (rooms["Oak"], MONDAY, "ana"), (rooms["Elm"], FRIDAY, "bob")
    )

    async with database_session_maker() as session:
        moved = await BookingService(session).move(number, FRIDAY)

    assert (moved.id, moved.day) == (number, FRIDAY)
    assert set(await kept()) == {(rooms["Oak"], FRIDAY, "ana"), (rooms["Elm"], FRIDAY, "bob")}


async def test_move_to_its_own_day(
    service: BookingService, database_session_maker: Sessions, rooms: dict[str, int]
) -> None:
    """It is not in its own way."""
    (number,) = await booked(database_session_maker, (rooms["Oak"], MONDAY, "ana"))

    assert (await service.move(number, MONDAY)).day == MONDAY


async def test_move_to_a_taken_day(
    service: BookingService, database_session_maker: Sessions, rooms: dict[str, int], kept: Kept
) -> None:
    """409, and it stays where it is."""
    number, _ = await booked(
        database_session_maker, (rooms["Oak"], MONDAY, "ana"), (rooms["Oak"], FRIDAY, "bob")
    )

    with pytest.raises(BookingError) as raised:
        await service.move(number, FRIDAY)

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        f"Room {rooms['Oak']} is taken on 2026-03-06",
    )
    assert await kept() == [(rooms["Oak"], MONDAY, "ana"), (rooms["Oak"], FRIDAY, "bob")]


async def test_move_what_is_none(service: BookingService) -> None:
    """404."""
    with pytest.raises(BookingError) as raised:
        await service.move(99, FRIDAY)

    assert (raised.value.status_code, raised.value.detail) == (404, "There is no booking 99")


async def test_cancel_what_a_guest_has_later(
    database_session_maker: Sessions, rooms: dict[str, int], kept: Kept
) -> None:
    """Not the day itself, nobody else's; committed before the session is closed."""
    await booked(
        database_session_maker,
        (rooms["Oak"], MONDAY, "ana"),
        (rooms["Oak"], TUESDAY, "ana"),
        (rooms["Elm"], FRIDAY, "ana"),
        (rooms["Ash"], FRIDAY, "bob"),
    )

    async with database_session_maker() as session:
        assert await BookingService(session).cancel("ana", MONDAY) == 2

    assert set(await kept()) == {(rooms["Oak"], MONDAY, "ana"), (rooms["Ash"], FRIDAY, "bob")}


async def test_cancel_nothing(service: BookingService, rooms: dict[str, int]) -> None:
    """Nobody of that name."""
    assert await service.cancel("eve", MONDAY) == 0


async def test_calendar(
    service: BookingService,
    database_session_maker: Sessions,
    rooms: dict[str, int],
    database_statements: Statements,
) -> None:
    """Every room by name, its days in order; as many statements for three rooms as for thirty."""
    await booked(
        database_session_maker,
        (rooms["Elm"], TUESDAY, "ana"),
        (rooms["Elm"], MONDAY, "bob"),
        (rooms["Oak"], FRIDAY, "ana"),
    )

    with database_statements.at_most(2):
        calendar = await service.calendar()

    assert list(calendar.items()) == [("Ash", []), ("Elm", [MONDAY, TUESDAY]), ("Oak", [FRIDAY])]


@pytest.mark.parametrize(("limit", "busiest"), [(5, [("Elm", 2), ("Ash", 1), ("Oak", 1)]), (1, [("Elm", 2)])])
async def test_busiest(
    service: BookingService,
    database_session_maker: Sessions,
    rooms: dict[str, int],
    limit: int,
    busiest: list[tuple[str, int]],
) -> None:
    """Most bookings first, then by name; rooms without any are none of them."""
    await booked(
        database_session_maker,
        (rooms["Oak"], MONDAY, "ana"),
        (rooms["Elm"], MONDAY, "ana"),
        (rooms["Ash"], MONDAY, "ana"),
        (rooms["Elm"], TUESDAY, "ana"),
    )

    assert await service.busiest(limit) == busiest
