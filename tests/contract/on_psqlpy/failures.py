"""psqlpy: the errors of the server, and connections that are lost."""

import asyncio

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psqlpy import errors
from psqlpy import IsolationLevel

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


@scripted(execute=answers(TWICE, [], []))
async def a_violation_aborts_its_transaction(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(transaction.execute(INSERT, [1, "again"]), transaction.execute("SELECT 1"))
    await db.see(transaction.fetch_val(ONE, [1]), transaction.rollback())
    await db.see(db.connection.execute("DELETE FROM item WHERE id = 0"))


@scripted(fetch_row=TWICE)
async def a_violation_of_fetch_row_aborts_too(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(transaction.fetch_row(INSERT + " RETURNING id", [1, "again"]))
    await db.see(transaction.execute("SELECT 1"), transaction.commit(), db.connection.in_transaction())


@scripted(execute=answers(TWICE, []))
async def a_savepoint_mends_a_violation(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(transaction.create_savepoint("before"), transaction.execute(INSERT, [1, "again"]))
    await db.see(
        transaction.rollback_savepoint("before"), transaction.execute("DELETE FROM item WHERE id = 0")
    )
    await db.see(transaction.release_savepoint("before"), transaction.commit())


@scripted(execute=TWICE)
async def a_prepared_statement_violates(db: World) -> None:
    prepared = await db.connection.prepare(INSERT, [1, "again"])
    await db.see(prepared.execute())


@scripted(execute=answers([], TWICE))
async def a_pipeline_stops_at_a_violation(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await db.see(transaction.pipeline([("DELETE FROM item WHERE id = $1", [0]), (INSERT, [1, "again"])]))


@scripted(execute=errors.server_error("22012", "division by zero"))
async def any_error_can_be_built(db: World) -> None:
    await db.see(db.connection.execute("DELETE FROM item WHERE 1 / 0 = 1"))


@scripted(execute=errors.lock_not_available(table="item"))
async def a_lock_is_not_available(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as holder, holder.transaction() as transaction:
        await transaction.fetch("SELECT id FROM item FOR UPDATE")
        await db.see(db.connection.execute("SELECT id FROM item FOR UPDATE NOWAIT"))


async def serialization_fails_when_another_was_quicker(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("UPDATE").then([], errors.serialization_failure())
    pool = await db.make_pool()
    first, second = await pool.connection(), await pool.connection()
    level = IsolationLevel.RepeatableRead
    one, two = first.transaction(isolation_level=level), second.transaction(isolation_level=level)
    await one.begin()
    await two.begin()
    await two.fetch("SELECT id FROM item")
    await db.see(one.execute("UPDATE item SET price = 1 WHERE id = 1"), one.commit())
    await db.see(
        two.execute("UPDATE item SET price = 2 WHERE id = 1"), two.execute("SELECT 1"), two.rollback()
    )
    first.close()
    second.close()


@scripted(execute=errors.lost_connection())
async def a_connection_of_the_pool_is_lost(db: World) -> None:
    pool = await db.make_pool()
    conn = await pool.connection()
    await db.see(conn.execute(KILL), conn.fetch("SELECT 1"), conn.fetch_val("SELECT 1"))
    conn.close()
    await db.see(conn.execute("SELECT 1"))


@scripted(execute=answers(MISSING, []), fetch_val=2)
async def after_a_violation_outside_of_a_transaction_all_goes_on(db: World) -> None:
    await db.see(db.connection.execute(INSERT_NOTE, [1, 7]), db.connection.in_transaction())
    await db.see(db.connection.fetch_val("SELECT count(*) FROM item"))


@scripted(execute=answers(*[[]] * 3))
async def calls_at_once_on_one_connection_are_done_in_turn(db: World) -> None:
    calls = (db.connection.execute("DELETE FROM item WHERE id = $1", [-number]) for number in range(3))
    db.note(len(await asyncio.gather(*calls)))


@scripted(execute=answers([], errors.statement_timeout()))
async def a_timeout_aborts_its_transaction(db: World) -> None:
    async with db.connection.transaction() as transaction:
        await transaction.execute_batch("SET LOCAL statement_timeout = 10")
        await db.see(transaction.execute("SELECT pg_sleep(5)"), transaction.fetch("SELECT 1"))
