"""Transfers of money, which lock the accounts that they change."""

from collections.abc import Iterable

from src.database import Connection, Cursor, transaction
from src.errors import BankError, database_errors
from src.models import NewTransfer, Transfer

FAILURE = "Could not make the transfer"


class TransferRepository:
    """The transfers, on one connection; every method raises BankError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def make(self, transfer: NewTransfer) -> Transfer:
        """Pay from one account to others, and enter it in the ledger.

        All or nothing: 404 for an unknown account, 409 if there is not enough money or the reference was used, 422
        if an account is listed twice, 503 if others were quicker every time.
        """
        with database_errors(FAILURE):
            return await transaction(self._connection, lambda cursor: self._make(cursor, transfer))

    async def _make(self, cursor: Cursor, transfer: NewTransfer) -> Transfer:
        changes = [(payment.account, payment.cents) for payment in transfer.payments]
        total = sum(cents for _, cents in changes)
        changes.append((transfer.source, -total))
        before = await self._locked(cursor, (account for account, _ in changes))
        balance, credit = before[transfer.source]
        if balance + credit < total:
            raise BankError(409, f"{FAILURE}: there is not enough money")
        await cursor.execute(
            "INSERT INTO transfers (reference, source_id) VALUES (%s, %s)",
            (transfer.reference, transfer.source),
        )
        made = cursor.lastrowid
        assert made is not None
        await cursor.executemany(
            "INSERT INTO entries (account_id, transfer_id, cents, balance) VALUES (%s, %s, %s, %s)",
            [(account, made, cents, before[account][0] + cents) for account, cents in changes],
        )
        await cursor.executemany(
            "UPDATE accounts SET balance = balance + %s WHERE id = %s",
            [(cents, account) for account, cents in changes],
        )
        return Transfer(id=made, balance=balance - total)

    async def _locked(self, cursor: Cursor, accounts: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Lock accounts for the rest of the transaction; return balance and credit by id.

        Everybody locks in the order of the ids: whoever waits for one holds none that comes after it.
        """
        ids = sorted(set(accounts))
        marks = ", ".join(["%s"] * len(ids))
        await cursor.execute(
            f"SELECT id, balance, credit FROM accounts WHERE id IN ({marks}) ORDER BY id FOR UPDATE", ids
        )
        found = {row["id"]: (row["balance"], row["credit"]) for row in await cursor.fetchall()}
        if len(found) < len(ids):
            raise BankError(404, f"{FAILURE}: there is no such account")
        return found
