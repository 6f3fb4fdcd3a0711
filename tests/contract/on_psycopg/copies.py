"""psycopg: COPY."""

from typing import Any

from async_testing.templates.fakes import answers

from tests.contract.harness import World, scripted
from tests.contract.on_psycopg.calls import COUNT, NOBODY

INTO = "COPY item (id, name, price) FROM STDIN"
OUT = "COPY (SELECT id, name FROM item ORDER BY id) TO STDOUT"


@scripted(fetch=[{"count": 4}])
async def rows_are_written(db: World) -> None:
    cursor = db.connection.cursor()
    async with cursor.copy(INTO) as copy:
        await db.see(copy.write_row((3, "three", None)), copy.write_row([4, "four", 4]))
    db.note(cursor.rowcount, cursor.statusmessage)
    cursor = await db.connection.execute(COUNT)
    await db.see(cursor.fetchone())


async def text_is_written(db: World) -> None:
    cursor = db.connection.cursor()
    async with cursor.copy(INTO) as copy:
        await db.see(copy.write("3\tthree\t\\N\n"), copy.write(b"4\tfour\t4\n"))
    db.note(cursor.rowcount)


@scripted(copy=answers([b"1\tone\n", b"2\ttwo\n"]))
async def data_is_read(db: World) -> None:
    read = b""
    async with db.connection.cursor().copy(OUT) as copy:
        async for data in copy:
            read += bytes(data)
    db.note(read)


@scripted(copy=answers([("1", "one"), ("2", "two")]))
async def rows_are_read(db: World) -> None:
    async with db.connection.cursor().copy(OUT) as copy:
        async for row in copy.rows():
            db.note(row)


@scripted(copy=answers([("1", "one"), ("2", "two")]))
async def a_row_is_read_at_a_time(db: World) -> None:
    async with db.connection.cursor().copy(OUT) as copy:
        await db.see(copy.read_row(), copy.read_row(), copy.read_row())


async def an_error_in_a_copy_aborts(db: World) -> None:
    async def block() -> None:
        async with db.connection.cursor().copy(INTO) as copy:
            await copy.write_row((3, "three", None))
            raise ValueError("no")

    await db.see(block(), db.connection.execute(NOBODY), db.connection.rollback())


async def a_closed_cursor_does_not_copy(db: World) -> None:
    cursor = db.connection.cursor()
    await cursor.close()
    await db.see(cursor.copy(INTO).__aenter__())


async def _copied(db: World, statement: str, *parameters: Any) -> None:
    async with db.connection.cursor().copy(statement, *parameters) as copy:
        db.note("begun")
        async for _ in copy:
            pass


async def only_a_copy_is_copied(db: World) -> None:
    for statement in ("SELECT 1", "DELETE FROM item WHERE id = -1", "SELECT 1; SELECT 2"):
        await db.see(_copied(db, statement))
        db.note(db.connection.info.transaction_status.name)
        await db.connection.rollback()


async def a_copy_is_not_executed(db: World) -> None:
    await db.see(db.connection.execute(OUT))
    await db.see(db.connection.execute(NOBODY))
    db.note(db.connection.info.transaction_status.name)


async def a_copy_of_files_is_no_stream(db: World) -> None:
    await db.see(_copied(db, "COPY (SELECT 1) TO '/dev/null'"))
    await db.see(db.connection.execute("COPY (SELECT 1) TO '/dev/null'"))


@scripted(copy="1\tone\n")
async def a_copy_takes_parameters(db: World) -> None:
    statement = "COPY (SELECT id, name FROM item WHERE id = %s) TO STDOUT"
    for parameters in ((1,), (1, 2), ({"id": 1},), {"id": 1}):
        await db.see(_copied(db, statement, parameters))
        await db.connection.rollback()


async def what_is_written_is_text_or_bytes(db: World) -> None:
    async with db.connection.cursor().copy(INTO) as copy:
        await db.see(
            copy.write(5), copy.write(None), copy.write(b""), copy.write(bytearray(b"3\tthree\t\\N\n"))
        )
        await db.see(copy.write_row(5), copy.write_row(None))


async def rows_hold_what_can_be_adapted(db: World) -> None:
    async with db.connection.cursor().copy(INTO) as copy:
        await db.see(copy.write_row((3, object(), None)))
        await db.see(copy.write_row((3, "three", None)))


async def nothing_is_written_into_what_is_read(db: World) -> None:
    async def written(row: bool) -> None:
        async with db.connection.cursor().copy(OUT) as copy:
            await (copy.write_row((1, "x")) if row else copy.write("1\tx\n"))

    await db.see(written(row=False))
    await db.connection.rollback()
    await db.see(db.connection.execute(NOBODY))


async def nothing_is_read_from_what_is_written(db: World) -> None:
    async with db.connection.cursor().copy(INTO) as copy:
        await db.see(copy.read())
    db.note(db.connection.closed)


@scripted(copy="1\tone\\ttwo\n2\t\\N\n")
async def a_text_is_read_in_rows(db: World) -> None:
    statement = "COPY (VALUES (1, E'one\\ttwo'), (2, NULL)) TO STDOUT"
    cursor = db.connection.cursor()
    async with cursor.copy(statement) as copy:
        db.note([row async for row in copy.rows()])
    db.note(cursor.rowcount)
    async with cursor.copy(statement) as copy:
        db.note([bytes(data) async for data in copy])


@scripted(copy=answers([(1, None), (2, "a\tb")]))
async def types_are_set_for_rows(db: World) -> None:
    async with db.connection.cursor().copy("COPY (VALUES (1, NULL), (2, E'a\\tb')) TO STDOUT") as copy:
        copy.set_types(["int4", "text"])
        db.note([row async for row in copy.rows()])


async def a_copy_tells_its_count(db: World) -> None:
    cursor = db.connection.cursor()
    async with cursor.copy(INTO) as copy:
        await copy.write_row((3, "three", None))
        db.note(cursor.rowcount)
    db.note(cursor.rowcount, cursor.statusmessage, cursor.description)
    await db.see(cursor.fetchone())


async def a_copy_is_refused_where_a_transaction_failed(db: World) -> None:
    await db.see(db.connection.execute("SELECT 1; DELETE FROM item WHERE id = %s", [1]))
    await db.see(_copied(db, INTO))
