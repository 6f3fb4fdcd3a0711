"""Tests for parcels.tracking: what it asks of the DAO, what it makes of the answers; and what the models refuse."""

from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from parcels import dao, database, tracking
from parcels.models import Announced, Parcel, Scan
from pydantic import ValidationError

NEW = Announced(code="AB123456", receiver="Ana", weight_grams=250)


def parcel(number: int) -> Parcel:
    """A parcel as the DAO gives it."""
    return Parcel(id=number, code=f"AB00000{number}", receiver="Ana", weight_grams=250, state="announced")


@pytest.fixture
def announce(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """Replace dao.announce."""
    return replaced(monkeypatch, "announce")


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """Replace dao.find: parcels one to three are known."""
    find = replaced(monkeypatch, "find")
    find.side_effect = lambda code: parcel(int(code[-1])) if code[-1] in "123" else None
    return find


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """Replace dao.record: it says how many parcels it was given."""
    record = replaced(monkeypatch, "record")
    record.side_effect = lambda parcels, place, state: len(parcels)
    return record


@pytest.fixture
def last_place(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """Replace dao.last_place."""
    return replaced(monkeypatch, "last_place")


def replaced(monkeypatch: pytest.MonkeyPatch, name: str) -> AsyncMock:
    """Put a mock in the place of a function of the DAO; a function of the DAO takes its connection itself."""
    mock: AsyncMock = AsyncMock()
    monkeypatch.setattr(dao, name, mock)
    return mock


async def test_announce_gives_what_was_kept(announce: AsyncMock) -> None:
    """Nothing is added."""
    announce.return_value = parcel(1)

    assert await tracking.announce(NEW) == parcel(1)

    announce.assert_awaited_once_with(NEW)


async def test_announce_twice(announce: AsyncMock) -> None:
    """The caller is told, with the cause."""
    error = dao.DAOError("duplicate", "AB123456 is known already")
    announce.side_effect = error

    with pytest.raises(tracking.TrackingError, match=r"^AB123456 was announced before$") as raised:
        await tracking.announce(NEW)

    assert raised.value.__cause__ is error


async def test_announce_passes_on_what_is_no_duplicate(announce: AsyncMock) -> None:
    """It is not the caller's fault."""
    error = dao.DAOError("failed", "AB123456 could not be kept")
    announce.side_effect = error

    with pytest.raises(dao.DAOError) as raised:
        await tracking.announce(NEW)

    assert raised.value is error


async def test_seen_records_place_by_place(find: AsyncMock, record: AsyncMock) -> None:
    """Every parcel at its place; the changes are added up."""
    scans = [
        Scan(code="AB000001", place="Porto"),
        Scan(code="AB000002", place="Faro"),
        Scan(code="AB000003", place="Porto"),
    ]

    assert await tracking.seen(scans, "delivered") == 3

    assert [call.args for call in find.await_args_list] == [("AB000001",), ("AB000002",), ("AB000003",)]
    assert [call.args for call in record.await_args_list] == [
        ([parcel(1), parcel(3)], "Porto", "delivered"),
        ([parcel(2)], "Faro", "delivered"),
    ]


async def test_seen_is_on_the_way_unless_told(find: AsyncMock, record: AsyncMock) -> None:
    """The default."""
    await tracking.seen([Scan(code="AB000001", place="Porto")])

    record.assert_awaited_once_with([parcel(1)], "Porto", "on the way")


async def test_seen_with_unknown_codes_records_nothing(find: AsyncMock, record: AsyncMock) -> None:
    """All of them are told."""
    scans = [Scan(code=code, place="Porto") for code in ("AB000001", "AB000008", "AB000009")]

    with pytest.raises(tracking.TrackingError, match=r"^unknown: AB000008, AB000009$"):
        await tracking.seen(scans)

    record.assert_not_awaited()


@pytest.mark.parametrize(("place", "told"), [("Porto", "Porto"), (None, "at the sender's")])
async def test_where_a_parcel_is(
    find: AsyncMock, last_place: AsyncMock, place: str | None, told: str
) -> None:
    """Its last place, or its sender's."""
    last_place.return_value = place

    assert await tracking.where("AB000001") == told

    find.assert_awaited_once_with("AB000001")
    last_place.assert_awaited_once_with("AB000001")


async def test_where_an_unknown_parcel_is(find: AsyncMock) -> None:
    """Not at its sender's."""
    with pytest.raises(tracking.TrackingError, match=r"^unknown: AB000009$"):
        await tracking.where("AB000009")


@pytest.mark.parametrize("grams", [1, 31_500])
def test_a_parcel_at_the_bounds_is_taken(grams: int) -> None:
    """From one gram to 31.5 kilos."""
    assert Announced(code="ZZ000000", receiver="Ana", weight_grams=grams).weight_grams == grams


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "A1234567"}, "code"),
        ({"code": "AB12345"}, "code"),
        ({"code": "AB1234567"}, "code"),
        ({"code": "xAB123456"}, "code"),
        ({"weight_grams": 0}, "weight_grams"),
        ({"weight_grams": 31_501}, "weight_grams"),
    ],
)
def test_what_a_parcel_may_not_be(wrong: dict[str, Any], field: str) -> None:
    """Just beyond each bound."""
    with pytest.raises(ValidationError) as raised:
        Announced(**{**NEW.model_dump(), **wrong})

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]


def test_the_pool_is_made_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the given address, ten connections at most; afterwards there is none."""
    pool_class: AsyncMock = create_autospec(database.psqlpy.ConnectionPool)
    monkeypatch.setattr(database.psqlpy, "ConnectionPool", pool_class)
    monkeypatch.setattr(database.Database, "pool", None)

    database.Database.connect("postgresql://here")
    database.Database.close()

    assert pool_class.call_args.kwargs == {"dsn": "postgresql://here", "max_db_pool_size": 10}
    pool_class.return_value.close.assert_called_once_with()
    assert database.Database.pool is None
