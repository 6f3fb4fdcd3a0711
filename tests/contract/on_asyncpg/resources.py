"""asyncpg: life cycle, pools, cursors, prepared statements, copies, concurrency."""

import asyncio
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import Any

from async_testing.templates.fakes import answers

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_asyncpg.calls import NOBODY, ONE

NUMBERS = [{"n": number} for number in range(1, 6)]
SERIES = "SELECT generate_series(1, 5) AS n"


async def a_closed_connection_refuses_everything(db: World) -> None:
    conn = db.connection
    transaction = conn.transaction()
    db.note(conn.is_closed())
    await db.see(conn.close(), conn.close())
    db.note(conn.is_closed())
    await db.see(conn.execute("SELECT 1"), conn.fetch("SELECT 1"), conn.fetchrow("SELECT 1"))
    await db.see(conn.fetchval("SELECT 1"), conn.executemany("SELECT $1", [(1,)]), conn.prepare("SELECT 1"))
    await db.see(
        conn.transaction, lambda: conn.cursor("SELECT 1"), conn.copy_records_to_table("item", records=[])
    )
    await db.see(conn.reset(), conn.add_listener("a", print), lambda: transaction.start())


async def a_terminated_connection_is_closed(db: World) -> None:
    await db.see(db.connection.terminate, db.connection.is_closed, db.connection.execute("SELECT 1"))


async def a_connection_is_no_block(db: World) -> None:
    async def block() -> None:
        async with db.connection:
            pass

    try:
        await block()
    except TypeError:
        db.note("refused")


@scripted(fetch_val=1)
async def a_connection_does_one_thing_at_a_time(db: World) -> None:
    conn = db.connection
    for first, second in (
        (conn.fetchval("SELECT 1"), conn.execute("SELECT 2")),
        (conn.fetchval("SELECT 1"), conn.transaction().start()),
        (conn.fetchval("SELECT 1"), conn.prepare("SELECT 3")),
    ):
        found = await asyncio.gather(first, second, return_exceptions=True)
        db.note(found[0], type(found[1]).__name__, str(found[1]))
    await db.see(conn.fetchval("SELECT 1"))


async def a_cursor_needs_a_transaction(db: World) -> None:
    async def iterate() -> None:
        async for _ in db.connection.cursor("SELECT 1"):
            pass

    async def wait() -> None:
        await db.connection.cursor("SELECT 1")

    await db.see(iterate(), wait())


@scripted(fetch=NUMBERS)
async def a_cursor_is_iterated_over(db: World) -> None:
    async with db.connection.transaction():
        async for record in db.connection.cursor(SERIES, prefetch=2):
            db.note(record)


@scripted(fetch=NUMBERS)
async def a_cursor_goes_through_rows(db: World) -> None:
    async with db.connection.transaction():
        cursor = await db.connection.cursor(SERIES)
        await db.see(
            cursor.fetchrow(), cursor.fetch(2), cursor.forward(1), cursor.fetchrow(), cursor.fetchrow()
        )
        await db.see(cursor.fetch(n=2, timeout=3), cursor.forward(2), cursor.fetch(0), cursor.forward(-1))


@scripted(fetch=NUMBERS)
async def a_cursor_ends_with_its_transaction(db: World) -> None:
    async with db.connection.transaction():
        cursor = await db.connection.cursor(SERIES)
    await db.see(lambda: cursor.fetchrow())


async def a_cursor_checks_what_it_is_given(db: World) -> None:
    async def iterate(*args: Any, **options: Any) -> None:
        async for _ in db.connection.cursor(ONE, *args, **options):
            pass

    async def wait(**options: Any) -> None:
        await db.connection.cursor(ONE, 1, **options)

    async with db.connection.transaction():
        await db.see(iterate(), iterate(1, 2), iterate(1, prefetch=0), wait(prefetch=3), iterate(-1))


