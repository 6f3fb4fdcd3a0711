"""Tests for the methods of UserDAO that send one statement: many users, changes, deletion, numbers."""

from typing import Any

import psqlpy
import pytest

from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import Status, UserDTO
from tests.fakes import Delete, FakeConnection, Raw, Select, Update

COLUMNS = ["id", "name", "email", "cpf", "status", "created_at"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("status", "expected_count"), [("pending", 5), ("approved", 3), ("rejected", 0)])
async def test_count_by_status(status: Status, expected_count: int) -> None:
    """Pattern 8: the count is what the database says, of exactly that status."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = expected_count

    result: int = await UserDAO.count_by_status.__wrapped__(conn, status)

    assert result == expected_count
    assert [call.meaning for call in conn.fetch_val_calls] == [
        Select("users", ["count(*)"], where={"status": status})
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("search", "filters"),
    [
        ({}, {}),
        ({"status": "approved"}, {"status": "approved"}),
        ({"name": "ana"}, {"name ILIKE": "%ana%"}),
        ({"status": "approved", "name": "ana"}, {"status": "approved", "name ILIKE": "%ana%"}),
        ({"name": r"50%_\o"}, {"name ILIKE": r"%50\%\_\\o%"}),
    ],
)
async def test_fetch_all_filters(
    search: dict[str, Any], filters: dict[str, Any], user_row: dict[str, Any]
) -> None:
    """Each filter that is given is a condition, none that is not; one page, in the order of the names."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_return = [user_row]

    result: list[UserDTO.Read] = await UserDAO.fetch_all.__wrapped__(
        conn, [3, 5], UserDTO.Search(limit=10, offset=20, **search)
    )

    assert [call.meaning for call in conn.fetch_calls] == [
        Select(
            "users",
            COLUMNS,
            where={"id = ANY": [3, 5], **filters},
            order_by=["name", "id"],
            limit=10,
            offset=20,
        )
    ]
    assert result == [UserDTO.Read(**user_row)]


@pytest.mark.asyncio
async def test_fetch_all_keeps_the_order_of_the_rows(user_row: dict[str, Any]) -> None:
    """The database has sorted; the list is in its order, with nobody left out."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_return = [{**user_row, "id": 2}, {**user_row, "id": 1}, {**user_row, "id": 3}]

    result: list[UserDTO.Read] = await UserDAO.fetch_all.__wrapped__(conn, [1, 2, 3], UserDTO.Search())

    assert [user.id for user in result] == [2, 1, 3]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Ana Lima"},
        {"email": "ana@example.com", "cpf": None},
        {"name": "Ana Lima", "email": "ana@example.com", "cpf": "52998224725"},
    ],
)
async def test_update_sets_the_given_fields(changes: dict[str, Any], user_row: dict[str, Any]) -> None:
    """What was given is set, what was not is left alone, on that user only."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = [user_row]

    result: UserDTO.Read = await UserDAO.update.__wrapped__(conn, 7, UserDTO.Update(**changes))

    assert [call.meaning for call in conn.execute_calls] == [
        Update("users", {**changes, "updated_at": Raw("now()")}, where={"id": 7}, returning=COLUMNS)
    ]
    assert result == UserDTO.Read(**user_row)


@pytest.mark.asyncio
async def test_update_without_such_user_is_404() -> None:
    """An UPDATE of no rows is no success."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = []

    with pytest.raises(DAOException) as raised:
        await UserDAO.update.__wrapped__(conn, 7, UserDTO.Update(name="Ana"))

    assert (raised.value.status_code, raised.value.detail) == (404, "Could not update the user: not found")


@pytest.mark.asyncio
async def test_delete_deletes_that_user() -> None:
    """One user, by id."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = [{"id": 7}]

    await UserDAO.delete.__wrapped__(conn, 7)

    assert [call.meaning for call in conn.execute_calls] == [
        Delete("users", where={"id": 7}, returning=["id"])
    ]


@pytest.mark.asyncio
async def test_delete_without_such_user_is_404() -> None:
    """A DELETE of no rows is no success."""
    conn: FakeConnection = FakeConnection()
    conn.execute_return = []

    with pytest.raises(DAOException) as raised:
        await UserDAO.delete.__wrapped__(conn, 7)

    assert (raised.value.status_code, raised.value.detail) == (404, "Could not delete the user: not found")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "arguments", "scripted", "detail"),
    [
        ("fetch_all", ([1], UserDTO.Search()), "fetch_return", "Could not fetch the users"),
        ("count_by_status", ("pending",), "fetch_val_return", "Could not count the users"),
        ("update", (7, UserDTO.Update(name="Ana")), "execute_return", "Could not update the user"),
        ("delete", (7,), "execute_return", "Could not delete the user"),
    ],
)
async def test_error_maps_to_500(method: str, arguments: tuple[Any, ...], scripted: str, detail: str) -> None:
    """Every method says what it could not do."""
    error: psqlpy.Error = psqlpy.Error("db fail")
    conn: FakeConnection = FakeConnection()
    setattr(conn, scripted, error)

    with pytest.raises(DAOException) as raised:
        await getattr(UserDAO, method).__wrapped__(conn, *arguments)

    assert (raised.value.status_code, raised.value.detail) == (500, detail)
    assert raised.value.__cause__ is error
