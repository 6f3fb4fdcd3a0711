"""Tests on a real MariaDB: whether the SQL is right, how the server words its errors, who waits for whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomysql  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from src.accounts import AccountRepository
from src.app import Settings, connect_options, open_pool
from src.database import lent
from src.errors import BankError
from src.models import Account, Customer, Entry, NewAccount, NewCustomer, NewTransfer, Page, Payment, Transfer
from src.transfers import TransferRepository

pytestmark = pytest.mark.integration

ANA = NewCustomer(email="ana@example.com", name="Ana Conceição")


def ordered(source: int, *payments: tuple[int, int], reference: str = "TR-1") -> NewTransfer:
    """A transfer of these payments."""
    return NewTransfer(
        reference=reference,
        source=source,
        payments=[Payment(account=account, cents=cents) for account, cents in payments],
    )


async def opened(connection: aiomysql.Connection, *credits: int) -> list[int]:
    """Open an account of Ana's for each of the credits. Returns their ids."""
    accounts: AccountRepository = AccountRepository(connection)
    owner: Customer = await accounts.add_customer(ANA)
    return [
        (await accounts.open(NewAccount(owner=owner.id, name=f"No. {number}", credit=credit))).id
        for number, credit in enumerate(credits)
    ]


async def rows(connection: aiomysql.Connection, query: str) -> list[tuple[Any, ...]]:
    """What the database really has, as of now."""
    async with connection.cursor() as cursor:
        await cursor.execute(query)
        return list(await cursor.fetchall())


async def balances(connection: aiomysql.Connection) -> list[int]:
    """How much there is on each account, in the order of their ids."""
    return [balance for (balance,) in await rows(connection, "SELECT balance FROM accounts ORDER BY id")]


@pytest.mark.asyncio
async def test_get_finds_what_was_opened(database_connection: aiomysql.Connection) -> None:
    """With what the database fills in; and nothing else."""
    accounts: AccountRepository = AccountRepository(database_connection)
    owner: Customer = await accounts.add_customer(ANA)
    opened_now: Account = await accounts.open(NewAccount(owner=owner.id, name="Savings", credit=50))
    other: Account = await accounts.open(NewAccount(owner=owner.id, name="Holidays"))

    assert await accounts.get(opened_now.id) == opened_now
    assert await accounts.get(other.id) == Account(
        id=other.id, owner=owner.id, name="Holidays", credit=0, balance=0
    )
    with pytest.raises(BankError) as raised:
        await accounts.get(other.id + 1)
    assert raised.value.status_code == 404
    assert await rows(database_connection, "SELECT id, email, name FROM customers") == [
        (owner.id, ANA.email, ANA.name)
    ]


@pytest.mark.asyncio
async def test_add_customer_twice_is_409(database_connection: aiomysql.Connection) -> None:
    """The server's name for the key is the one that the mapping looks for; the case of an address is none."""
    accounts: AccountRepository = AccountRepository(database_connection)
    await accounts.add_customer(ANA)

    with pytest.raises(BankError) as raised:
        await accounts.add_customer(NewCustomer(email="ANA@example.com", name="Ana"))

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not add the customer: there is a customer of that address",
    )


@pytest.mark.asyncio
async def test_open_twice_is_409_and_for_nobody_404(database_connection: aiomysql.Connection) -> None:
    """What the client has written cannot be taken for the name of another key."""
    accounts: AccountRepository = AccountRepository(database_connection)
    owner: Customer = await accounts.add_customer(ANA)
    name: str = "x' for key 'customers_email'"
    await accounts.open(NewAccount(owner=owner.id, name=name))

    answers: list[tuple[int, str]] = []
    for customer in (owner.id, owner.id + 1):
        with pytest.raises(BankError) as raised:
            await accounts.open(NewAccount(owner=customer, name=name))
        answers.append((raised.value.status_code, raised.value.detail))

    assert answers == [
        (409, "Could not open the account: the customer has an account of that name"),
        (404, "Could not open the account: there is no such customer"),
    ]
    assert await rows(database_connection, "SELECT count(*) FROM accounts") == [(1,)]


