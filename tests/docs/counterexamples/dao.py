"""DAO tests that look fine and notice nothing."""

from typing import Any

import pytest
from faker import Faker
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import UserDTO

from tests.fakes import FakeConnection, answers


@pytest.mark.asyncio
async def test_create_mentions_the_table(faker: Faker, user_row: dict[str, Any]) -> None:
    """Also true of a statement on another table whose name begins the same way."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())
    conn: FakeConnection = FakeConnection()
    conn.execute_return = [user_row]

    await UserDAO.create.__wrapped__(conn, dto)

    stmt, params = conn.execute_calls[0]
    assert "INSERT INTO users" in stmt
    assert len(params) == 3


@pytest.mark.asyncio
async def test_count_returns_what_was_planned() -> None:
    """The planned value comes back whatever the statement asks for."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 5

    assert await UserDAO.count_by_status.__wrapped__(conn, "pending") == 5
    assert len(conn.fetch_val_calls) == 1


@pytest.mark.asyncio
async def test_sync_calls_execute_many(faker: Faker) -> None:
    """The call happened; what was in it, nobody asks."""
    items: list[UserDTO.Create] = [
        UserDTO.Create(name=faker.name(), email=faker.unique.safe_email()) for _ in range(3)
    ]
    conn: FakeConnection = FakeConnection()

    await UserDAO.sync.__wrapped__(conn, items)

    stmt, rows = conn.execute_calls[0]
    assert "INSERT INTO users" in stmt
    assert len(rows[0]) == len(items)  # three columns, three items: equal by accident


@pytest.mark.asyncio
async def test_set_status_asks_more_than_was_scripted() -> None:
    """The code reads and then writes; only the read has an answer."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = answers([{"status": "pending"}])

    await UserDAO.set_status.__wrapped__(conn, 7, "approved")


@pytest.mark.asyncio
async def test_count_is_asked_once() -> None:
    """The second answer was for a call that the code does not make."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = answers(5, 6)

    assert await UserDAO.count_by_status.__wrapped__(conn, "pending") == 5


@pytest.mark.asyncio
async def test_delete_is_not_awaited(fake_connection: FakeConnection) -> None:
    """The statement never runs, and no assertion is there to miss it."""
    UserDAO.delete.__wrapped__(fake_connection, 7)
