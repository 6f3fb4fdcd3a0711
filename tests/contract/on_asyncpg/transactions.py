"""asyncpg: transactions and savepoints."""

import asyncio
import re
from typing import Any

from async_testing.templates.fakes import answers

from tests.contract.harness import World, scripted
from tests.contract.on_asyncpg.calls import DUPLICATE, INSERT, NOBODY, ONE

COUNT = "SELECT count(*) FROM item"
FAILING = answers(DUPLICATE, *["INSERT 0 1"] * 9)


@scripted(fetch_val=3)
async def a_block_commits(db: World) -> None:
    async with db.connection.transaction() as entered:
        db.note(entered, db.connection.is_in_transaction())
        await db.see(db.connection.execute(INSERT, 3, "three"))
    db.note(db.connection.is_in_transaction())
    await db.see(db.connection.fetchval(COUNT))


@scripted(fetch_val=2)
async def an_error_in_a_block_rolls_back(db: World) -> None:
    async def block(error: BaseException) -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, 3, "three")
            raise error

    await db.see(block(ValueError("no")), block(asyncio.CancelledError("no")))
    await db.see(db.connection.fetchval(COUNT), db.connection.is_in_transaction)


@scripted(fetch_val=3)
async def start_and_commit(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(
        transaction.start(), db.connection.is_in_transaction, db.connection.execute(INSERT, 3, "three")
    )
    await db.see(transaction.commit(), db.connection.is_in_transaction, db.connection.fetchval(COUNT))


@scripted(fetch_val=2)
async def start_and_rollback(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.start(), db.connection.execute(INSERT, 3, "three"), transaction.rollback())
    await db.see(db.connection.is_in_transaction, db.connection.fetchval(COUNT))


async def a_transaction_starts_first(db: World) -> None:
    await db.see(db.connection.transaction().commit(), db.connection.transaction().rollback())


async def a_transaction_starts_once(db: World) -> None:
    transaction = db.connection.transaction()
    await db.see(transaction.start(), transaction.start(), transaction.commit(), transaction.start())


async def a_transaction_ends_once(db: World) -> None:
    committed, rolled_back = db.connection.transaction(), db.connection.transaction()
    await db.see(committed.start(), committed.commit(), committed.commit(), committed.rollback())
    await db.see(rolled_back.start(), rolled_back.rollback(), rolled_back.rollback(), rolled_back.commit())


async def a_block_is_ended_by_the_block(db: World) -> None:
    async def ends(action: str) -> None:
        transaction = db.connection.transaction()
        async with transaction:
            await getattr(transaction, action)()

    await db.see(ends("commit"), ends("rollback"), db.connection.is_in_transaction)


async def a_block_is_entered_once(db: World) -> None:
    transaction = db.connection.transaction()
    async with transaction:
        await db.see(transaction.__aenter__())
    await db.see(transaction.commit(), transaction.__aenter__())


@scripted(execute=answers(1, DUPLICATE, 1), fetch_val=4)
async def a_block_within_a_block_is_a_savepoint(db: World) -> None:
    async def inner(number: int) -> None:
        async with db.connection.transaction():
            await db.connection.execute(INSERT, number, "x")

    async with db.connection.transaction():
        await db.see(inner(3), inner(1), inner(4), db.connection.is_in_transaction)
    await db.see(db.connection.fetchval(COUNT))


@scripted(fetch_val=2)
async def an_outer_error_takes_the_inner_block_back(db: World) -> None:
    async def outer() -> None:
        async with db.connection.transaction():
            async with db.connection.transaction():
                await db.connection.execute(INSERT, 3, "three")
            raise ValueError("outer")

    await db.see(outer(), db.connection.fetchval(COUNT))


@scripted(execute=FAILING, fetch_val=2)
async def a_failed_statement_aborts(db: World) -> None:
    conn = db.connection
    transaction = conn.transaction()
    await transaction.start()
    await db.see(conn.execute(INSERT, 1, "one"), conn.execute("SELECT 1"), conn.fetch("SELECT $1::int", 1))
    await db.see(
        conn.fetchrow("SELECT 1"), conn.fetchval("SELECT 1"), conn.executemany("SELECT $1::int", [(1,)])
    )
    await db.see(conn.transaction().start(), conn.prepare("SELECT 2"), conn.is_in_transaction)
    await db.see(conn.copy_records_to_table("item", records=[(9, "x", 1)]))
    await db.see(transaction.commit(), conn.is_in_transaction, conn.fetchval(COUNT))


@scripted(execute=answers(*[DUPLICATE] * 2, 1), fetch_val=2)
async def a_swallowed_failure_rolls_back_in_silence(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.execute(INSERT, 1, "one"))
    await db.see(db.connection.fetchval(COUNT))


@scripted(execute=answers(DUPLICATE, 1))
async def a_failed_executemany_aborts(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.executemany(INSERT, [(1, "one")]), db.connection.execute(NOBODY))


async def what_the_client_finds_does_not_abort(db: World) -> None:
    async with db.connection.transaction():
        await db.see(
            db.connection.fetch(INSERT, 1), db.connection.fetch(ONE, 1, 2), db.connection.fetch(NOBODY)
        )


async def a_missing_argument_of_execute_aborts(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.execute(ONE), db.connection.fetch(NOBODY))


@scripted(execute=answers(TimeoutError(), 1))
async def a_timeout_aborts(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.execute("SELECT pg_sleep(2)", timeout=0.02), db.connection.execute(NOBODY))


async def a_failed_prepare_aborts(db: World) -> None:
    async with db.connection.transaction():
        await db.see(db.connection.prepare("SELECT 1; SELECT 2"), db.connection.fetch(NOBODY))


async def isolation_is_a_word(db: World) -> None:
    for level in ("serializable", "repeatable_read", "read_committed", "read_uncommitted", None):
        async with db.connection.transaction(isolation=level, deferrable=level == "serializable"):
            await db.see(db.connection.fetch(NOBODY))
    for level in ("SERIALIZABLE", "snapshot"):
        try:
            db.connection.transaction(isolation=level)
        except ValueError as error:
            db.note(f"got {level!r}" in str(error))


async def isolation_is_the_same_within(db: World) -> None:
    async def nested(outer: str | None, inner: str | None) -> None:
        async with db.connection.transaction(isolation=outer), db.connection.transaction(isolation=inner):
            await db.connection.fetch(NOBODY)

    await db.see(nested("serializable", "serializable"), nested("serializable", None))
    await db.see(nested("serializable", "repeatable_read"), db.connection.is_in_transaction)


async def a_read_only_transaction_refuses_to_write(db: World) -> None:
    async with db.connection.transaction(readonly=True):
        await db.see(db.connection.fetch(NOBODY), db.connection.execute(INSERT, 3, "three"))
        await db.see(db.connection.fetch(ONE, 1))


async def a_begin_as_a_statement_is_counted(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.is_in_transaction, conn.transaction().start())
    await db.see(conn.execute("ROLLBACK"), conn.is_in_transaction, conn.execute("SAVEPOINT a"))


@scripted(execute=answers("BEGIN", DUPLICATE))
async def a_commit_of_an_aborted_transaction_says_rollback(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.execute(INSERT, 1, "x"))


async def the_outer_may_end_before_the_inner(db: World) -> None:
    conn = db.connection
    outer, inner = conn.transaction(), conn.transaction()
    await db.see(outer.start(), inner.start(), outer.commit(), conn.is_in_transaction, inner.commit())
    outer, inner = conn.transaction(), conn.transaction()
    await db.see(outer.start(), inner.start(), outer.rollback(), inner.rollback(), inner.rollback())


async def a_transaction_shows_its_state(db: World) -> None:
    def shown(transaction: Any) -> str:
        return re.sub(r"0x\w+", "0x", repr(transaction))

    transaction = db.connection.transaction(isolation="serializable", readonly=True)
    db.note(shown(transaction))
    await transaction.start()
    db.note(shown(transaction))
    await transaction.rollback()
    db.note(shown(transaction), shown(db.connection.transaction(deferrable=True)))


async def a_transaction_has_no_calls(db: World) -> None:
    transaction = db.connection.transaction()
    db.note(
        [
            hasattr(transaction, name)
            for name in ("execute", "fetch", "fetchrow", "begin", "start", "rollback")
        ]
    )


async def a_transaction_is_not_positional(db: World) -> None:
    await db.see(lambda: isinstance(db.connection.transaction(), object))
    try:
        db.connection.transaction("serializable")
    except TypeError:
        db.note("refused")


async def reset_rolls_back(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.start()
    await db.see(db.connection.reset(), db.connection.is_in_transaction, db.connection.transaction().start())
