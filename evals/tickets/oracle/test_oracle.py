"""What the application does, on a real database: whatever fails here is a bug."""

import asyncio
import os
import uuid
from pathlib import Path

import asyncpg
import httpx2 as httpx
import pytest
import pytest_asyncio
from tickets import app as application
from tickets.dao import TicketDAO
from tickets.errors import TicketError
from tickets.models import NewTicket

SCHEMA = (Path(__file__).parents[1] / "schema.sql").read_text()


@pytest_asyncio.fixture
async def dsn():
    """A database with the tables, for one test."""
    server = os.environ["ASYNC_TESTING_DSN"]
    name = f"oracle_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    url = server.rsplit("/", 1)[0] + f"/{name}" + ("?" + server.split("?", 1)[1] if "?" in server else "")
    connection = await asyncpg.connect(server, database=name)
    await connection.execute(SCHEMA)
    await connection.close()
    yield url, name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest_asyncio.fixture
async def connection(dsn):
    """A connection to it."""
    connection = await asyncpg.connect(os.environ["ASYNC_TESTING_DSN"], database=dsn[1])
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def dao(connection):
    """The DAO on it."""
    return TicketDAO(connection)


@pytest_asyncio.fixture
async def client(dsn, monkeypatch):
    """Requests to the application on it."""
    real = asyncpg.create_pool
    monkeypatch.setenv("DATABASE_URL", "unused")
    monkeypatch.setattr(
        asyncpg,
        "create_pool",
        lambda url: real(os.environ["ASYNC_TESTING_DSN"], database=dsn[1], max_size=3, min_size=0),
    )
    app = application.create_app()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def new(title="Printer", reporter="ana", priority=1):
    return NewTicket(title=title, reporter=reporter, priority=priority)


@pytest.mark.asyncio
async def test_create_keeps_what_it_is_given(dao, connection):
    ticket = await dao.create(new("Printer", "ana", 3))
    row = dict(await connection.fetchrow("SELECT * FROM tickets"))
    assert ticket.model_dump() == row
    assert (row["title"], row["reporter"], row["priority"], row["status"]) == ("Printer", "ana", 3, "open")
    with pytest.raises(TicketError) as raised:
        await dao.create(new("Printer", "ana", 2))
    assert (raised.value.status_code, raised.value.detail) == (409, "This ticket has been opened already")
    assert isinstance(raised.value.__cause__, asyncpg.UniqueViolationError)


@pytest.mark.asyncio
async def test_fetch_finds_by_id(dao):
    await dao.create(new("A"))
    second = await dao.create(new("B"))
    assert await dao.fetch(second.id) == second
    assert await dao.fetch(99) is None


@pytest.mark.asyncio
async def test_search_filters_sorts_and_pages(dao, connection):
    for number, priority in enumerate([2, 5, 3, 5, 1]):
        await dao.create(new(f"T{number}", priority=priority))
    await connection.execute("UPDATE tickets SET status = 'closed' WHERE id = 3")
    found = [ticket.id for ticket in await dao.search("open", 2, 10, 0)]
    assert found == [2, 4, 1]
    assert [ticket.id for ticket in await dao.search("open", 1, 2, 1)] == [4, 1]
    assert [ticket.id for ticket in await dao.search("closed", 1, 10, 0)] == [3]


@pytest.mark.asyncio
async def test_assign_once(dao, connection):
    await dao.create(new("A"))
    await dao.create(new("B"))
    ticket = await dao.assign(1, "bob")
    assert (ticket.status, ticket.agent, ticket.id) == ("assigned", "bob", 1)
    assert await dao.assign(1, "eve") is None
    assert await dao.assign(99, "eve") is None
    assert [tuple(row) for row in await connection.fetch("SELECT ticket_id, kind, actor FROM events")] == [
        (1, "assigned", "bob")
    ]
    assert await connection.fetchval("SELECT status FROM tickets WHERE id = 2") == "open"
    assert await connection.fetchval("SELECT agent FROM tickets WHERE id = 1") == "bob"


