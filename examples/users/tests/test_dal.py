"""Tests for DAL: where a DAO's connection comes from, and that it goes back."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn

import pytest
from psqlpy.exceptions import BaseConnectionPoolError

from src.domain.dal import DAL
from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import UserDTO
from tests.fakes import FakeConnection, FakePool, Insert


@pytest.mark.asyncio
async def test_assign_with_dal_connection() -> None:
    """Pattern 4: the decorated method, on a pool bound through the public seam."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = 1

    with DAL.bound(FakePool(conn)):
        await UserDAO.assign(10, UserDTO.Assign(user_id=1, role_id=2))

    assert conn.committed[-1].meaning == Insert("user_roles", {"user_id": 1, "role_id": 2, "assigned_by": 10})
    assert conn.events == [
        "acquire",
        "begin",
        "fetch_val",
        "execute",
        "commit",
        "release",
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [BaseConnectionPoolError("db fail"), asyncio.CancelledError()])
async def test_connection_is_released_when_the_method_fails(error: BaseException) -> None:
    """However a method ends, its connection goes back to the pool."""
    conn: FakeConnection = FakeConnection()
    conn.fetch_val_return = error

    with DAL.bound(FakePool(conn)), pytest.raises((DAOException, asyncio.CancelledError)):
        await UserDAO.count_by_status("pending")

    assert conn.events == ["acquire", "fetch_val", "release"]


@pytest.mark.asyncio
async def test_more_calls_than_connections_do_not_block() -> None:
    """Each call holds one connection only: three calls get through a pool of two."""
    pool: FakePool = FakePool(max_size=2)
    pool.fake.fetch_val_return = 1

    with DAL.bound(pool):
        async with asyncio.timeout(5):
            await asyncio.gather(
                *(UserDAO.assign(10, UserDTO.Assign(user_id=user_id, role_id=2)) for user_id in (1, 2, 3))
            )

    assert len(pool.fake.execute_calls) == 3


class BrokenPool:
    """A pool that gives no connection, but raises."""

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException = error

    def acquire(self) -> AbstractAsyncContextManager[NoReturn]:
        raise self.error

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.asyncio
async def test_unreachable_database_is_503() -> None:
    """No connection is a state that passes, unlike a failing statement."""
    error: BaseConnectionPoolError = BaseConnectionPoolError("error connecting to server: Connection refused")

    with DAL.bound(BrokenPool(error)), pytest.raises(DAOException) as raised:
        await UserDAO.count_by_status("pending")

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [asyncio.CancelledError(), TypeError("a bug")])
async def test_acquiring_passes_on_what_is_no_database_error(error: BaseException) -> None:
    """A request that is cancelled while it waits for a connection stays cancelled, and a bug stays a bug."""
    with DAL.bound(BrokenPool(error)), pytest.raises(type(error)) as raised:
        await UserDAO.count_by_status("pending")

    assert raised.value is error


@pytest.mark.asyncio
async def test_without_a_pool_the_error_says_what_to_do() -> None:
    """A forgotten lifespan is a bug in the program, not a failure of the database."""
    with pytest.raises(RuntimeError, match=r"DAL\.bound"):
        await UserDAO.count_by_status("pending")


@pytest.mark.asyncio
async def test_bound_restores_what_was_bound_before() -> None:
    """The inner pool is used inside its block only."""
    outer: FakeConnection = FakeConnection()
    outer.fetch_val_return = 1
    inner: FakeConnection = FakeConnection()
    inner.fetch_val_return = 2

    with DAL.bound(FakePool(outer)):
        with DAL.bound(FakePool(inner)):
            inside: int = await UserDAO.count_by_status("pending")
        after: int = await UserDAO.count_by_status("pending")

    assert (inside, after) == (2, 1)


@pytest.mark.asyncio
async def test_bound_restores_when_its_block_fails(fake_pool: FakePool) -> None:
    """A failing test or application leaves no pool behind."""
    with pytest.raises(ZeroDivisionError), DAL.bound(fake_pool):
        raise ZeroDivisionError

    with pytest.raises(RuntimeError):
        await UserDAO.count_by_status("pending")


def test_connected_keeps_the_name_and_the_docstring() -> None:
    """A traceback and help() speak of the method, not of its decorator."""
    method: Any = UserDAO.create

    assert method.__name__ == "create"
    assert method.__doc__.startswith("Insert a user")
