"""asyncpg: what it checks on its own, listeners, and what a prepared statement tells."""

import asyncio
import json
import warnings
from typing import Any

from tests.contract.harness import ROWS, World, scripted

ALL = "SELECT id, name, price FROM item ORDER BY id"


async def a_codec_of_no_such_type_is_refused(db: World) -> None:
    codec: dict[str, Any] = {"encoder": json.dumps, "decoder": json.loads}
    connection = db.connection
    await db.see(connection.set_type_codec("jsonb", schema="pg_catalog", **codec))
    await db.see(connection.set_type_codec("json", schema="pg_catalog", format="text", **codec))
    await db.see(connection.set_type_codec("jsonb", **codec), connection.set_type_codec("json", **codec))
    await db.see(connection.reset_type_codec("jsonb", schema="pg_catalog"))
    await db.see(connection.set_type_codec("numeric", schema="pg_catalog", format="binary", **codec))
    await db.see(connection.set_type_codec("jsonb", schema="pg_catalog", format="wrong", **codec))


async def a_listener_is_a_callable(db: World) -> None:
    await db.see(db.connection.add_listener("news", 5), db.connection.add_listener("news", "x"))
    await db.see(lambda: db.connection.add_log_listener(5), lambda: db.connection.add_termination_listener(5))
    await db.see(lambda: db.connection.add_query_logger(5))


async def _notified(db: World, *statements: str, connection: Any = None) -> None:
    heard: list[Any] = []
    connection = connection or db.connection

    def listener(told: Any, pid: int, channel: str, payload: str) -> None:
        heard.append([told is connection, pid == connection.get_server_pid(), channel, payload])

    await connection.add_listener("news", listener)
    for statement in statements:
        await connection.execute(statement)
    await asyncio.sleep(0.02)
    db.note(*heard)
    await connection.remove_listener("news", listener)
    await connection.execute("NOTIFY news, 'late'")
    await asyncio.sleep(0.02)
    db.note(len(heard))


async def a_listener_hears_what_is_notified(db: World) -> None:
    await _notified(
        db, "NOTIFY news", "NOTIFY news, 'it''s'", "NOTIFY other, 'x'", "SELECT pg_notify('news', 'y')"
    )


async def a_listener_hears_what_is_committed(db: World) -> None:
    await _notified(db, "BEGIN", "NOTIFY news, 'a'", "ROLLBACK", "BEGIN", "NOTIFY news, 'b'", "COMMIT")


@scripted(fetch_val=None)
async def a_listener_hears_parameters(db: World) -> None:
    heard: list[Any] = []
    await db.connection.add_listener("news", lambda *told: heard.append(told[2:]))
    await db.connection.execute("SELECT pg_notify($1, $2)", "news", "first")
    await db.connection.fetchval("SELECT pg_notify('news', $1)", "second")
    async with db.connection.transaction():
        await db.connection.execute("SELECT pg_notify($1, $2)", "news", "third")
        db.note(len(heard))
    await asyncio.sleep(0.02)
    db.note(*heard)


async def a_listener_on_another_connection_hears(db: World) -> None:
    pool = await db.make_pool()
    heard: list[Any] = []
    async with pool.acquire() as one, pool.acquire() as two:
        listener = lambda *told: heard.append(told[2:])  # noqa: E731
        await one.add_listener("news", listener)
        await two.execute("NOTIFY news, 'over there'")
        await asyncio.sleep(0.02)
        await one.fetch(ALL)
        db.note(*heard)
        await one.remove_listener("news", listener)


async def an_async_listener_is_awaited(db: World) -> None:
    heard: list[Any] = []

    async def listener(*told: Any) -> None:
        heard.append(told[2:])

    await db.connection.add_listener("news", listener)
    await db.connection.execute("NOTIFY news, 'x'")
    await asyncio.sleep(0.02)
    db.note(*heard)


