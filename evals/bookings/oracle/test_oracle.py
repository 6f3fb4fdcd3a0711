"""What the application does, on a real database: whatever fails here is a bug."""

from datetime import date

import httpx2 as httpx
import pytest
from bookings.app import create_app
from bookings.service import BookingError, BookingService
from bookings.tables import Base, Booking, Room
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)


@pytest.fixture
async def sessions(tmp_path, monkeypatch):
    url = f"sqlite+aiosqlite:///{tmp_path / 'oracle.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    maker = async_sessionmaker(engine, expire_on_commit=False)
    async with maker() as session:
        session.add_all([Room(name="Oak", seats=4), Room(name="Elm", seats=8), Room(name="Ash", seats=4)])
        await session.commit()
    yield maker
    await engine.dispose()


@pytest.fixture
async def service(sessions):
    async with sessions() as session:
        yield BookingService(session)


@pytest.fixture
async def client(sessions):
    app = create_app()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def kept(sessions):
    async with sessions() as session:
        found = await session.execute(
            select(Booking.id, Booking.room_id, Booking.day, Booking.guest).order_by(Booking.id)
        )
        return [tuple(row) for row in found]


async def test_free(service):
    assert [room.name for room in await service.free(MONDAY, 1)] == ["Ash", "Oak", "Elm"]
    await service.book(1, MONDAY, "ana")
    assert [room.name for room in await service.free(MONDAY, 4)] == ["Ash", "Elm"]
    assert [room.name for room in await service.free(TUESDAY, 4)] == ["Ash", "Oak", "Elm"]
    assert [room.name for room in await service.free(MONDAY, 5)] == ["Elm"]


async def test_book(service, sessions):
    booking = await service.book(1, MONDAY, "ana")
    assert await kept(sessions) == [(booking.id, 1, MONDAY, "ana")]
    with pytest.raises(BookingError) as raised:
        await service.book(1, MONDAY, "bob")
    assert (raised.value.status_code, raised.value.detail) == (409, "Room 1 is taken on 2026-03-02")
    assert raised.value.__cause__ is not None
    await service.book(1, TUESDAY, "bob")
    await service.book(2, MONDAY, "bob")
    assert len(await kept(sessions)) == 3
    with pytest.raises(BookingError) as raised:
        await service.book(9, MONDAY, "bob")
    assert (raised.value.status_code, raised.value.detail) == (404, "There is no room 9")


async def test_move(service, sessions):
    first = await service.book(1, MONDAY, "ana")
    await service.book(1, TUESDAY, "bob")
    await service.book(2, FRIDAY, "bob")
    moved = await service.move(first.id, FRIDAY)
    assert moved.day == FRIDAY
    assert (await kept(sessions))[0] == (first.id, 1, FRIDAY, "ana")
    assert (await service.move(first.id, FRIDAY)).day == FRIDAY
    with pytest.raises(BookingError) as raised:
        await service.move(first.id, TUESDAY)
    assert (raised.value.status_code, raised.value.detail) == (409, "Room 1 is taken on 2026-03-03")
    with pytest.raises(BookingError) as raised:
        await service.move(99, TUESDAY)
    assert (raised.value.status_code, raised.value.detail) == (404, "There is no booking 99")


async def test_cancel(service, sessions):
    await service.book(1, MONDAY, "ana")
    await service.book(1, TUESDAY, "ana")
    await service.book(2, FRIDAY, "ana")
    await service.book(3, FRIDAY, "bob")
    assert await service.cancel("ana", MONDAY) == 2
    assert [row[1:] for row in await kept(sessions)] == [(1, MONDAY, "ana"), (3, FRIDAY, "bob")]
    assert await service.cancel("eve", MONDAY) == 0


async def test_calendar_and_busiest(sessions, service):
    async with sessions() as session:
        writer = BookingService(session)
        await writer.book(2, TUESDAY, "ana")
        await writer.book(2, MONDAY, "ana")
        await writer.book(1, MONDAY, "ana")
    assert list((await service.calendar()).items()) == [
        ("Ash", []),
        ("Elm", [MONDAY, TUESDAY]),
        ("Oak", [MONDAY]),
    ]
    assert await service.busiest(5) == [("Elm", 2), ("Oak", 1)]
    assert await service.busiest(1) == [("Elm", 2)]


async def test_over_http(client, sessions):
    booked = await client.post("/bookings", json={"room_id": 1, "day": "2026-03-02", "guest": "ana"})
    assert (booked.status_code, booked.json()) == (
        201,
        {"id": 1, "room_id": 1, "day": "2026-03-02", "guest": "ana"},
    )
    taken = await client.post("/bookings", json={"room_id": 1, "day": "2026-03-02", "guest": "bob"})
    assert (taken.status_code, taken.json()) == (409, {"detail": "Room 1 is taken on 2026-03-02"})
    free = await client.get("/rooms?day=2026-03-02&seats=3")
    assert free.json() == [{"id": 3, "name": "Ash", "seats": 4}, {"id": 2, "name": "Elm", "seats": 8}]
    assert [room["name"] for room in (await client.get("/rooms?day=2026-03-02&seats=5")).json()] == ["Elm"]
    assert [room["name"] for room in (await client.get("/rooms?day=2026-03-02")).json()] == ["Ash", "Elm"]
    moved = await client.put("/bookings/1/day", json={"day": "2026-03-06"})
    assert moved.json() == {"id": 1, "room_id": 1, "day": "2026-03-06", "guest": "ana"}
    assert (await client.get("/calendar")).json() == {"Ash": [], "Elm": [], "Oak": ["2026-03-06"]}
    assert (await client.get("/busiest")).json() == [["Oak", 1]]
    assert (await client.get("/busiest?limit=20")).status_code == 200
    gone = await client.delete("/guests/ana/bookings?after=2026-03-02")
    assert gone.json() == {"cancelled": 1}
    assert await kept(sessions) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bookings", {"room_id": 1, "day": "2026-03-02", "guest": ""}),
        ("POST", "/bookings", {"room_id": 1, "day": "2026-03-02", "guest": "x" * 81}),
        ("POST", "/bookings", {"room_id": 1, "day": "soon", "guest": "x"}),
        ("GET", "/rooms", None),
        ("GET", "/rooms?day=2026-03-02&seats=0", None),
        ("GET", "/busiest?limit=0", None),
        ("GET", "/busiest?limit=21", None),
        ("DELETE", "/guests/ana/bookings", None),
    ],
)
async def test_refused(client, method, path, body):
    assert (await client.request(method, path, json=body)).status_code == 422


async def test_busiest_is_five_unless_told(sessions, client):
    async with sessions() as session:
        await session.execute(text("INSERT INTO rooms (name, seats) VALUES ('R1', 1), ('R2', 1), ('R3', 1)"))
        await session.commit()
        for room in range(1, 7):
            await BookingService(session).book(room, MONDAY, "ana")
    assert [name for name, _ in (await client.get("/busiest")).json()] == ["Ash", "Elm", "Oak", "R1", "R2"]
