"""Tests on a real MariaDB: who waits for whom, and who sees what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiomysql  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from src.accounts import AccountRepository
from src.app import Settings, connect_options, open_pool
from src.database import lent
from src.errors import BankError
from src.models import NewTransfer
from src.transfers import TransferRepository
from tests.ledger import balances, opened, ordered, rows

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def bank(cloned_database: str) -> AsyncIterator[aiomysql.Pool]:
    """The pool of the application, on a database of the test's own."""
    async with open_pool(Settings(cloned_database)) as pool:
        yield pool


@pytest_asyncio.fixture
async def other(cloned_database: str) -> AsyncIterator[aiomysql.Connection]:
    """Somebody else's connection to it, in a transaction."""
    async with aiomysql.connect(**connect_options(Settings(cloned_database))) as connection:
        await connection.begin()
        yield connection


async def made(pool: aiomysql.Pool, transfer: NewTransfer) -> int:
    """Make a transfer on a connection of the pool. Returns the status that the client would get."""
    async with lent(pool, 20) as connection:
        try:
            await TransferRepository(connection).make(transfer)
        except BankError as error:
            return error.status_code
    return 201


async def holds(connection: aiomysql.Connection, account: int) -> None:
    """Return when somebody else holds the lock of an account."""
    query = f"SELECT id FROM accounts WHERE id = {account} FOR UPDATE SKIP LOCKED"
    while await rows(connection, query):  # noqa: ASYNC110 - it is the server that tells
        await asyncio.sleep(0)


@pytest.mark.asyncio
@pytest.mark.committed
async def test_transfers_at_once_spend_nothing_twice(bank: aiomysql.Pool) -> None:
    """Eight clients want the last five cents, a cent each; the ledger adds up at every entry."""
    async with lent(bank, 5) as connection:
        source, target = await opened(connection, 5, 0)

    async with asyncio.timeout(30):
        answers: list[int] = await asyncio.gather(
            *(made(bank, ordered(source, (target, 1), reference=f"TR-{number}")) for number in range(8))
        )

    assert sorted(answers) == [201] * 5 + [409] * 3
    async with lent(bank, 5) as connection:
        assert await balances(connection) == [-5, 5]
        entries: list[tuple[Any, ...]] = await rows(
            connection, f"SELECT balance FROM entries WHERE account_id = {target} ORDER BY transfer_id"
        )
    assert entries == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_transfers_both_ways_at_once_all_succeed(bank: aiomysql.Pool) -> None:
    """In a ring of three, each paid by one and paying another: who locks in one order never has a deadlock."""
    async with lent(bank, 5) as connection:
        ids: list[int] = await opened(connection, 100, 100, 100)
    orders: list[NewTransfer] = [
        ordered(ids[number % 3], (ids[(number + step) % 3], 1), reference=f"TR-{number}-{step}")
        for number in range(6)
        for step in (1, 2)
    ]

    async with asyncio.timeout(30):
        answers: list[int] = await asyncio.gather(*(made(bank, order) for order in orders))

    assert answers == [201] * 12
    async with lent(bank, 5) as connection:
        assert await balances(connection) == [0, 0, 0]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_make_tries_again_what_a_deadlock_has_undone(
    bank: aiomysql.Pool, other: aiomysql.Connection
) -> None:
    """The server's own refusal is the one that is tried again; the second attempt sees what the other one left."""
    async with lent(bank, 5) as watcher:
        ids: list[int] = await opened(watcher, 100, 0, 0, 0)
        # Who has changed more is not the one that the server gives up.
        for account in ids[1:]:
            await rows(other, f"UPDATE accounts SET credit = 9 WHERE id = {account}")
        async with asyncio.timeout(20):
            task: asyncio.Task[int] = asyncio.create_task(made(bank, ordered(ids[0], (ids[1], 60))))
            await holds(watcher, ids[0])
            await rows(other, f"UPDATE accounts SET balance = -30 WHERE id = {ids[0]}")
            await other.commit()
            assert await task == 201
        assert await balances(watcher) == [-90, 60, 0, 0]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_make_that_waits_too_long_is_503(cloned_database: str, other: aiomysql.Connection) -> None:
    """Every attempt, until the other one is done. Nothing of them is left, not even a lock."""
    async with open_pool(Settings(cloned_database, lock_timeout=0)) as pool, lent(pool, 5) as connection:
        source, target = await opened(connection, 100, 0)
        transfers: TransferRepository = TransferRepository(connection)
        await rows(other, f"UPDATE accounts SET credit = 70 WHERE id = {target}")

        with pytest.raises(BankError) as raised:
            await transfers.make(ordered(source, (target, 60)))
        await rows(other, f"UPDATE accounts SET credit = 80 WHERE id = {source}")
        await other.commit()

        assert (raised.value.status_code, raised.value.detail) == (
            503,
            "Could not make the transfer: others were quicker, try again",
        )
        assert (await transfers.make(ordered(source, (target, 60)))).balance == -60
        assert await rows(connection, "SELECT credit, balance FROM accounts ORDER BY id") == [
            (80, -60),
            (70, 60),
        ]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_transfer_that_is_cancelled_gives_its_locks_back(
    bank: aiomysql.Pool, other: aiomysql.Connection
) -> None:
    """It waits for the second account and holds the first one: with its connection the server drops both."""
    async with lent(bank, 5) as watcher:
        first, second = await opened(watcher, 100, 0)
        await rows(other, f"UPDATE accounts SET credit = 70 WHERE id = {second}")
        task: asyncio.Task[int] = asyncio.create_task(made(bank, ordered(first, (second, 60))))
        async with asyncio.timeout(20):
            await holds(watcher, first)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await other.commit()

            assert await made(bank, ordered(second, (first, 70), reference="TR-2")) == 201
        assert await balances(watcher) == [70, -70]


@pytest.mark.asyncio
@pytest.mark.committed
async def test_request_sees_what_others_have_committed(bank: aiomysql.Pool) -> None:
    """A connection that was read on before has no old rows: no transaction was left open on it."""
    async with lent(bank, 5) as first, lent(bank, 5) as second:
        source, target = await opened(first, 100, 0)
        await AccountRepository(second).get(source)
        await rows(second, "SELECT balance FROM accounts")
        await TransferRepository(first).make(ordered(source, (target, 60)))

        assert await balances(second) == [-60, 60]


@pytest.mark.asyncio
async def test_server_that_is_not_there_is_told_at_the_start() -> None:
    """The pool connects when it is entered, and that is when it fails."""
    with pytest.raises(aiomysql.OperationalError, match="2003"):
        async with open_pool(Settings("mysql://nobody@127.0.0.1:1/nothing")):
            pass
