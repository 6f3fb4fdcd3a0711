"""psycopg: the errors of the server, and connections that are lost."""

import asyncio

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psycopg import errors

from tests.contract.harness import World, scripted
from tests.contract.on_psycopg.calls import INSERT, NOBODY, TWICE

INSERT_NOTE = "INSERT INTO note VALUES (%s, %s)"
INSERT_ITEM = "INSERT INTO item VALUES (%s, %s, %s)"
KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
MISSING = errors.foreign_key_violation("note_item_fkey", table="note", key={"item": 7}, references="item")
REFERRED = errors.foreign_key_violation(
    "note_item_fkey", table="note", key={"id": 1}, references="item", deleting=True
)


@scripted(execute=answers(TWICE, MISSING, 1, REFERRED))
async def keys_that_are_violated(db: World) -> None:
    await db.connection.set_autocommit(True)
    await db.see(db.connection.execute(INSERT, (1, "again")), db.connection.execute(INSERT_NOTE, (1, 7)))
    await db.see(db.connection.execute(INSERT_NOTE, (1, 1)))
    await db.see(db.connection.execute("DELETE FROM item WHERE id = 1"))


@scripted(
    execute=answers(
        errors.not_null_violation("name", table="item", row=(9, None, None)),
        errors.check_violation("item_price_check", table="item", row=(9, "nine", -1)),
    )
)
async def rows_that_are_refused(db: World) -> None:
    await db.connection.set_autocommit(True)
    await db.see(db.connection.execute(INSERT_ITEM, (9, None, None)))
    await db.see(db.connection.execute(INSERT_ITEM, (9, "nine", -1)))


@scripted(fetch=errors.statement_timeout())
async def a_statement_takes_too_long(db: World) -> None:
    await db.connection.execute("SET LOCAL statement_timeout = 10")
    await db.see(db.connection.execute("SELECT pg_sleep(5)"), db.connection.rollback())


@scripted(fetch=errors.lost_connection())
async def a_lost_connection_is_closed(db: World) -> None:
    try:
        await db.connection.execute(KILL)
    except Exception as error:
        db.note(type(error).__name__, str(error).partition("\n")[0], getattr(error, "sqlstate", None))
    db.note(db.connection.closed, db.connection.broken)
    await db.see(db.connection.execute("SELECT 1"), db.connection.rollback(), db.connection.close())


@scripted(fetch=errors.lost_connection())
async def a_lost_connection_leaves_its_block_with_its_error(db: World) -> None:
    async def block() -> None:
        async with db.connection.transaction():
            await db.connection.execute(KILL)

    try:
        await block()
    except Exception as error:
        db.note(type(error).__name__)


@scripted(fetch=answers(errors.lost_connection(), []))
async def a_pool_replaces_what_is_lost(db: World) -> None:
    pool = await db.make_pool()
    try:
        async with pool.connection() as conn:
            await conn.execute(KILL)
    except Exception as error:
        db.note(type(error).__name__)
    await asyncio.sleep(0.05)
    async with pool.connection() as conn:
        await db.see((await conn.execute(NOBODY)).fetchall())


async def a_commit_is_refused(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("COMMIT").then(MISSING)
    await db.see(db.connection.execute("SET CONSTRAINTS ALL DEFERRED"))
    await db.see(db.connection.execute(INSERT_NOTE, (1, 7)), db.connection.commit())
    await db.see((await db.connection.execute("SELECT id FROM note")).fetchall())


async def a_block_that_cannot_commit(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("COMMIT").then(MISSING)

    async def block() -> None:
        async with db.connection.transaction():
            await db.connection.execute("SET CONSTRAINTS ALL DEFERRED")
            await db.connection.execute(INSERT_NOTE, (1, 7))

    await db.see(block())
    await db.see((await db.connection.execute("SELECT id FROM note")).fetchall())
