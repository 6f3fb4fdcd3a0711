"""Tests for UserDAO: the complete file for creating and fetching one user."""

import asyncio
from typing import Any

import psqlpy
import pytest
from faker import Faker
from psqlpy.exceptions import ConnectionClosedError, ConnectionExecuteError

from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import UserDTO
from tests.fakes import FakeConnection, FakeRecord, Insert, Select

COLUMNS = ["id", "name", "email", "cpf", "status", "created_at"]


@pytest.mark.asyncio
async def test_create_inserts_user(faker: Faker, user_row: dict[str, Any]) -> None:
    """Pattern 1: each value goes into its column, and the stored row comes back."""
    # Arrange
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email(), cpf=faker.cpf())
    conn: FakeConnection = FakeConnection()
    conn.execute_return = [user_row]

    # Act
    created: UserDTO.Read = await UserDAO.create.__wrapped__(conn, dto)

    # Assert
    assert [call.meaning for call in conn.execute_calls] == [
        Insert("users", {"name": dto.name, "email": dto.email, "cpf": dto.cpf}, returning=COLUMNS)
    ]
    assert created == UserDTO.Read(**user_row)


@pytest.mark.asyncio
async def test_create_without_cpf_inserts_null(faker: Faker, user_row: dict[str, Any]) -> None:
    """An unknown CPF is NULL, and no empty text: two users without one must not collide."""
    dto: UserDTO.Create = UserDTO.Create(name=faker.name(), email=faker.email())
    conn: FakeConnection = FakeConnection()
    conn.execute_return = [user_row]

    await UserDAO.create.__wrapped__(conn, dto)

    assert conn.execute_calls[0].meaning == Insert(
        "users", {"name": dto.name, "email": dto.email, "cpf": None}, returning=COLUMNS
    )


@pytest.mark.asyncio
async def test_fetch_by_id_returns_user(user_row: dict[str, Any]) -> None:
    """The one row of that id, as a UserDTO.Read with every column."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_row_return = FakeRecord(user_row)

    result: UserDTO.Read = await UserDAO.fetch_by_id.__wrapped__(conn, user_row["id"])

    assert [call.meaning for call in conn.fetch_calls] == [
        Select("users", COLUMNS, where={"id": user_row["id"]})
    ]
    assert isinstance(result, UserDTO.Read)
    assert result.model_dump() == user_row


@pytest.mark.asyncio
async def test_fetch_by_id_without_such_user_is_404() -> None:
    """No row: psqlpy raises, and so does the fake; the caller hears 404, not 500."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_row_return = None

    with pytest.raises(DAOException) as raised:
        await UserDAO.fetch_by_id.__wrapped__(conn, 1)

    assert (raised.value.status_code, raised.value.detail) == (404, "Could not fetch the user: not found")


@pytest.mark.asyncio
async def test_fetch_by_id_error_maps_to_500() -> None:
    """Pattern 2: what the driver raises becomes a DAOException that keeps the cause."""
    error: psqlpy.Error = psqlpy.Error("db fail")
    conn: FakeConnection = FakeConnection()
    conn.fetch_row_return = error

    with pytest.raises(DAOException) as raised:
        await UserDAO.fetch_by_id.__wrapped__(conn, 1)

    assert raised.value.status_code == 500
    assert raised.value.detail == "Could not fetch the user"
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status_code", "detail"),
    [
        (
            ConnectionExecuteError(
                'db error: ERROR: duplicate key value violates unique constraint "users_email_key"'
            ),
            409,
            "Could not create the user: it exists already",
        ),
        (
            ConnectionExecuteError("db error: ERROR: deadlock detected"),
            503,
            "Could not create the user: try again",
        ),
        (
            ConnectionExecuteError("db error: ERROR: could not serialize access due to concurrent update"),
            503,
            "Could not create the user: try again",
        ),
        (ConnectionClosedError("closed"), 503, "Could not create the user: try again"),
        (ConnectionExecuteError("db error: ERROR: value too long"), 500, "Could not create the user"),
    ],
)
async def test_create_error_maps_to_its_status(
    error: psqlpy.Error, status_code: int, detail: str, faker: Faker
) -> None:
    """Taken is the client's business, a deadlock is worth another try, the rest is ours."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = error

    with pytest.raises(DAOException) as raised:
        await UserDAO.create.__wrapped__(conn, UserDTO.Create(name=faker.name(), email=faker.email()))

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [asyncio.CancelledError(), TypeError("no such type"), TimeoutError()])
async def test_fetch_by_id_passes_on_what_is_no_database_error(error: BaseException) -> None:
    """A cancelled request stays cancelled, and a bug stays a bug: neither becomes a DAOException."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_row_return = error

    with pytest.raises(type(error)) as raised:
        await UserDAO.fetch_by_id.__wrapped__(conn, 1)

    assert raised.value is error
