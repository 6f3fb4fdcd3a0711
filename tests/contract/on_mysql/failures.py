"""The drivers of MySQL: the errors of the server, and connections that are lost."""

import asyncio
from typing import Any

from async_testing.templates.fakes import answers

from tests.contract.harness import scripted
from tests.contract.on_mysql.steps import AGAIN, INSERT, NOBODY, NOTE, NOTES, count, execute, status

PRICE = "INSERT INTO item (name, price) VALUES ('x', -1)"


@scripted(
    execute=lambda errors: answers(
        errors.unique_violation("PRIMARY", key={"id": 1}),
        errors.unique_violation("item_name", key={"name": "one"}),
    )
)
async def keys_that_are_there_already(db: Any) -> None:
    await execute(db, AGAIN, INSERT % "'one'")


@scripted(
    execute=lambda errors: answers(
        errors.foreign_key_violation(
            "note_item_fkey", table="contract.note", key={"item": 7}, references="item"
        ),
        1,
        errors.foreign_key_violation(
            "note_item_fkey", table="contract.note", key={"item": 1}, references="item (id)", deleting=True
        ),
    )
)
async def keys_that_are_not_there(db: Any) -> None:
    await execute(db, "INSERT INTO note VALUES (1, 7)", NOTE % 1, "DELETE FROM item WHERE id = 1")


@scripted(
    execute=lambda errors: answers(
        errors.not_null_violation("name"), errors.check_violation("item_price_check", table="contract.item")
    )
)
async def rows_that_are_refused(db: Any) -> None:
    await execute(db, INSERT % "NULL", PRICE)


@scripted(
    execute=lambda errors: answers(
        errors.server_error(1406, "Data too long for column 'name' at row 1"),
        errors.server_error(1364, "Field 'name' doesn't have a default value"),
        errors.server_error(1146, "Table 'contract.nope' doesn't exist"),
        errors.server_error(1054, "Unknown column 'nope' in 'INSERT INTO'"),
    )
)
async def statements_that_are_refused(db: Any) -> None:
    await execute(db, INSERT % f"'{'x' * 41}'", "INSERT INTO item (price) VALUES (1)", "DELETE FROM nope")
    await execute(db, "INSERT INTO item (nope) VALUES (1)")


@scripted(fetch=lambda errors: errors.statement_timeout())
async def a_statement_takes_too_long(db: Any) -> None:
    await execute(db, "SET STATEMENT max_statement_time = 0.01 FOR SELECT SLEEP(1), id FROM item")


@scripted(execute=lambda errors: answers(0, 1, errors.lock_not_available()), fetch=[{"count": 1}])
async def a_lock_is_waited_for_in_vain(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as other:
        if not hasattr(other, "when"):
            async with other.cursor() as cursor:
                await cursor.execute("UPDATE item SET price = 3 WHERE id = 2")
        await execute(
            db, "SET innodb_lock_wait_timeout = 0", NOTE % 1, "UPDATE item SET price = 4 WHERE id = 2"
        )
        status(db)
        await db.see(db.connection.commit())
    await count(db, NOTES)


@scripted(execute=lambda errors: answers(1, errors.deadlock()), fetch=[{"count": 0}])
async def a_deadlock_rolls_everything_back(db: Any) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as other:
        async with other.cursor() as cursor:
            if not hasattr(other, "when"):  # the one that did more is left alone
                await cursor.execute("INSERT INTO item (name) VALUES ('a'), ('b'), ('c'), ('d'), ('e')")
                await cursor.execute("UPDATE item SET price = 3 WHERE id = 2")
            await execute(db, NOTE % 1)
            waiting = asyncio.ensure_future(_wait_for(db, cursor))
            await asyncio.sleep(0.05)
            await execute(db, "UPDATE item SET price = 4 WHERE id = 2")
            await waiting
        await db.see(db.connection.commit())
        await other.rollback()
    await count(db, NOTES)


async def _wait_for(db: Any, cursor: Any) -> None:
    if not hasattr(db.connection, "when"):
        await cursor.execute("DELETE FROM note WHERE id = 1")


@scripted(fetch=lambda errors: answers(errors.lost_connection(), []))
async def a_ping_brings_a_lost_connection_back(db: Any) -> None:
    await _lose(db)
    await db.see(db.connection.ping())
    await execute(db, NOBODY)
    status(db)


@scripted(fetch=lambda errors: errors.lost_connection())
async def a_lost_connection_is_closed(db: Any) -> None:
    await _lose(db)
    await execute_or_see(db)
    await db.see(db.connection.commit(), db.connection.rollback(), db.connection.ensure_closed())


@scripted(fetch=lambda errors: answers(errors.lost_connection(), [{"count": 0}]))
async def a_lost_transaction_is_rolled_back(db: Any) -> None:
    await execute(db, NOTE % 1)
    await _lose(db)
    await count(db, NOTES)


@scripted(fetch=lambda errors: answers(errors.lost_connection(), []))
async def a_pool_replaces_what_is_lost(db: Any) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn:
            await _lose(db, conn)

    await db.see(block())
    async with pool.acquire() as conn, conn.cursor() as cursor:
        await db.see(cursor.execute(NOBODY))


@scripted(execute=lambda errors: errors.server_error(1927, "Connection was killed"))
async def another_error_of_the_server(db: Any) -> None:
    await execute(db, "KILL CONNECTION_ID()")


async def _lose(db: Any, conn: Any = None) -> None:
    """Lose a connection while it waits for an answer."""
    conn = conn or db.connection
    cursor = await conn.cursor()
    task = asyncio.ensure_future(cursor.execute("SELECT SLEEP(5)"))
    if not hasattr(conn, "when"):
        await asyncio.sleep(0.05)
        pool = await db.make_pool()
        async with pool.acquire() as other, other.cursor() as killer:
            await killer.execute(f"KILL {conn.thread_id()}")
    await db.see(task)


async def execute_or_see(db: Any) -> None:
    """Run a statement on a connection that may not give a cursor any more."""

    async def run() -> None:
        cursor = await db.connection.cursor()
        await cursor.execute(NOBODY)

    await db.see(run(), run())
