"""What tests put into the books of a real database, and what they find there."""

from __future__ import annotations

from typing import Any

import aiomysql  # type: ignore[import-untyped]

from src.accounts import AccountRepository
from src.models import Customer, NewAccount, NewCustomer, NewTransfer, Payment

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
