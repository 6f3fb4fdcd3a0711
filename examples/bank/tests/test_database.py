"""Tests for what every repository stands on: connections lent, transactions tried again, errors told apart."""

import asyncio
from typing import Any

import aiomysql  # type: ignore[import-untyped]
import pytest

from src.database import Cursor, lent, transaction
from src.errors import BankError, database_errors
from tests.fakes import FakeConnection, FakePool, after, errors, held

DELETE = "DELETE FROM entries WHERE account_id = %s"


async def delete(cursor: Cursor) -> int:
    """Do something that can be undone."""
    await cursor.execute(DELETE, (5,))
    return 5


@pytest.mark.asyncio
async def test_lent_gives_the_connection_back(fake_pool: FakePool, fake_connection: FakeConnection) -> None:
    """For the time of the block, whatever becomes of it."""
    with pytest.raises(ZeroDivisionError):
        async with lent(fake_pool, 60) as connection:
            raise ZeroDivisionError(await transaction(connection, delete))

    assert fake_connection.events == ["acquire", "begin", "execute", "commit", "release"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error",
    [
        OSError("no route to host"),
        errors.server_error(1040, "Too many connections"),
        errors.server_error(2003, "Can't connect to MySQL server on 'db'"),
        TimeoutError(),
    ],
    ids=["network", "server", "driver", "timeout"],
)
async def test_lent_without_a_database_is_503(
    error: Exception, fake_pool: FakePool, fake_connection: FakeConnection
) -> None:
    """However it fails to connect."""
    fake_connection.when("ACQUIRE").then(error)

    with pytest.raises(BankError) as raised:
        async with lent(fake_pool, 60):
            pass

    assert (raised.value.status_code, raised.value.detail) == (503, "The database is not available")
    assert raised.value.__cause__ is error


@pytest.mark.asyncio
async def test_lent_waits_so_long_and_no_longer(fake_connection: FakeConnection) -> None:
    """With every connection out, the one that waits is answered in the end."""
    pool: FakePool = FakePool(fake_connection, maxsize=1)
    async with lent(pool, 60):
        with pytest.raises(BankError) as raised:
            async with lent(pool, 0.01):
                pass

    assert raised.value.status_code == 503
    assert isinstance(raised.value.__cause__, TimeoutError)
    assert fake_connection.events == ["acquire", "release"]


@pytest.mark.asyncio
async def test_lent_passes_on_what_is_no_missing_database(
    fake_pool: FakePool, fake_connection: FakeConnection
) -> None:
    """A mistake in the program is no 503."""
    error: ValueError = ValueError("no such charset")
    fake_connection.when("ACQUIRE").then(error)

    with pytest.raises(ValueError, match=r"^no such charset$") as raised:
        async with lent(fake_pool, 60):
            pass

    assert raised.value is error


@pytest.mark.asyncio
async def test_lent_leaves_alone_what_goes_wrong_in_the_block(fake_pool: FakePool) -> None:
    """A time limit of the code that uses the connection is no missing database."""
    with pytest.raises(TimeoutError):
        async with lent(fake_pool, 60):
            raise TimeoutError


@pytest.mark.asyncio
async def test_transaction_returns_what_the_work_returns(fake_connection: FakeConnection) -> None:
    """Once, where nobody was quicker; its rows are dicts."""

    async def work(cursor: Cursor) -> Any:
        await cursor.execute("SELECT id FROM accounts WHERE id = %s", (5,))
        return await cursor.fetchall()

    fake_connection.fetch_return = [{"id": 5}]

    assert await transaction(fake_connection, work) == [{"id": 5}]
    assert fake_connection.events == ["begin", "execute", "commit"]


@pytest.mark.asyncio
@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_transaction_attempts_so_often(attempts: int, fake_connection: FakeConnection) -> None:
    """And raises what the last attempt did."""
    error: Exception = errors.deadlock()
    fake_connection.execute_return = error

    with pytest.raises(aiomysql.OperationalError) as raised:
        await transaction(fake_connection, delete, attempts=attempts)

    assert raised.value is error
    assert fake_connection.events == ["begin", "execute", "rollback"] * attempts


@pytest.mark.asyncio
async def test_transaction_tries_again_what_could_not_be_committed(fake_connection: FakeConnection) -> None:
    """A cluster finds out as late as that."""
    fake_connection.when("COMMIT").then(errors.deadlock())

    assert await transaction(fake_connection, delete) == 5

    assert (len(fake_connection.rolled_back), len(fake_connection.committed)) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error",
    [
        errors.unique_violation("accounts_name"),
        errors.server_error(1146, "Table 'bank.entries' doesn't exist"),
        errors.server_error(1317, "Query execution was interrupted"),
        ZeroDivisionError(1213),
    ],
    ids=["duplicate", "table", "killed", "bug"],
)
async def test_transaction_does_not_repeat_what_would_fail_again(
    error: Exception, fake_connection: FakeConnection
) -> None:
    """Once, and it is undone."""
    fake_connection.execute_return = error

    with pytest.raises(type(error)) as raised:
        await transaction(fake_connection, delete)

    assert raised.value is error
    assert fake_connection.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
