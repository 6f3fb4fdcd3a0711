"""Tests for the functions of parcels.dao on a fake connection."""

from typing import Any

import pytest
from parcels import dao
from parcels.database import Database
from parcels.models import Announced, Parcel
from psqlpy.exceptions import ConnectionExecuteError

from tests.fakes import FakeConnection, FakePool, Insert, Select, Update

COLUMNS = ["id", "code", "receiver", "weight_grams", "state"]
ROW: dict[str, Any] = {
    "id": 7,
    "code": "AB123456",
    "receiver": "Ana",
    "weight_grams": 250,
    "state": "announced",
}
NEW = Announced(code="AB123456", receiver="Ana", weight_grams=250)


@pytest.fixture(autouse=True)
def conn(
    fake_connection: FakeConnection, fake_pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> FakeConnection:
    """The connection that every function gets from the pool."""
    monkeypatch.setattr(Database, "pool", fake_pool)
    return fake_connection


async def test_announce_keeps_every_value(conn: FakeConnection) -> None:
    """Each value in its column, on a connection that goes back."""
    conn.execute_return = [ROW]

    parcel = await dao.announce(NEW)

    assert [call.meaning for call in conn.execute_calls] == [
        Insert("parcels", {"code": "AB123456", "receiver": "Ana", "weight_grams": 250}, returning=COLUMNS)
    ]
    assert parcel == Parcel(**ROW)
    assert conn.events == ["acquire", "execute", "release"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("duplicate key value", "duplicate", "AB123456 is known already"),
        ("disk full", "failed", "AB123456 could not be kept"),
    ],
)
async def test_announce_says_why_it_failed(conn: FakeConnection, text: str, kind: str, message: str) -> None:
    """By the server's words, and with the cause."""
    error = ConnectionExecuteError(f"db error: ERROR: {text}")
    conn.execute_return = error

    with pytest.raises(dao.DAOError) as raised:
        await dao.announce(NEW)

    assert (raised.value.kind, str(raised.value)) == (kind, message)
    assert raised.value.__cause__ is error
    assert conn.events == ["acquire", "execute", "release"]


@pytest.mark.parametrize("rows", [[ROW], []], ids=["there", "missing"])
async def test_find_by_code(conn: FakeConnection, rows: list[dict[str, Any]]) -> None:
    """The parcel, or None."""
    conn.fetch_return = rows

    found = await dao.find("AB123456")

    assert [call.meaning for call in conn.fetch_calls] == [
        Select("parcels", COLUMNS, where={"code": "AB123456"})
    ]
    assert found == (Parcel(**ROW) if rows else None)


async def test_heaviest_filters_sorts_and_cuts(conn: FakeConnection) -> None:
    """Every argument in its place."""
    other = {**ROW, "id": 8, "weight_grams": 900}
    conn.fetch_return = [other, ROW]

    found = await dao.heaviest("announced", 200, 10)

    assert [call.meaning for call in conn.fetch_calls] == [
        Select(
            "parcels",
            COLUMNS,
            where={"state": "announced", "weight_grams >=": 200},
            order_by=["weight_grams DESC", "code"],
            limit=10,
        )
    ]
    assert found == [Parcel(**other), Parcel(**ROW)]


async def test_last_place_is_that_of_the_newest_scan(conn: FakeConnection) -> None:
    """Of the parcel with that code."""
    conn.fetch_val_return = "Porto"

    assert await dao.last_place("AB123456") == "Porto"

    assert [call.meaning for call in conn.fetch_val_calls] == [
        Select(
            "scans",
            ["scans.place"],
            joins=["JOIN parcels ON parcels.id = scans.parcel_id"],
            where={"parcels.code": "AB123456"},
            order_by=["scans.id DESC"],
            limit=1,
        )
    ]


async def test_last_place_of_what_was_never_seen(conn: FakeConnection) -> None:
    """psqlpy raises where there is no row."""
    conn.fetch_val_return = ConnectionExecuteError("query returned an unexpected number of rows")

    assert await dao.last_place("AB123456") is None


async def test_record_notes_each_and_changes_all_together(conn: FakeConnection) -> None:
    """A scan for each parcel, then their state, in one transaction; only those that changed are counted."""
    parcels = [Parcel(**{**ROW, "id": number}) for number in (3, 5, 8)]
    conn.execute_return = [{"id": 3}, {"id": 8}]

    assert await dao.record(parcels, "Porto", "on the way") == 2

    assert [call.meaning for call in conn.committed] == [
        Insert(
            "scans",
            rows=[{"parcel_id": number, "place": "Porto", "state": "on the way"} for number in (3, 5, 8)],
        ),
        Update(
            "parcels",
            {"state": "on the way"},
            where={"id = ANY": [3, 5, 8], "state <>": "on the way"},
            returning=["id"],
        ),
    ]
    assert conn.events == ["acquire", "begin", "execute_many", "execute", "commit", "release"]


async def test_record_is_undone_when_a_statement_fails(conn: FakeConnection) -> None:
    """No scan without its state."""
    conn.execute_return = ConnectionExecuteError("db error: ERROR: check constraint")

    with pytest.raises(ConnectionExecuteError):
        await dao.record([Parcel(**ROW)], "Porto", "stolen")

    assert conn.committed == []
    assert conn.events[-2:] == ["rollback", "release"]
