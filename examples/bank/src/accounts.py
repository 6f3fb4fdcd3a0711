"""Access to the customers, their accounts and what happened to these."""

from datetime import UTC
from typing import Any

from src.database import Connection, Cursor, transaction
from src.errors import BankError, database_errors
from src.models import Account, Customer, Entry, NewAccount, NewCustomer, Page, Statement


class AccountRepository:
    """The accounts, on one connection; every method raises BankError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_customer(self, customer: NewCustomer) -> Customer:
        """Insert a customer; 409 if there is one of that address."""
        given = await self._inserted(
            "Could not add the customer",
            "INSERT INTO customers (email, name) VALUES (%s, %s)",
            (customer.email, customer.name),
        )
        return Customer(id=given, **customer.model_dump())

    async def open(self, account: NewAccount) -> Account:
        """Insert an account, empty; 404 if there is no such customer, 409 if they have one of that name."""
        given = await self._inserted(
            "Could not open the account",
            "INSERT INTO accounts (owner_id, name, credit) VALUES (%s, %s, %s)",
            (account.owner, account.name, account.credit),
        )
        return Account(id=given, balance=0, **account.model_dump())

    async def get(self, account_id: int) -> Account:
        """Return one account, or 404."""
        failure = "Could not fetch the account"
        with database_errors(failure):
            return await transaction(
                self._connection, lambda cursor: self._account(cursor, account_id, failure)
            )

    async def statement(self, account_id: int, page: Page) -> Statement:
        """Return an account and one page of its entries, the newest first, or 404."""
        failure = "Could not fetch the entries"

        async def read(cursor: Cursor) -> Statement:
            account = await self._account(cursor, account_id, failure)
            await cursor.execute(
                """
                SELECT entries.transfer_id AS transfer, transfers.reference, transfers.made_at,
                    entries.cents, entries.balance
                FROM entries
                JOIN transfers ON transfers.id = entries.transfer_id
                WHERE entries.account_id = %s AND entries.transfer_id < %s
                ORDER BY entries.transfer_id DESC
                LIMIT %s
                """,
                (account_id, page.before, page.limit),
            )
            entries = [_entry(row) for row in await cursor.fetchall()]
            return Statement(account=account, entries=entries)

        with database_errors(failure):
            return await transaction(self._connection, read)

    async def _inserted(self, failure: str, statement: str, values: tuple[Any, ...]) -> int:
        async def insert(cursor: Cursor) -> int:
            await cursor.execute(statement, values)
            assert cursor.lastrowid is not None
            return cursor.lastrowid

        with database_errors(failure):
            return await transaction(self._connection, insert)

    async def _account(self, cursor: Cursor, account_id: int, failure: str) -> Account:
        await cursor.execute(
            "SELECT id, owner_id AS owner, name, credit, balance FROM accounts WHERE id = %s", (account_id,)
        )
        row = await cursor.fetchone()
        if row is None:
            raise BankError(404, f"{failure}: there is no such account")
        return Account(**row)


def _entry(row: dict[str, Any]) -> Entry:
    # A datetime of MariaDB has no time zone; this one is written in UTC.
    return Entry(**{**row, "made_at": row["made_at"].replace(tzinfo=UTC)})