@scripted(fetch=ROWS[:1], fetch_row=ROWS[0], fetch_val=1)
async def a_prepared_statement_fetches(db: World) -> None:
    prepared = await db.connection.prepare(ONE)
    await db.see(
        prepared.fetch(1), prepared.fetchrow(1), prepared.fetchval(1, column=0), prepared.executemany([(1,)])
    )
    await db.see(prepared.fetchmany([(1,)]), prepared.get_query)
    db.note(hasattr(prepared, "execute"))


async def a_prepared_statement_counts_its_arguments(db: World) -> None:
    prepared = await db.connection.prepare(query=ONE, name=None, timeout=3)
    await db.see(prepared.fetch(), prepared.fetchrow(1, 2), prepared.fetchval(), prepared.get_statusmsg)


@scripted(fetch=NUMBERS)
async def a_prepared_statement_has_cursors(db: World) -> None:
    prepared = await db.connection.prepare(SERIES)
    async with db.connection.transaction():
        cursor = await prepared.cursor()
        await db.see(cursor.fetch(2))
        async for record in prepared.cursor():
            db.note(record)


async def a_prepared_statement_ends_with_its_connection(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        prepared = await conn.prepare(NOBODY)
    await db.see(lambda: prepared.fetch(), lambda: prepared.fetchrow())


async def several_statements_are_not_prepared(db: World) -> None:
    await db.see(db.connection.prepare("SELECT 1; SELECT 2"))


async def records_are_copied(db: World) -> None:
    async def later() -> AsyncIterator[tuple[Any, ...]]:
        yield (7, "seven", 7)

    conn = db.connection
    await db.see(conn.copy_records_to_table("item", records=[(3, "three", 1), (4, "four", None)]))
    await db.see(
        conn.copy_records_to_table(
            "item", records=[(5, "five")], columns=["id", "name"], schema_name="public"
        )
    )
    await db.see(conn.copy_records_to_table("item", records=later(), timeout=3))
    await db.see(conn.copy_records_to_table("item", records=((n, "x", n) for n in (8, 9))))
    try:
        await conn.copy_records_to_table("item", [(6, "six", 6)])
    except TypeError:
        db.note("refused")


async def a_source_is_copied(db: World) -> None:
    content = BytesIO(b"3,three,1\n4,four,2\n")
    await db.see(
        db.connection.copy_to_table("item", source=content, format="csv", columns=["id", "name", "price"])
    )
    await db.see(db.connection.copy_to_table("item", source="/nowhere/at/all"))


@scripted(copy=answers(b"1\tone\n", b"1,one,10\n2,two,\n"))
async def an_output_is_written(db: World) -> None:
    output, table = BytesIO(), bytearray()

    async def write(part: bytes) -> None:
        table.extend(part)

    await db.see(db.connection.copy_from_query("SELECT id, name FROM item WHERE id = $1", 1, output=output))
    await db.see(db.connection.copy_from_table("item", output=write, format="csv"))
    db.note(output.getvalue(), bytes(table))


async def copies_check_their_options(db: World) -> None:
    conn = db.connection
    attempts: list[Callable[[], Any]] = [
        lambda: conn.copy_from_table("item", output=BytesIO(), shape="csv"),
        lambda: conn.copy_from_table("item"),
        lambda: conn.copy_to_table("item", source=BytesIO(b""), shape="csv"),
        lambda: conn.copy_from_query("SELECT 1", output=None),
    ]
    for attempt in attempts:
        try:
            await attempt()
        except TypeError:
            db.note("refused")


async def a_record_of_a_wrong_type_is_not_copied(db: World) -> None:
    await db.see(db.connection.copy_records_to_table("item", records=[("x", "three", 1)]))


async def calls_are_coroutine_functions(db: World) -> None:
    conn = db.connection
    db.note(
        [
            asyncio.iscoroutinefunction(each)
            for each in (conn.execute, conn.fetch, conn.close, conn.transaction)
        ]
    )
