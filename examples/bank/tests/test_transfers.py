"""Tests for TransferRepository on a fake connection: what is locked, in which order, and what is tried again."""

import pytest

from src.errors import BankError
from src.models import NewTransfer, Payment, Transfer
from src.transfers import TransferRepository
from tests.fakes import FakeConnection, FakeResult, Insert, Raw, Select, Update, answers, errors
from tests.fakes.sql.statements import Each

LOCK = Select(
    "accounts", ["id", "balance", "credit"], where={"id IN": [2, 5, 9]}, order_by=["id"], lock="FOR UPDATE"
)
LOCKED = [
    {"id": 2, "balance": 10, "credit": 0},
    {"id": 5, "balance": 250, "credit": 50},
    {"id": 9, "balance": -70, "credit": 500},
]
ATTEMPT = ["begin", "execute", "execute", "executemany", "executemany"]


@pytest.fixture
def transfers(fake_connection: FakeConnection) -> TransferRepository:
    """The repository on the fake connection."""
    return TransferRepository(fake_connection)


@pytest.fixture
def stored(fake_connection: FakeConnection) -> FakeConnection:
    """The connection, on which the accounts are there and a transfer gets the id 7."""
    fake_connection.fetch_return = LOCKED
    fake_connection.execute_return = FakeResult(1, lastrowid=7)
    return fake_connection


@pytest.mark.asyncio
async def test_make_locks_then_pays_and_enters(
    transfers: TransferRepository, stored: FakeConnection, new_transfer: NewTransfer
) -> None:
    """One transaction; each entry has what is on the account afterwards, which may be all of the credit."""
    made: Transfer = await transfers.make(new_transfer)

    assert [call.meaning for call in stored.committed] == [
        LOCK,
        Insert("transfers", {"reference": new_transfer.reference, "source_id": 5}),
        Insert(
            "entries",
            rows=[
                {"account_id": 9, "transfer_id": 7, "cents": 100, "balance": 30},
                {"account_id": 2, "transfer_id": 7, "cents": 200, "balance": 210},
                {"account_id": 5, "transfer_id": 7, "cents": -300, "balance": -50},
            ],
        ),
        Update(
            "accounts",
            {"balance": Raw("balance + $1", Each([100, 200, -300]))},
            where={"id": Each([9, 2, 5])},
        ),
    ]
    assert stored.events == [*ATTEMPT, "commit"]
    assert made == Transfer(id=7, balance=-50)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("source", "payments"), [(5, [9, 2]), (9, [2, 5]), (2, [5, 9])], ids=["from 5", "from 9", "from 2"]
)
async def test_make_locks_in_the_order_of_the_ids(
    source: int, payments: list[int], transfers: TransferRepository, stored: FakeConnection
) -> None:
    """Whoever pays whom: of two transfers between the same accounts one waits, never each for the other."""
    order: NewTransfer = NewTransfer(
        reference="TR-1", source=source, payments=[Payment(account=each, cents=1) for each in payments]
    )
    stored.fetch_return = [{**row, "balance": 100} for row in LOCKED]

    await transfers.make(order)

    assert stored.committed[0].parameters == [2, 5, 9]
    assert stored.committed[0].meaning == LOCK


@pytest.mark.asyncio
async def test_make_without_enough_money_is_409(
    transfers: TransferRepository, fake_connection: FakeConnection, new_transfer: NewTransfer
) -> None:
    """A single cent less than what it takes; nothing is written, the locks are given up."""
    fake_connection.fetch_return = [LOCKED[0], {**LOCKED[1], "balance": 249}, LOCKED[2]]

    with pytest.raises(BankError) as raised:
        await transfers.make(new_transfer)

    assert (raised.value.status_code, raised.value.detail) == (
        409,
        "Could not make the transfer: there is not enough money",
    )
    assert fake_connection.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", [0, 1, 2])
async def test_make_with_an_unknown_account_is_404(
    missing: int, transfers: TransferRepository, fake_connection: FakeConnection, new_transfer: NewTransfer
) -> None:
    """Whichever it is: the source, or one of those that are paid."""
    fake_connection.fetch_return = [row for place, row in enumerate(LOCKED) if place != missing]

    with pytest.raises(BankError) as raised:
        await transfers.make(new_transfer)

    assert (raised.value.status_code, raised.value.detail) == (
        404,
        "Could not make the transfer: there is no such account",
    )
    assert fake_connection.events == ["begin", "execute", "rollback"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("verb", "table", "error", "status_code", "why"),
    [
        (
            "INSERT",
            "transfers",
            errors.unique_violation("transfers_reference", key={"reference": "TR-1"}),
            409,
            "there is a transfer of that reference",
        ),
        (
            "INSERT",
            "entries",
            errors.unique_violation("PRIMARY", key={"account_id": 9, "transfer_id": 7}),
            422,
            "an account is listed twice",
        ),
    ],
    ids=["reference", "account"],
)
async def test_make_stores_nothing_of_what_is_refused(
    verb: str,
    table: str,
    error: Exception,
    status_code: int,
    why: str,
    transfers: TransferRepository,
    fake_connection: FakeConnection,
    new_transfer: NewTransfer,
) -> None:
    """The key tells what was wrong; trying again would change nothing. MariaDB would let the rest be committed."""
    fake_connection.fetch_return = LOCKED
    fake_connection.when(verb, table).then(error)

    with pytest.raises(BankError) as raised:
        await transfers.make(new_transfer)

    assert (raised.value.status_code, raised.value.detail) == (
        status_code,
        f"Could not make the transfer: {why}",
    )
    assert raised.value.__cause__ is error
    assert fake_connection.committed == []
    assert [event for event in fake_connection.events if event in ("begin", "rollback")] == [
        "begin",
        "rollback",
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error", [errors.deadlock(), errors.lock_not_available()], ids=["deadlock", "lock wait"]
)
async def test_make_tries_again_where_others_were_quicker(
    error: Exception, transfers: TransferRepository, stored: FakeConnection, new_transfer: NewTransfer
) -> None:
    """From the start: the second attempt locks and looks again, and sees what the others have left.

    After too long a wait the server keeps what was done before: it is rolled back by hand.
    """
    stored.when("UPDATE", "accounts").then(error, 1)
    stored.fetch_return = answers(LOCKED, [LOCKED[0], {**LOCKED[1], "balance": 1000}, LOCKED[2]])

    made: Transfer = await transfers.make(new_transfer)

    assert made == Transfer(id=7, balance=700)
    assert stored.events == [*ATTEMPT, "rollback", *ATTEMPT, "commit"]
    assert sorted(call.method for call in stored.rolled_back) == ["execute"] * 2 + ["executemany"] * 2
    assert [call.meaning for call in stored.committed] == [call.meaning for call in stored.calls[4:]]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error", [errors.deadlock(), errors.lock_not_available()], ids=["deadlock", "lock wait"]
)
async def test_make_gives_up_after_three_attempts(
    error: Exception,
    transfers: TransferRepository,
    fake_connection: FakeConnection,
    new_transfer: NewTransfer,
) -> None:
    """The client may try again, later."""
    fake_connection.fetch_return = error

    with pytest.raises(BankError) as raised:
        await transfers.make(new_transfer)

    assert (raised.value.status_code, raised.value.detail) == (
        503,
        "Could not make the transfer: others were quicker, try again",
    )
    assert fake_connection.events == ["begin", "execute", "rollback"] * 3
