"""psycopg: what is notified, and statements in a pipeline."""

from typing import Any

import psycopg

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psycopg.calls import ALL, INSERT


def _told(each: Any, connection: Any) -> list[Any]:
    return [each.channel, each.payload, each.pid == connection.info.backend_pid]


async def notifications_are_waited_for(db: World) -> None:
    connection = db.connection
    await connection.set_autocommit(True)
    await connection.execute("LISTEN news")
    for statement in (
        "NOTIFY news",
        "NOTIFY news, 'it''s'",
        "NOTIFY other, 'x'",
        "SELECT pg_notify('news', 'y')",
    ):
        await connection.execute(statement)
    async for each in connection.notifies(timeout=0.1, stop_after=3):
        db.note(_told(each, connection), isinstance(each, psycopg.Notify))


async def notifications_stop_in_time(db: World) -> None:
    await db.connection.set_autocommit(True)
    await db.connection.execute("LISTEN news")
    db.note([each.payload async for each in db.connection.notifies(timeout=0.02)])
    await db.connection.execute("UNLISTEN news")
    await db.connection.execute("NOTIFY news, 'x'")
    db.note([each.payload async for each in db.connection.notifies(timeout=0.02)])


async def a_handler_is_told(db: World) -> None:
    connection, heard = db.connection, []
    await connection.set_autocommit(True)
    await connection.execute("LISTEN news")

    def handler(each: Any) -> None:
        heard.append(each.payload)

    connection.add_notify_handler(handler)
    await connection.execute("SELECT pg_notify(%s, %s)", ("news", "a"))
    db.note(*heard)
    connection.remove_notify_handler(handler)
    await connection.execute("NOTIFY news, 'b'")
    db.note(len(heard))
    await db.see(lambda: connection.remove_notify_handler(handler))


async def what_is_rolled_back_is_not_notified(db: World) -> None:
    connection, heard = db.connection, []
    await connection.execute("LISTEN news")
    await connection.commit()
    connection.add_notify_handler(lambda each: heard.append(each.payload))
    await connection.execute("NOTIFY news, 'a'")
    await connection.rollback()
    await connection.execute("NOTIFY news, 'b'")
    db.note(len(heard))
    await connection.commit()
    db.note(*heard)


async def handlers_of_notices_are_kept(db: World) -> None:
    def handler(each: Any) -> None:
        db.note("told")

    db.connection.add_notice_handler(handler)
    db.connection.remove_notice_handler(handler)
    await db.see(lambda: db.connection.remove_notice_handler(handler))


@scripted(fetch=ROWS)
async def a_pipeline_runs_its_statements(db: World) -> None:
    async with db.connection.pipeline() as pipeline:
        db.note(isinstance(pipeline, psycopg.AsyncPipeline))
        await db.connection.execute(INSERT, (3, "three"))
        cursor = await db.connection.execute(ALL.replace("FROM item", "FROM item WHERE id < 3"))
        await pipeline.sync()
        await db.see(cursor.fetchall())
        other = await db.connection.execute("SELECT id, name, price FROM item WHERE id < 3 ORDER BY id")
        await db.see(other.fetchone())
    await db.see(other.fetchone())
    db.note(db.connection.info.transaction_status.name)


async def a_pipeline_does_not_copy_or_stream(db: World) -> None:
    async def copied() -> None:
        async with db.connection.cursor().copy("COPY item TO STDOUT"):
            pass

    async def streamed() -> None:
        async for _ in db.connection.cursor().stream("SELECT 1"):
            pass

    async with db.connection.pipeline():
        await db.see(copied(), streamed())


async def adapters_are_registered(db: World) -> None:
    class Point:
        """A type of the application."""

    class Dumper(psycopg.adapt.Dumper):
        """How it is sent."""

        def dump(self, obj: Any) -> bytes:
            return b"1,2"

    db.connection.adapters.register_dumper(Point, Dumper)
    await db.see(db.connection.execute("SELECT %s::text WHERE false", [Point()]))
    cursor = db.connection.cursor()
    cursor.adapters.register_dumper(Point, Dumper)
    await db.see(cursor.execute("SELECT %s::text WHERE false", [object()]))


async def an_error_in_a_pipeline_comes_late(db: World) -> None:
    async def block() -> None:
        async with db.connection.pipeline():
            await db.see(db.connection.execute("SELECT 1 FROM item WHERE id = %s; SELECT 2", [1]))
            db.note("behind")

    await db.see(block())
