"""What the package does, on a real database: whatever fails here is a bug."""

import os
import uuid
from pathlib import Path

import psqlpy
import pytest
from parcels import dao, tracking
from parcels.database import Database
from parcels.models import Announced, Scan
from pydantic import ValidationError

SCHEMA = (Path(__file__).parents[1] / "schema.sql").read_text()


@pytest.fixture
async def database():
    server = os.environ["ASYNC_TESTING_DSN"]
    name = f"oracle_{uuid.uuid4().hex[:12]}"
    admin = await psqlpy.connect(dsn=server)
    await admin.execute(f"CREATE DATABASE {name}")
    head, _, options = server.partition("?")
    dsn = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{options}" if options else "")
    Database.connect(dsn)
    async with Database.pool.acquire() as connection:
        await connection.execute_batch(SCHEMA)
    yield Database.pool
    Database.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


async def rows(pool, query):
    async with pool.acquire() as connection:
        return (await connection.fetch(query)).result()


async def three(database):
    """Parcels of 100, 300 and 200 grams."""
    return [
        await dao.announce(Announced(code=f"AB00000{number}", receiver=f"R{number}", weight_grams=weight))
        for number, weight in enumerate((100, 300, 200), start=1)
    ]


async def test_announce(database):
    parcel = await dao.announce(Announced(code="AB123456", receiver="Ana", weight_grams=250))
    kept = await rows(database, "SELECT * FROM parcels")
    assert kept == [parcel.model_dump()]
    assert (parcel.code, parcel.receiver, parcel.weight_grams, parcel.state) == (
        "AB123456",
        "Ana",
        250,
        "announced",
    )
    with pytest.raises(tracking.TrackingError, match=r"^AB123456 was announced before$") as raised:
        await tracking.announce(Announced(code="AB123456", receiver="Bob", weight_grams=1))
    assert isinstance(raised.value.__cause__, dao.DAOError)
    with pytest.raises(dao.DAOError, match=r"^AB123456 is known already$") as raised:
        await dao.announce(Announced(code="AB123456", receiver="Bob", weight_grams=1))
    assert raised.value.kind == "duplicate"
    assert raised.value.__cause__ is not None


async def test_announce_fails_for_another_reason(database):
    await rows(database, "DROP TABLE scans")
    await rows(database, "DROP TABLE parcels")
    with pytest.raises(dao.DAOError, match=r"^AB123456 could not be kept$") as raised:
        await tracking.announce(Announced(code="AB123456", receiver="Bob", weight_grams=1))
    assert raised.value.kind == "failed"


async def test_find(database):
    parcels = await three(database)
    assert await dao.find("AB000002") == parcels[1]
    assert await dao.find("AB000009") is None


async def test_heaviest(database):
    parcels = await three(database)
    more = await dao.announce(Announced(code="AA000001", receiver="R", weight_grams=300))
    assert await dao.heaviest("announced", 200, 10) == [more, parcels[1], parcels[2]]
    assert await dao.heaviest("announced", 100, 2) == [more, parcels[1]]
    assert await dao.heaviest("lost", 0, 5) == []


async def test_seen_and_where(database):
    parcels = await three(database)
    scans = [
        Scan(code="AB000001", place="Porto"),
        Scan(code="AB000003", place="Porto"),
        Scan(code="AB000002", place="Faro"),
    ]
    assert await tracking.where("AB000001") == "at the sender's"
    assert await tracking.seen(scans) == 3
    assert await rows(database, "SELECT parcel_id, place, state FROM scans ORDER BY id") == [
        {"parcel_id": parcels[0].id, "place": "Porto", "state": "on the way"},
        {"parcel_id": parcels[2].id, "place": "Porto", "state": "on the way"},
        {"parcel_id": parcels[1].id, "place": "Faro", "state": "on the way"},
    ]
    assert await tracking.seen([Scan(code="AB000001", place="Lisboa")], "delivered") == 1
    assert await tracking.seen([Scan(code="AB000001", place="Home")], "delivered") == 0
    assert await tracking.where("AB000001") == "Home"
    assert await tracking.where("AB000003") == "Porto"
    states = await rows(database, "SELECT state FROM parcels ORDER BY id")
    assert [row["state"] for row in states] == ["delivered", "on the way", "on the way"]
    assert (await dao.find("AB000002")).state == "on the way"


async def test_unknown_codes(database):
    await three(database)
    scans = [
        Scan(code="AB000001", place="Porto"),
        Scan(code="XX1", place="Porto"),
        Scan(code="XX2", place="Faro"),
    ]
    with pytest.raises(tracking.TrackingError, match=r"^unknown: XX1, XX2$"):
        await tracking.seen(scans)
    assert await rows(database, "SELECT * FROM scans") == []
    with pytest.raises(tracking.TrackingError, match=r"^unknown: XX1$"):
        await tracking.where("XX1")


async def test_record_is_all_or_nothing(database):
    parcels = await three(database)
    await rows(database, "ALTER TABLE parcels ADD CHECK (state <> 'stolen')")
    with pytest.raises(psqlpy.Error):
        await dao.record(parcels, "Porto", "stolen")
    assert await rows(database, "SELECT * FROM scans") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "A1"},
        {"code": "AB1234567"},
        {"code": "ab123456"},
        {"weight_grams": 0},
        {"weight_grams": 31_501},
    ],
)
def test_refused(wrong):
    with pytest.raises(ValidationError):
        Announced(**{"code": "AB123456", "receiver": "Ana", "weight_grams": 31_500, **wrong})
