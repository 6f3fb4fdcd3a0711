"""Tests for AccountRepository on a fake connection: its statements, its transactions, what it makes of rows."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from src.accounts import AccountRepository
from src.errors import BankError
from src.models import Account, Customer, Entry, NewAccount, NewCustomer, Page, Statement
from tests.fakes import FakeConnection, FakeResult, Insert, Select, errors

FIND = Select("accounts", ["id", "owner_id AS owner", "name", "credit", "balance"], where={"id": 5})


@pytest.fixture
def accounts(fake_connection: FakeConnection) -> AccountRepository:
    """The repository on the fake connection."""
    return AccountRepository(fake_connection)


@pytest.mark.asyncio
async def test_add_customer_returns_the_id_that_was_given(
    accounts: AccountRepository, fake_connection: FakeConnection, new_customer: NewCustomer
) -> None:
    """One row, committed."""
    fake_connection.execute_return = FakeResult(1, lastrowid=3)

    customer: Customer = await accounts.add_customer(new_customer)

    assert [call.meaning for call in fake_connection.committed] == [
        Insert("customers", {"email": new_customer.email, "name": new_customer.name})
    ]
    assert fake_connection.events == ["begin", "execute", "commit"]
    assert customer == Customer(id=3, email=new_customer.email, name=new_customer.name)


@pytest.mark.asyncio
async def test_open_returns_an_empty_account(
    accounts: AccountRepository, fake_connection: FakeConnection, new_account: NewAccount
) -> None:
    """One row, committed; the balance is the database's own."""
    fake_connection.execute_return = FakeResult(1, lastrowid=5)

    account: Account = await accounts.open(new_account)

    assert [call.meaning for call in fake_connection.committed] == [
        Insert(
            "accounts",
            {"owner_id": new_account.owner, "name": new_account.name, "credit": new_account.credit},
        )
    ]
    assert fake_connection.events == ["begin", "execute", "commit"]
    assert account == Account(id=5, balance=0, **new_account.model_dump())


Call = Callable[[AccountRepository], Awaitable[Any]]


def add_customer(accounts: AccountRepository) -> Awaitable[Customer]:
    """Add somebody."""
    return accounts.add_customer(NewCustomer(email="ana@example.com", name="Ana"))


def open_account(accounts: AccountRepository) -> Awaitable[Account]:
    """Open an account for somebody."""
    return accounts.open(NewAccount(owner=3, name="Savings"))


def get(accounts: AccountRepository) -> Awaitable[Account]:
    """Fetch an account."""
    return accounts.get(5)


def statement(accounts: AccountRepository) -> Awaitable[Statement]:
    """Fetch an account and its entries."""
    return accounts.statement(5, Page())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("call", "error", "status_code", "detail"),
    [
        (
            add_customer,
            errors.unique_violation("customers_email", key={"email": "ana@example.com"}),
            409,
            "Could not add the customer: there is a customer of that address",
        ),
        (
            open_account,
            errors.unique_violation("accounts_name", key={"owner_id": 3, "name": "Savings"}),
            409,
            "Could not open the account: the customer has an account of that name",
        ),
        (
            open_account,
            errors.foreign_key_violation(
                "accounts_owner", table="bank.accounts", key={"owner_id": 3}, references="customers (id)"
            ),
            404,
            "Could not open the account: there is no such customer",
        ),
        (
            get,
            errors.lost_connection(),
            503,
            "Could not fetch the account: the database is not available",
        ),
        (
            statement,
            errors.server_error(1146, "Table 'bank.accounts' doesn't exist"),
            500,
            "Could not fetch the entries",
        ),
    ],
    ids=["customer", "name", "owner", "connection", "table"],
)
async def test_what_the_server_refuses_is_told(
    call: Call,
    error: Exception,
    status_code: int,
    detail: str,
    accounts: AccountRepository,
    fake_connection: FakeConnection,
) -> None:
    """With the words of the call that failed; nothing of it lasts."""
    fake_connection.execute_return = error

    with pytest.raises(BankError) as raised:
        await call(accounts)

    assert (raised.value.status_code, raised.value.detail) == (status_code, detail)
    assert raised.value.__cause__ is error
    assert fake_connection.committed == []


@pytest.mark.asyncio
async def test_get_returns_the_account(
    accounts: AccountRepository,
    fake_connection: FakeConnection,
    account: Account,
    account_row: dict[str, Any],
) -> None:
    """Of that id; no transaction is left open."""
    fake_connection.fetch_return = [account_row]

    found: Account = await accounts.get(5)

    assert [call.meaning for call in fake_connection.committed] == [FIND]
    assert fake_connection.events == ["begin", "execute", "commit"]
    assert found == account


@pytest.mark.asyncio
async def test_statement_has_the_account_and_its_entries(
    accounts: AccountRepository,
    fake_connection: FakeConnection,
    account: Account,
    account_row: dict[str, Any],
) -> None:
    """One transaction: both are as of the same moment. Times, which MariaDB keeps without a zone, are UTC."""
    entry: dict[str, Any] = {"transfer": 7, "reference": "TR-1", "cents": -300, "balance": 700}
    fake_connection.when("SELECT", "accounts").then([account_row])
    fake_connection.when("SELECT", "entries").then([{**entry, "made_at": datetime(2026, 1, 2, 3, 4, 5)}])

    found: Statement = await accounts.statement(5, Page(before=8, limit=3))

    assert [call.meaning for call in fake_connection.committed] == [
        FIND,
        Select(
            "entries",
            [
                "entries.transfer_id AS transfer",
                "transfers.reference",
                "transfers.made_at",
                "entries.cents",
                "entries.balance",
            ],
            joins=["JOIN transfers ON transfers.id = entries.transfer_id"],
            where={"entries.account_id": 5, "entries.transfer_id <": 8},
            order_by=["entries.transfer_id DESC"],
            limit=3,
        ),
    ]
    assert fake_connection.events == ["begin", "execute", "execute", "commit"]
    assert found == Statement(
        account=account, entries=[Entry(**entry, made_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))]
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("call", "detail"),
    [
        (get, "Could not fetch the account: there is no such account"),
        (statement, "Could not fetch the entries: there is no such account"),
    ],
    ids=["get", "statement"],
)
async def test_without_such_account_it_is_404(
    call: Call, detail: str, accounts: AccountRepository, fake_connection: FakeConnection
) -> None:
    """And nothing else is asked."""
    fake_connection.fetch_return = []

    with pytest.raises(BankError) as raised:
        await call(accounts)

    assert (raised.value.status_code, raised.value.detail) == (404, detail)
    assert fake_connection.events == ["begin", "execute", "rollback"]
