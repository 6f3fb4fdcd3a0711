"""psqlpy: life cycle, pools, cursors, prepared statements, copies, concurrency."""

import asyncio
from io import BytesIO

from async_testing.templates.fakes import answers

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, NOBODY, ONE

NUMBERS = [{"n": number} for number in range(1, 6)]
SERIES = "SELECT generate_series(1, 5) AS n"


async def a_closed_connection_refuses_everything(db: World) -> None:
    conn = db.connection
    db.note(conn.is_closed())
    conn.close()
    db.note(conn.is_closed())
    await db.see(conn.execute("SELECT 1"), conn.fetch("SELECT 1"), conn.fetch_row("SELECT 1"))
    await db.see(
        conn.fetch_val("SELECT 1"), conn.execute_many("SELECT 1", [[]]), conn.execute_batch("SELECT 1")
    )
    await db.see(
        conn.prepare("SELECT 1"), conn.in_transaction(), conn.transaction, conn.__aenter__(), conn.close
    )


async def a_block_closes_the_connection(db: World) -> None:
    async with db.connection as entered:
        db.note(entered is db.connection)
        await db.see(entered.execute(NOBODY))
    await db.see(db.connection.execute("SELECT 1"))


async def a_closed_connection_copies_nothing(db: World) -> None:
    db.connection.close()
    await db.see(db.connection.copy_records_to_table("item", [(3, "x", 1)]))
    await db.see(db.connection.binary_copy_to_table(b"", "item"))


async def a_transaction_outlives_its_connection(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    db.connection.close()
    await db.see(transaction.execute(NOBODY), transaction.commit(), db.connection.execute("SELECT 1"))


@scripted(fetch=NUMBERS)
async def a_cursor_goes_through_rows(db: World) -> None:
    cursor = db.connection.cursor(SERIES)
    db.note(cursor.array_size, cursor.querystring, cursor.parameters)
    await db.see(
        cursor.fetchone(), cursor.start(), cursor.fetchone(), cursor.fetchmany(2), cursor.fetchmany()
    )
    await db.see(cursor.fetchall(), cursor.fetchone(), cursor.fetchall(), db.connection.in_transaction())
    await db.see(cursor.close, cursor.fetchone(), cursor.start(), cursor.execute("SELECT 1"))


@scripted(fetch=NUMBERS)
async def a_cursor_is_iterated_over(db: World) -> None:
    async with db.connection.cursor(SERIES, None, 2) as cursor:
        async for result in cursor:
            db.note(result)
    await db.see(cursor.fetchone(), cursor.__aenter__())


async def a_cursor_starts_first(db: World) -> None:
    await db.see(anext(db.connection.cursor("SELECT 1")))
    await db.see(db.connection.cursor().start())


@scripted(fetch=[{"a": 3}])
async def a_cursor_executes(db: World) -> None:
    cursor = db.connection.cursor()
    await db.see(cursor.execute("SELECT $1::int AS a", [3]), cursor.fetchall(), cursor.close)


async def a_cursor_needs_its_parameters(db: World) -> None:
    await db.see(db.connection.cursor(ONE).start(), db.connection.cursor(ONE, []).__aenter__())


async def a_cursor_of_other_keywords(db: World) -> None:
    try:
        db.connection.cursor(ALL, fetch_number=3)
    except TypeError:
        db.note("refused")
    cursor = db.connection.cursor(querystring=ALL, parameters=None, array_size=3)
    db.note(cursor.array_size)


@scripted(fetch=NUMBERS)
async def a_transaction_has_cursors(db: World) -> None:
    async with db.connection.transaction() as transaction, transaction.cursor(SERIES) as cursor:
        await db.see(cursor.fetchmany(size=3))


@scripted(execute=ROWS[:1])
async def a_prepared_statement_keeps_its_parameters(db: World) -> None:
    prepared = await db.connection.prepare(ONE, [1])
    await db.see(prepared.execute(), prepared.execute())
    try:
        await prepared.execute([1])
    except TypeError:
        db.note("refused")


async def a_prepared_statement_needs_its_parameters(db: World) -> None:
    parameters: list[int] | None
    for parameters in ([], None):
        prepared = await db.connection.prepare(querystring=ONE, parameters=parameters)
        await db.see(prepared.execute())


@scripted(fetch=ROWS[:1])
async def a_prepared_statement_has_a_cursor(db: World) -> None:
    cursor = (await db.connection.prepare(ONE, [1])).cursor()
    await db.see(cursor.start(), cursor.fetchall())


async def a_prepared_statement_tells_its_columns(db: World) -> None:
    prepared = await db.connection.prepare(ONE, [1])
    db.note([column.name for column in prepared.columns()])


async def records_are_copied(db: World) -> None:
    conn = db.connection
    await db.see(conn.copy_records_to_table("item", [(3, "three", 1), (4, "four", None)]))
    keywords = {
        "table_name": "item",
        "records": [[5, "five"]],
        "columns": ["id", "name"],
        "schema_name": "public",
    }
    await db.see(conn.copy_records_to_table(**keywords), conn.copy_records_to_table("item", []))


async def bytes_are_copied(db: World) -> None:
    content = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8 + b"\xff\xff"
    await db.see(db.connection.binary_copy_to_table(content, "item"))
    await db.see(db.connection.binary_copy_to_table(source=BytesIO(content), table_name="item"))
    await db.see(db.connection.binary_copy_to_table("text", "item"))


async def a_record_too_wide_is_not_copied(db: World) -> None:
    await db.see(db.connection.copy_records_to_table("item", [(3, "three", 1, 1)]))


@scripted(fetch_val=answers(0, 1, 2, 3, 4))
async def a_connection_takes_calls_at_once(db: World) -> None:
    calls = [db.connection.fetch_val("SELECT $1::int", [number]) for number in range(5)]
    db.note(await asyncio.gather(*calls))


@scripted(fetch_val=answers(0, 1, 2))
async def a_transaction_takes_calls_at_once(db: World) -> None:
    async with db.connection.transaction() as transaction:
        calls = [transaction.fetch_val("SELECT $1::int", [number]) for number in range(3)]
        db.note(await asyncio.gather(*calls))


async def calls_are_coroutines(db: World) -> None:
    call = db.connection.execute("SELECT 1")
    db.note(asyncio.iscoroutine(call))
    await call
