"""Tests for the methods of UserDAO that send several statements in a transaction."""

import asyncio
from typing import Any

import pytest
from faker import Faker
from psqlpy.exceptions import ConnectionExecuteError

from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import Status, UserDTO
from tests.fakes import FakeConnection, Insert, Raw, Select, Update, answers

COLUMNS = ["id", "name", "email", "cpf", "status", "created_at"]


@pytest.mark.asyncio
async def test_sync_writes_every_item_and_deactivates_the_rest(faker: Faker) -> None:
    """Pattern 5: one execute_many with a row per item, then the rest, then the commit."""
    items: list[UserDTO.Create] = [
        UserDTO.Create(name=faker.name(), email=faker.unique.safe_email(), cpf=faker.cpf()) for _ in range(4)
    ]
    conn: FakeConnection = FakeConnection()
    conn.when("UPDATE", "users").then([{"id": 8}, {"id": 9}])

    result: UserDTO.Synced = await UserDAO.sync.__wrapped__(conn, items)

    upsert, deactivation = conn.committed
    assert upsert.method == "execute_many"
    assert upsert.meaning == Insert(
        "users",
        rows=[
            {"name": item.name, "email": item.email, "cpf": item.cpf, "status": "approved"} for item in items
        ],
        conflict=["email"],
        do={
            "name": Raw("excluded.name"),
            "cpf": Raw("coalesce(excluded.cpf, users.cpf)"),
            "status": Raw("excluded.status"),
            "updated_at": Raw("now()"),
        },
    )
    assert deactivation.meaning == Update(
        "users",
        {"status": "inactive", "updated_at": Raw("now()")},
        where={"status <>": "inactive", "email <> ALL": [item.email for item in items]},
        returning=["id"],
    )
    assert result == UserDTO.Synced(received=4, deactivated=2)


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", ["INSERT", "UPDATE"])
async def test_sync_rolls_back_when_a_statement_fails(failing: str, faker: Faker) -> None:
    """Nothing is committed, whichever statement fails."""
    conn: FakeConnection = FakeConnection()
    conn.when(failing, "users").then(ConnectionExecuteError("db error: ERROR: duplicate key value"))

    with pytest.raises(DAOException) as raised:
        await UserDAO.sync.__wrapped__(conn, [UserDTO.Create(name=faker.name(), email=faker.email())])

    assert raised.value.status_code == 409
    assert raised.value.detail == "Could not synchronise the users: it exists already"
    assert conn.events[-1] == "rollback"
    assert conn.committed == []


