"""asyncpg: the errors of the server, and connections that are lost."""

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.asyncpg import errors

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_asyncpg.calls import ALL, INSERT

INSERT_NOTE = "INSERT INTO note VALUES ($1, $2)"
KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
VIOLATIONS = answers(
    errors.unique_violation("item_pkey", table="item", key={"id": 1}),
    errors.foreign_key_violation("note_item_fkey", table="note", key={"item": 7}, references="item"),
    [],
    errors.foreign_key_violation(
        "note_item_fkey", table="note", key={"id": 1}, references="item", deleting=True
    ),
    errors.not_null_violation("name", table="item", row=(9, None, None)),
    errors.check_violation("item_price_check", table="item", row=(9, "nine", -1)),
)


@scripted(execute=VIOLATIONS)
async def violations_tell_their_constraint(db: World) -> None:
    await db.see(db.connection.execute(INSERT, 1, "again"), db.connection.execute(INSERT_NOTE, 1, 7))
    await db.see(db.connection.execute(INSERT_NOTE, 1, 1))
    await db.see(db.connection.execute("DELETE FROM item WHERE id = 1"))
    await db.see(db.connection.execute("INSERT INTO item VALUES ($1, $2, $3)", 9, None, None))
    await db.see(db.connection.execute("INSERT INTO item VALUES ($1, $2, $3)", 9, "nine", -1))


@scripted(execute=answers([], errors.statement_timeout(), []), fetch=ROWS)
async def a_statement_takes_too_long(db: World) -> None:
    await db.see(db.connection.execute("SET statement_timeout = 10"))
    await db.see(
        db.connection.execute("SELECT pg_sleep(5)"), db.connection.execute("RESET statement_timeout")
    )
    await db.see(db.connection.fetch(ALL))


@scripted(execute=answers(errors.unique_violation("item_pkey", table="item", key={"id": 1}), [], []))
async def a_violation_aborts(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.start()
    await db.see(db.connection.execute(INSERT, 1, "again"), db.connection.execute("SELECT 1"))
    await db.see(transaction.rollback())


@scripted(execute=errors.lost_connection())
async def a_lost_connection_is_closed(db: World) -> None:
    await db.see(db.connection.execute(KILL), lambda: db.connection.is_closed())
    await db.see(lambda: db.connection.execute("SELECT 1"), lambda: db.connection.transaction())
    await db.see(lambda: db.connection.close())


@scripted(execute=errors.lost_connection())
async def a_lost_connection_ends_its_transaction(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.start()
    await db.see(db.connection.execute(KILL), lambda: transaction.rollback(), lambda: transaction.commit())
    db.note(db.connection.is_in_transaction())


@scripted(execute=answers(errors.lost_connection(), []), fetch=[])
async def a_connection_lost_in_a_block_is_replaced(db: World) -> None:
    pool = await db.make_pool()

    async def block() -> None:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(KILL)

    await db.see(block())
    await db.see(pool.fetch("SELECT id FROM item WHERE id = 0"))


async def a_commit_is_refused(db: World) -> None:
    if hasattr(db.connection, "when"):
        refused = errors.foreign_key_violation(
            "note_item_fkey", table="note", key={"item": 7}, references="item"
        )
        db.connection.when("COMMIT").then(refused)
    transaction = db.connection.transaction()
    await transaction.start()
    await db.see(db.connection.execute("SET CONSTRAINTS ALL DEFERRED"))
    await db.see(db.connection.execute(INSERT_NOTE, 1, 7), transaction.commit())
    db.note(db.connection.is_in_transaction())
    await db.see(lambda: transaction.rollback(), db.connection.fetch("SELECT * FROM note"))