@pytest.mark.asyncio
async def test_make_pays_and_enters(database_connection: aiomysql.Connection) -> None:
    """The balances and the ledger say the same; no money is made."""
    first, second, third = await opened(database_connection, 0, 1000, 0)
    transfers: TransferRepository = TransferRepository(database_connection)

    made: Transfer = await transfers.make(ordered(second, (third, 300), (first, 700)))

    assert made.balance == -1000
    assert await balances(database_connection) == [700, -1000, 300]
    assert await rows(
        database_connection, "SELECT account_id, transfer_id, cents, balance FROM entries ORDER BY account_id"
    ) == [
        (first, made.id, 700, 700),
        (second, made.id, -1000, -1000),
        (third, made.id, 300, 300),
    ]
    assert await rows(database_connection, "SELECT id, reference, source_id FROM transfers") == [
        (made.id, "TR-1", second)
    ]


@pytest.mark.asyncio
async def test_statement_has_the_newest_first_page_by_page(database_connection: aiomysql.Connection) -> None:
    """Of that account only; each entry has what was there after it, and when it was in UTC."""
    bank, shop = await opened(database_connection, 1000, 0)
    accounts: AccountRepository = AccountRepository(database_connection)
    transfers: TransferRepository = TransferRepository(database_connection)
    made: list[Transfer] = [
        await transfers.make(ordered(bank, (shop, cents), reference=f"TR-{cents}")) for cents in (1, 2, 4)
    ]

    newest: list[Entry] = (await accounts.statement(shop, Page(limit=2))).entries
    oldest: list[Entry] = (await accounts.statement(shop, Page(before=made[1].id))).entries

    assert [(entry.transfer, entry.reference, entry.cents, entry.balance) for entry in newest] == [
        (made[2].id, "TR-4", 4, 7),
        (made[1].id, "TR-2", 2, 3),
    ]
    assert [(entry.transfer, entry.balance) for entry in oldest] == [(made[0].id, 1)]
    assert abs(datetime.now(UTC) - newest[0].made_at) < timedelta(minutes=5)
    assert (await accounts.statement(bank, Page(limit=1))).account.balance == -7


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("payments", "reference", "status_code", "why"),
    [
        ([(1, 1)], "TR-1", 409, "there is a transfer of that reference"),
        ([(1, 1), (1, 2)], "TR-2", 422, "an account is listed twice"),
        ([(1, 1), (0, 2)], "TR-2", 422, "an account is listed twice"),
        ([(1, 1), (7, 1)], "TR-2", 404, "there is no such account"),
        ([(1, 500), (2, 401)], "TR-2", 409, "there is not enough money"),
    ],
    ids=["reference", "twice", "to itself", "unknown", "money"],
)
async def test_make_stores_nothing_of_what_is_refused(
    payments: list[tuple[int, int]],
    reference: str,
    status_code: int,
    why: str,
    database_connection: aiomysql.Connection,
) -> None:
    """No transfer, no entry, no cent; by the names that the keys really have. An error alone would undo nothing."""
    ids: list[int] = await opened(database_connection, 1000, 0, 0)
    transfers: TransferRepository = TransferRepository(database_connection)
    await transfers.make(ordered(ids[0], (ids[1], 100)))
    order: NewTransfer = ordered(
        ids[0], *((ids[0] + place, cents) for place, cents in payments), reference=reference
    )

    with pytest.raises(BankError) as raised:
        await transfers.make(order)

    assert (raised.value.status_code, raised.value.detail) == (
        status_code,
        f"Could not make the transfer: {why}",
    )
    assert await balances(database_connection) == [-100, 100, 0]
    assert await rows(
        database_connection, "SELECT (SELECT count(*) FROM transfers), (SELECT count(*) FROM entries)"
    ) == [(1, 2)]


@pytest.mark.asyncio
async def test_reference_is_taken_letter_for_letter(database_connection: aiomysql.Connection) -> None:
    """Another case is another transfer."""
    bank, shop = await opened(database_connection, 1000, 0)
    transfers: TransferRepository = TransferRepository(database_connection)

    await transfers.make(ordered(bank, (shop, 1), reference="TR-é"))
    await transfers.make(ordered(bank, (shop, 1), reference="tr-e"))

    assert await balances(database_connection) == [-2, 2]


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