async def listeners_that_are_left_are_removed(db: World) -> None:
    pool = await db.make_pool()
    heard: list[Any] = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        async with pool.acquire() as connection:
            await connection.add_listener("news", lambda *told: heard.append(told[2:]))
            connection.add_log_listener(lambda *told: None)
    for each in told:
        text = str(each.message)
        db.note(each.category.__name__, text[text.index("is being released") :])
    async with pool.acquire() as connection:
        await connection.execute("NOTIFY news, 'x'")
    await asyncio.sleep(0.02)
    db.note(*heard)


async def a_prepared_statement_tells_its_columns(db: World) -> None:
    statement = await db.connection.prepare("SELECT id, name AS label FROM item WHERE false")
    db.note([attribute.name for attribute in statement.get_attributes()])
    statement = await db.connection.prepare("DELETE FROM item WHERE false")
    db.note(list(statement.get_attributes()))


async def a_prepared_statement_tells_how_many_parameters_there_are(db: World) -> None:
    statement = await db.connection.prepare("SELECT $1::int, $2::text")
    db.note(len(statement.get_parameters()))
    statement = await db.connection.prepare("SELECT 1")
    db.note(len(statement.get_parameters()))


async def a_prepared_statement_tells_the_types_of_casts(db: World) -> None:
    statement = await db.connection.prepare("SELECT $1::int, $2::text, $3::timestamptz")
    for each in statement.get_parameters():
        db.note(each.name, each.kind, each.schema)


@scripted(fetch=[{"QUERY PLAN": [{"Plan": {}}]}], fetch_val=[{"Plan": {}}])
async def a_prepared_statement_is_explained(db: World) -> None:
    statement = await db.connection.prepare("SELECT id FROM item WHERE id = $1")
    plan = await statement.explain(1)
    db.note(type(plan).__name__, "Plan" in plan[0])


async def records_are_sequences(db: World) -> None:
    connection = db.connection
    copied = connection.copy_records_to_table
    await db.see(copied("item", records=[(3, "c", None)], columns="id"))
    await db.see(copied("item", records=[{"id": 3, "name": "c"}], columns=["id", "name"]))
    await db.see(copied("item", records=[(3, "c")], columns=["id", "name"]))
    await db.see(copied("item", records=[5], columns=["id", "name"]))


@scripted(fetch=ROWS)
async def a_column_that_is_not_there_is_an_error(db: World) -> None:
    await db.see(db.connection.fetchval(ALL, column=2), db.connection.fetchval(ALL, column=5))
    await db.see(db.connection.fetchval(ALL, column=-1), db.connection.fetchval(ALL, column="name"))


@scripted(fetch_val=1)
async def a_value_has_one_column(db: World) -> None:
    await db.see(db.connection.fetchval("SELECT 1"), db.connection.fetchval("SELECT 1", column=5))
    await db.see(db.connection.fetchval("SELECT 1", column=0), db.connection.fetchval("SELECT 1", column=-1))


async def a_write_within_a_query_is_refused_where_one_may_only_read(db: World) -> None:
    for query in (
        "WITH gone AS (DELETE FROM item RETURNING id) SELECT id FROM gone",
        "WITH few AS (SELECT 1 AS id) INSERT INTO item (id, name) SELECT id, 'x' FROM few",
        "WITH few AS (SELECT 1 AS id) SELECT id FROM few WHERE false",
        "SELECT 'delete from item' AS text WHERE false",
        "SELECT id FROM item WHERE false FOR UPDATE",
    ):

        async def one(query: str = query) -> Any:
            async with db.connection.transaction(readonly=True):
                return await db.connection.fetch(query)

        await db.see(one())


async def a_query_counts_its_rows(db: World) -> None:
    for query in ("SELECT 1", "SELECT 1, 2 AS two", "SELECT id FROM item WHERE id = -1", "VALUES (1), (2)"):
        await db.see(db.connection.execute(query))
    await db.see(db.connection.execute("SELECT 1 WHERE false"))
