"""Tests on a real MariaDB: whether the SQL is right, and how the server words its errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiomysql  # type: ignore[import-untyped]
import pytest

from src.accounts import AccountRepository
from src.errors import BankError
from src.models import Account, Customer, Entry, NewAccount, NewCustomer, NewTransfer, Page, Transfer
from src.transfers import TransferRepository
from tests.ledger import ANA, balances, opened, ordered, rows

pytestmark = pytest.mark.integration


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
