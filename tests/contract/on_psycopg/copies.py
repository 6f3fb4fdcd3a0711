"""psycopg: COPY."""

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
