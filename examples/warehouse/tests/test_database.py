"""Tests for what every repository stands on: connections lent, transactions tried again, errors told apart."""

import asyncio
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from src.database import lent, retried
from src.errors import WarehouseError, database_errors
from tests.fakes import FakeConnection, FakePool, after, errors


@pytest.mark.asyncio
async def test_lent_gives_the_connection_back(fake_pool: FakePool, fake_connection: FakeConnection) -> None:
    """For the time of the block, whatever becomes of it."""
    with pytest.raises(ZeroDivisionError):
        async with lent(fake_pool, 1) as connection:
            raise ZeroDivisionError(await connection.execute("SELECT 1"))

    assert fake_connection.events == ["acquire", "execute", "release"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error",
    [
        OSError("no route to host"),
        errors.server_error("53300", "sorry, too many clients already"),
        asyncpg.InterfaceError("pool is closing"),
    ],
    ids=["network", "server", "driver"],
)
async def test_lent_without_a_database_is_503(
    error: Exception, fake_pool: FakePool, fake_connection: FakeConnection
) -> None:
    """However it fails to connect."""
    fake_connection.when("ACQUIRE").then(error)

    with pytest.raises(WarehouseError) as raised:
        async with lent(fake_pool, 1):
            pass

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
async def test_lent_lets_a_bug_through(fake_pool: FakePool, fake_connection: FakeConnection) -> None:
    """What says nothing about the database is not taken for a missing one."""
    error: Exception = LookupError("no such setting")
    fake_connection.when("ACQUIRE").then(error)

    with pytest.raises(LookupError) as raised:
        async with lent(fake_pool, 1):
            pass

    assert raised.value is error


@pytest.mark.asyncio
async def test_lent_waits_so_long_and_no_longer(fake_connection: FakeConnection) -> None:
    """With every connection out, the one that waits is answered in the end."""
    pool: FakePool = FakePool(fake_connection, max_size=1)
    async with lent(pool, 1):
        with pytest.raises(WarehouseError) as raised:
            async with lent(pool, 0.01):
                pass

    assert raised.value.status_code == 503
    assert isinstance(raised.value.__cause__, TimeoutError)
    assert fake_connection.events == ["acquire", "release"]


@pytest.mark.asyncio
async def test_lent_leaves_alone_what_goes_wrong_in_the_block(fake_pool: FakePool) -> None:
    """A time limit of the code that uses the connection is no missing database."""
    with pytest.raises(TimeoutError):
        async with lent(fake_pool, 1):
            raise TimeoutError


@pytest.mark.asyncio
async def test_retried_returns_what_the_work_returns(fake_connection: FakeConnection) -> None:
    """Once, where nobody was quicker."""

    async def work() -> int:
        await fake_connection.execute("UPDATE items SET stock = 0")
        return 5

    assert await retried(fake_connection, work) == 5
    assert fake_connection.events == ["begin", "execute", "commit"]


@pytest.mark.asyncio
@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_retried_attempts_so_often(attempts: int, fake_connection: FakeConnection) -> None:
    """And raises what the last attempt did."""
    fake_connection.execute_return = errors.deadlock()

    with pytest.raises(asyncpg.DeadlockDetectedError):
        await retried(
            fake_connection, lambda: fake_connection.execute("DELETE FROM items"), attempts=attempts
        )

    assert fake_connection.events == ["begin", "execute", "rollback"] * attempts


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), errors.check_violation("items_stock_check"), ZeroDivisionError()]
)
async def test_retried_does_not_repeat_what_would_fail_again(
    error: BaseException, fake_connection: FakeConnection
) -> None:
    """Nor what nobody waits for any more."""
    fake_connection.execute_return = error

    with pytest.raises(type(error)) as raised:
        await retried(fake_connection, lambda: fake_connection.execute("DELETE FROM items"))

    assert raised.value is error
    assert fake_connection.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
async def test_slow_statement_can_be_limited(fake_connection: FakeConnection) -> None:
    """Whoever limits the time gets a rollback, and a timeout stays one."""
    fake_connection.execute_return = after(30, "DELETE 1")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await retried(fake_connection, lambda: fake_connection.execute("DELETE FROM items"))

    assert fake_connection.committed == []


@pytest.mark.parametrize(
    ("error", "status_code", "detail"),
    [
        (errors.unique_violation("items_pkey"), 409, "Failed: there is such an item"),
        (errors.unique_violation("other_key"), 500, "Failed"),
        (errors.serialization_failure(), 503, "Failed: others were quicker, try again"),
        (errors.deadlock(), 503, "Failed: others were quicker, try again"),
        (errors.statement_timeout(), 503, "Failed: it took too long, try again"),
        (errors.server_error("22003", "integer out of range"), 422, "Failed: a number is too large"),
        (errors.lost_connection(), 503, "Failed: the database is not available"),
        (asyncpg.InterfaceError("connection is closed"), 503, "Failed: the database is not available"),
        (errors.not_null_violation("name"), 500, "Failed"),
    ],
)
def test_database_errors_says_what_it_means(error: Exception, status_code: int, detail: str) -> None:
    """By constraint, then by SQLSTATE; what is not known is ours, and says no more."""
    with pytest.raises(WarehouseError) as raised, database_errors("Failed"):
        raise error

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)
    assert str(raised.value) == detail
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        WarehouseError(404, "no"),
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
        KeyboardInterrupt(),
    ],
)
def test_database_errors_leaves_the_rest_alone(error: Any) -> None:
    """A bug stays a bug, and what was said already is not said again."""
    with pytest.raises(type(error)) as raised, database_errors("Failed"):
        raise error

    assert raised.value is error