@pytest.mark.asyncio
async def test_assign_is_all_or_nothing(dao, connection):
    await dao.create(new("A"))
    await connection.execute("ALTER TABLE events ADD CHECK (actor <> 'eve')")
    with pytest.raises(asyncpg.CheckViolationError):
        await dao.assign(1, "eve")
    assert await connection.fetchval("SELECT status FROM tickets") == "open"


@pytest.mark.asyncio
async def test_close_is_all_or_nothing_and_counts(dao, connection):
    for number in range(4):
        await dao.create(new(f"T{number}"))
    assert await dao.close([1, 3], "bob") == 2
    assert await dao.close([1, 2], "bob") == 1
    rows = await connection.fetch("SELECT ticket_id, kind, actor FROM events ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, "closed", "bob"), (3, "closed", "bob"), (2, "closed", "bob")]
    await connection.execute("ALTER TABLE events ADD CHECK (actor <> 'eve')")
    with pytest.raises(asyncpg.CheckViolationError):
        await dao.close([4], "eve")
    assert await connection.fetchval("SELECT status FROM tickets WHERE id = 4") == "open"


@pytest.mark.asyncio
async def test_over_http(client, caplog):
    opened = await client.post("/tickets", json={"title": "Fire", "reporter": "ana", "priority": 4})
    assert opened.status_code == 201
    ticket = opened.json()
    assert ticket["id"] == 1
    assert [record.getMessage() for record in caplog.records if record.name == "tickets"] == [
        "Urgent: Fire (ticket 1)"
    ]
    caplog.clear()
    await client.post("/tickets", json={"title": "Tea", "reporter": "ana", "priority": 3})
    assert not [record for record in caplog.records if record.name == "tickets"]
    again = await client.post("/tickets", json={"title": "Fire", "reporter": "ana"})
    assert (again.status_code, again.json()) == (409, {"detail": "This ticket has been opened already"})
    assert (await client.get("/tickets/1")).json() == ticket
    missing = await client.get("/tickets/77")
    assert (missing.status_code, missing.json()) == (404, {"detail": "There is no ticket 77"})
    assert [one["id"] for one in (await client.get("/tickets")).json()] == [1, 2]
    assert [one["id"] for one in (await client.get("/tickets?minimum=4")).json()] == [1]
    assert [one["id"] for one in (await client.get("/tickets?limit=1&offset=1")).json()] == [2]


@pytest.mark.asyncio
async def test_assign_and_close_over_http(client):
    await client.post("/tickets", json={"title": "Fire", "reporter": "ana"})
    assigned = await client.post("/tickets/1/assignment", json={"agent": "bob"})
    assert (assigned.status_code, assigned.json()["agent"]) == (200, "bob")
    again = await client.post("/tickets/1/assignment", json={"agent": "eve"})
    assert (again.status_code, again.json()) == (409, {"detail": "Ticket 1 is assigned already"})
    assert (await client.post("/tickets/9/assignment", json={"agent": "eve"})).status_code == 404
    closed = await client.post("/tickets/closing", json={"ids": [1, 1, 5], "actor": "bob"})
    assert closed.json() == {"closed": 1}
    assert [one["id"] for one in (await client.get("/tickets?status=closed")).json()] == [1]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tickets", {"title": "", "reporter": "ana"}),
        ("/tickets", {"title": "x" * 121, "reporter": "ana"}),
        ("/tickets", {"title": "x", "reporter": ""}),
        ("/tickets", {"title": "x", "reporter": "ana", "priority": 0}),
        ("/tickets", {"title": "x", "reporter": "ana", "priority": 6}),
        ("/tickets/1/assignment", {"agent": ""}),
        ("/tickets/closing", {"ids": [], "actor": "bob"}),
        ("/tickets/closing", {"ids": list(range(51)), "actor": "bob"}),
    ],
)
async def test_refused(client, path, body):
    assert (await client.post(path, json=body)).status_code == 422


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "offset=-1", "minimum=0", "minimum=6", "status=lost"]
)
async def test_refused_queries(client, query):
    assert (await client.get(f"/tickets?{query}")).status_code == 422


@pytest.mark.asyncio
async def test_connections_go_back(client):
    answers = [await asyncio.wait_for(client.get("/tickets/1"), 5) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {404}
