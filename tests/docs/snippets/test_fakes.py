"""What references/fakes.md shows beyond the example's own tests."""

from __future__ import annotations

import asyncio

import pytest
from async_testing.templates.fakes import FakeConnection, after, errors, held
from async_testing.templates.fakes.sql.statements import UnreadableStatement, same_text


@pytest.mark.asyncio
async def test_statement_that_cannot_be_read_is_compared_as_text() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"email": "ana@example.com"}]

    await conn.fetch("SELECT email FROM users WHERE id = $1 UNION SELECT email FROM invitations", [7])

    (call,) = conn.fetch_calls
    with pytest.raises(UnreadableStatement, match="because of UNION"):
        _ = call.meaning
    same_text(
        call,
        """
        select email from users where id = $1
        union
        select email from invitations
        """,
        [7],
    )


async def transfer(conn: FakeConnection, amount: int) -> None:
    """Move money, once more where another transaction was quicker."""
    for attempt in range(2):
        try:
            async with conn.transaction() as transaction:
                await transaction.execute("UPDATE accounts SET balance = balance - $1 WHERE id = 1", [amount])
                await transaction.execute("UPDATE accounts SET balance = balance + $1 WHERE id = 2", [amount])
            return
        except Exception as error:
            if attempt or "could not serialize" not in str(error):
                raise


@pytest.mark.asyncio
async def test_transfer_that_cannot_commit_is_tried_again() -> None:
    conn = FakeConnection()
    conn.when("COMMIT").then(errors.serialization_failure())

    await transfer(conn, 10)

    assert conn.events == ["begin", "execute", "execute", "rollback", "begin", "execute", "execute", "commit"]
    assert len(conn.committed) == 2


@pytest.mark.asyncio
async def test_transfer_cancelled_at_its_second_statement_leaves_nothing() -> None:
    conn = FakeConnection()
    second = held()
    conn.when(text="UPDATE accounts SET balance = balance + $1 WHERE id = 2").then(second)
    task = asyncio.create_task(transfer(conn, 10))

    await second.reached()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert conn.committed == []
    assert conn.events[-1] == "rollback"


@pytest.mark.asyncio
async def test_a_slow_answer_is_a_timeout_at_once() -> None:
    conn = FakeConnection()
    conn.execute_return = after(30)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await transfer(conn, 10)

    assert conn.committed == []
