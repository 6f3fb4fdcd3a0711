"""aiomysql and asyncmy: several results of one text, ids, names of columns, and what a connection tells of itself."""

from typing import Any

from async_testing.templates.fakes.common.several import FakeResults

from tests.contract.harness import scripted

INSERT = "INSERT INTO item (name) VALUES (%s)"


async def an_insert_gives_an_id_unasked(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("INSERT INTO note (id) VALUES (7)")
        db.note(cursor.lastrowid, db.connection.insert_id())
        await cursor.execute(INSERT, ["three"])
        db.note(cursor.lastrowid > 0, db.connection.insert_id() == cursor.lastrowid)
        first = cursor.lastrowid
        await cursor.execute(INSERT, ["four"])
        db.note(cursor.lastrowid - first)
        await cursor.execute("UPDATE item SET price = 1 WHERE id = -1")
        db.note(cursor.lastrowid, db.connection.insert_id())
        await cursor.execute("SELECT 1")
        db.note(cursor.lastrowid)


async def a_batch_gives_an_id(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.executemany(INSERT, [["three"], ["four"]])
        db.note(cursor.lastrowid > 0, cursor.rowcount)


async def a_replace_gives_an_id(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("REPLACE INTO item (name) VALUES ('three')")
        db.note(cursor.lastrowid > 0)


@scripted(fetch=FakeResults([{"id": 1}], [{"id": 2}, {"id": 3}]))
async def several_statements_give_several_results(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("SELECT 1 AS id; SELECT 2 AS id UNION SELECT 3")
        db.note(cursor.rowcount)
        db.note(await cursor.fetchall(), await cursor.nextset(), cursor.rowcount, await cursor.fetchall())
        db.note(cursor.description[0][0])
        db.note(await cursor.nextset())


@scripted(fetch=[{"id": 2}])
async def a_result_without_rows_comes_first(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("DELETE FROM note WHERE id = -1; SELECT 2 AS id")
        db.note(cursor.rowcount, cursor.description, await cursor.nextset())
        db.note(cursor.rowcount, await cursor.fetchall(), await cursor.nextset())


@scripted(fetch=FakeResults([{"id": 1}], [{"id": 2}]))
async def results_that_are_left_are_dropped(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("SELECT 1 AS id; SELECT 2 AS id")
        await cursor.execute("DELETE FROM note WHERE id = -1")
        db.note(cursor.rowcount, await cursor.nextset())


async def one_statement_has_one_result(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("SELECT 1 AS id WHERE false;")
        db.note(await cursor.nextset(), await cursor.nextset())


async def a_result_without_rows_tells_its_columns(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("SELECT id, i.name, price AS `Label` FROM item i WHERE id = -1")
        db.note([column[0] for column in cursor.description])
        await cursor.execute(
            "INSERT INTO item (name) SELECT name FROM item WHERE false RETURNING id, name AS label"
        )
        db.note([column[0] for column in cursor.description])


@scripted(fetch=FakeResults([], columns=["id", "name", "price"]))
async def columns_that_are_not_named_can_be_scripted(db: Any) -> None:
    async with db.connection.cursor() as cursor:
        await cursor.execute("SELECT * FROM item WHERE false")
        db.note([column[0] for column in cursor.description])


async def a_connection_tells_where_it_is(db: Any) -> None:
    names = (
        "db",
        "host",
        "port",
        "user",
        "charset",
        "unix_socket",
        "encoding",
        "echo",
        "cursorclass",
    )
    db.note(*(hasattr(db.connection, name) for name in names))
    names = (
        "get_server_info",
        "get_host_info",
        "get_proto_info",
        "server_version",
        "closed",
        "loop",
    )
    db.note(*(hasattr(db.connection, name) for name in names))


async def a_database_is_selected(db: Any) -> None:
    await db.see(db.connection.select_db("mysql"))
