"""psqlpy: the errors of the server, and connections that are lost."""

import asyncio

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psqlpy import errors

from tests.contract.harness import World, scripted
from tests.contract.on_psqlpy.calls import INSERT, ONE

INSERT_NOTE = "INSERT INTO note VALUES ($1, $2)"
KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
TWICE = errors.unique_violation("item_pkey", table="item", key={"id": 1})
MISSING = errors.foreign_key_violation("note_item_fkey", table="note", key={"item": 7}, references="item")
VIOLATIONS = answers(
    TWICE,
    MISSING,
    [],
    errors.foreign_key_violation(
        "note_item_fkey", table="note", key={"id": 1}, references="item", deleting=True
    ),
    errors.not_null_violation("name", table="item", row=(9, None, None)),
    errors.check_violation("item_price_check", table="item", row=(9, "nine", -1)),
)


@scripted(execute=VIOLATIONS)
async def violations_say_which(db: World) -> None:
    await db.see(db.connection.execute(INSERT, [1, "again"]), db.connection.execute(INSERT_NOTE, [1, 7]))
    await db.see(db.connection.execute(INSERT_NOTE, [1, 1]))
    await db.see(db.connection.execute("DELETE FROM item WHERE id = 1"))
    await db.see(db.connection.execute("INSERT INTO item VALUES ($1, $2, $3)", [9, None, None]))
    await db.see(db.connection.execute("INSERT INTO item VALUES ($1, $2, $3)", [9, "nine", -1]))


@scripted(execute=answers(TWICE, TWICE), fetch=TWICE, fetch_row=TWICE, fetch_val=TWICE)
async def each_call_words_a_violation(db: World) -> None:
    await db.see(db.connection.fetch(INSERT, [1, "again"]), db.connection.fetch_row(INSERT, [1, "again"]))
    await db.see(db.connection.fetch_val(INSERT, [1, "again"]))
    await db.see(db.connection.execute_many(INSERT, [[1, "again"]]))
    await db.see(db.connection.execute_batch("INSERT INTO item VALUES (1, 'again')"))


@scripted(execute=answers([], errors.statement_timeout(), []))
async def a_statement_takes_too_long(db: World) -> None:
    await db.see(db.connection.execute("SET statement_timeout = 10"))
    await db.see(
        db.connection.execute("SELECT pg_sleep(5)"), db.connection.execute("RESET statement_timeout")
    )


@scripted(execute=errors.lost_connection())
async def a_lost_connection_refuses_everything(db: World) -> None:
    await db.see(db.connection.execute(KILL), db.connection.in_transaction())
    await db.see(db.connection.execute("SELECT 1"), db.connection.execute("SELECT $1::int4", [1]))
    await db.see(db.connection.fetch("SELECT 1"), db.connection.fetch_row("SELECT 1"))
    await db.see(db.connection.fetch_val(ONE, [1]), db.connection.execute_many(INSERT, [[5, "five"]]))
    await db.see(db.connection.execute_batch("SELECT 1"), db.connection.prepare("SELECT 1"))
    await db.see(db.connection.copy_records_to_table("item", [[1, "one", 1]]))
    await db.see(db.connection.cursor("SELECT 1").start(), db.connection.transaction().begin())
    db.note(db.connection.is_closed())


@scripted(execute=errors.lost_connection())
async def a_lost_connection_ends_its_transaction(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(
        transaction.execute(KILL), transaction.create_savepoint("a"), transaction.execute("SELECT 1")
    )
    await db.see(transaction.commit(), transaction.rollback(), db.connection.in_transaction())
    db.note(transaction.is_closed())


@scripted(execute=errors.lost_connection())
async def a_lost_connection_hides_behind_its_block(db: World) -> None:
    async def block() -> None:
        async with db.connection.transaction() as transaction:
            await transaction.execute(KILL)

    await db.see(block())


@scripted(execute=answers(errors.lost_connection(), []))
async def a_pool_replaces_what_is_lost(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await db.see(conn.execute(KILL))
        await asyncio.sleep(0.05)
    async with pool.acquire() as conn:
        await db.see(conn.execute("DELETE FROM item WHERE id = 0"))
    db.note(pool.status())


async def a_commit_is_refused(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("COMMIT").then(MISSING)
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(
        transaction.execute("SET CONSTRAINTS ALL DEFERRED"), transaction.execute(INSERT_NOTE, [1, 7])
    )
    await db.see(transaction.commit(), db.connection.in_transaction())
    db.note(transaction.is_closed())
    await db.see(transaction.commit(), transaction.rollback(), db.connection.fetch("SELECT * FROM note"))