@pytest.mark.asyncio
async def test_sync_rolls_back_when_it_is_cancelled(faker: Faker) -> None:
    """A client that goes away leaves nothing half done, and the cancellation goes on."""
    conn: FakeConnection = FakeConnection()
    conn.when("UPDATE", "users").then(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await UserDAO.sync.__wrapped__(conn, [UserDTO.Create(name=faker.name(), email=faker.email())])

    assert conn.events[-1] == "rollback"
    assert conn.committed == []


@pytest.mark.asyncio
async def test_sync_without_items_is_422() -> None:
    """An empty list would deactivate everybody: it is refused before any statement."""
    conn: FakeConnection = FakeConnection()

    with pytest.raises(DAOException) as raised:
        await UserDAO.sync.__wrapped__(conn, [])

    assert raised.value.status_code == 422
    assert raised.value.detail == "Could not synchronise the users: the list is empty"
    assert conn.events == []


@pytest.mark.asyncio
async def test_set_status_reads_then_writes(user_row: dict[str, Any]) -> None:
    """Pattern 7: two statements, two answers, in one transaction."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = answers([{"status": "pending"}], [{**user_row, "status": "approved"}])

    result: UserDTO.Read = await UserDAO.set_status.__wrapped__(conn, 7, "approved")

    assert [call.meaning for call in conn.committed] == [
        Select("users", ["status"], where={"id": 7}, lock="FOR UPDATE"),
        Update(
            "users", {"status": "approved", "updated_at": Raw("now()")}, where={"id": 7}, returning=COLUMNS
        ),
    ]
    assert result == UserDTO.Read(**{**user_row, "status": "approved"})


@pytest.mark.asyncio
@pytest.mark.parametrize("after", ["pending", "approved", "rejected", "inactive"])
@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        ("pending", {"approved", "rejected"}),
        ("approved", {"inactive"}),
        ("rejected", {"pending"}),
        ("inactive", {"approved"}),
    ],
)
async def test_set_status_keeps_to_the_order(
    before: Status, after: Status, allowed: set[Status], user_row: dict[str, Any]
) -> None:
    """A status that may not follow is a conflict, and nothing is written."""
    conn: FakeConnection = FakeConnection()
    conn.when("SELECT", "users").then([{"status": before}])
    if after in allowed:
        conn.when("UPDATE", "users").then([{**user_row, "status": after}])
        assert (await UserDAO.set_status.__wrapped__(conn, 7, after)).status == after
        return

    with pytest.raises(DAOException) as raised:
        await UserDAO.set_status.__wrapped__(conn, 7, after)

    assert raised.value.status_code == 409
    assert raised.value.detail == f"Could not change the status: {after} cannot follow {before}"
    assert len(conn.execute_calls) == 1
    assert conn.events[-1] == "rollback"


@pytest.mark.asyncio
async def test_set_status_without_such_user_is_404() -> None:
    """Nobody to change."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = []

    with pytest.raises(DAOException) as raised:
        await UserDAO.set_status.__wrapped__(conn, 7, "approved")

    assert (raised.value.status_code, raised.value.detail) == (404, "Could not change the status: not found")
    assert conn.events[-1] == "rollback"


@pytest.mark.asyncio
async def test_set_status_error_maps_to_500_and_rolls_back() -> None:
    """A failure after the first statement undoes it."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = answers([{"status": "pending"}], ConnectionExecuteError("db fail"))

    with pytest.raises(DAOException) as raised:
        await UserDAO.set_status.__wrapped__(conn, 7, "approved")

    assert (raised.value.status_code, raised.value.detail) == (500, "Could not change the status")
    assert conn.events[-1] == "rollback"
    assert conn.committed == []


@pytest.mark.asyncio
async def test_assign_verifies_the_scope_then_inserts() -> None:
    """The actor's roles are looked at first; both statements are in one transaction."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 1

    await UserDAO.assign.__wrapped__(conn, 10, UserDTO.Assign(user_id=1, role_id=2))

    assert [call.meaning for call in conn.committed] == [
        Select(
            "user_roles",
            ["count(*)"],
            joins=["JOIN roles ON roles.id = user_roles.role_id"],
            where={"user_roles.user_id": 10, "roles.scope": "admin"},
        ),
        Insert("user_roles", {"user_id": 1, "role_id": 2, "assigned_by": 10}),
    ]


@pytest.mark.asyncio
async def test_assign_without_the_scope_is_403() -> None:
    """Who is no admin assigns nothing."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 0

    with pytest.raises(DAOException) as raised:
        await UserDAO.assign.__wrapped__(conn, 10, UserDTO.Assign(user_id=1, role_id=2))

    assert (raised.value.status_code, raised.value.detail) == (403, "This needs a role of scope admin")
    assert conn.execute_calls == []
    assert conn.events[-1] == "rollback"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "status_code", "detail"),
    [
        ("duplicate key value", 409, "Could not assign the role: it exists already"),
        (
            "violates foreign key constraint",
            404,
            "Could not assign the role: what it refers to does not exist",
        ),
        ("disk full", 500, "Could not assign the role"),
    ],
)
async def test_assign_error_maps_to_its_status(text: str, status_code: int, detail: str) -> None:
    """He has it already; no such user or role; something else. Nothing is committed."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 1
    conn.execute_return = ConnectionExecuteError(f"db error: ERROR: {text}")

    with pytest.raises(DAOException) as raised:
        await UserDAO.assign.__wrapped__(conn, 10, UserDTO.Assign(user_id=1, role_id=2))

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)
    assert conn.events[-1] == "rollback"
    assert conn.committed == []