async def test_transaction_that_lost_its_connection_says_so(fake_connection: FakeConnection) -> None:
    """And not that what is gone could not be rolled back."""
    error: Exception = errors.lost_connection()
    fake_connection.execute_return = error

    with pytest.raises(aiomysql.OperationalError) as raised:
        await transaction(fake_connection, delete)

    assert raised.value is error
    assert fake_connection.events == ["begin", "execute", "close"]


@pytest.mark.asyncio
async def test_transaction_that_is_cancelled_stays_cancelled(fake_connection: FakeConnection) -> None:
    """At a statement: the driver closes the connection, and the server undoes what was done."""
    statement: held = held()
    fake_connection.when("DELETE", "entries").then(statement)
    task: asyncio.Task[int] = asyncio.create_task(transaction(fake_connection, delete))
    await statement.reached()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert fake_connection.committed == []
    assert fake_connection.events == ["begin", "execute", "close"]


@pytest.mark.asyncio
async def test_transaction_that_is_cancelled_between_statements_is_rolled_back(
    fake_connection: FakeConnection,
) -> None:
    """There the connection is as good as before, and goes back to the pool without locks."""
    done: asyncio.Event = asyncio.Event()

    async def work(cursor: Cursor) -> None:
        await delete(cursor)
        done.set()
        await asyncio.Event().wait()

    task: asyncio.Task[None] = asyncio.create_task(transaction(fake_connection, work))
    await done.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert fake_connection.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
async def test_slow_statement_can_be_limited(fake_connection: FakeConnection) -> None:
    """Whoever limits the time gets a timeout, and nothing lasts."""
    fake_connection.execute_return = after(30, 1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await transaction(fake_connection, delete)

    assert fake_connection.committed == []


@pytest.mark.parametrize(
    ("error", "status_code", "detail"),
    [
        (
            errors.unique_violation("customers_email", key={"email": "a@b.c"}),
            409,
            "a customer of that address",
        ),
        (
            errors.server_error(1062, "Duplicate entry 'a' for key 'customers.customers_email'"),
            409,
            "address",
        ),
        (errors.unique_violation("other_key", key={"x": "' for key 'customers_email'"}), 500, "Failed"),
        (errors.unique_violation("accounts_name", key={"x": ", CONSTRAINT `accounts_owner`"}), 409, "name"),
        (errors.foreign_key_violation("accounts_owner"), 404, "there is no such customer"),
        (errors.foreign_key_violation("entries_account"), 500, "Failed"),
        (errors.server_error(1062, "?"), 500, "Failed"),
        (errors.server_error(1452, "?"), 500, "Failed"),
        (errors.deadlock(), 503, "others were quicker, try again"),
        (errors.lock_not_available(), 503, "others were quicker, try again"),
        (errors.lost_connection(), 503, "the database is not available"),
        (errors.server_error(2006, "MySQL server has gone away"), 503, "the database is not available"),
        (errors.server_error(1927, "Connection was killed"), 503, "the database is not available"),
        (errors.server_error(1053, "Server shutdown in progress"), 503, "the database is not available"),
        (aiomysql.InterfaceError("(0, 'Not connected')"), 503, "the database is not available"),
        (aiomysql.InterfaceError("Cancelled during execution"), 503, "the database is not available"),
        (errors.check_violation("accounts_covered"), 500, "Failed"),
        (errors.not_null_violation("name"), 500, "Failed"),
        (aiomysql.ProgrammingError("Cursor closed"), 500, "Failed"),
        (aiomysql.MySQLError(), 500, "Failed"),
    ],
)
def test_database_errors_says_what_it_means(error: Exception, status_code: int, detail: str) -> None:
    """By constraint, whatever a client has written into the values; then by number."""
    with pytest.raises(BankError) as raised, database_errors("Failed"):
        raise error

    assert raised.value.status_code == status_code
    assert raised.value.detail.startswith("Failed")
    assert raised.value.detail.endswith(detail)
    assert str(raised.value) == raised.value.detail
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [ValueError("no"), BankError(404, "no"), KeyboardInterrupt()])
def test_database_errors_leaves_the_rest_alone(error: Any) -> None:
    """A bug stays a bug, and what was said already is not said again."""
    with pytest.raises(type(error)) as raised, database_errors("Failed"):
        raise error

    assert raised.value is error
