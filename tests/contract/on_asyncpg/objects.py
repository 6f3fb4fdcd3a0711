"""asyncpg: what errors, records, prepared statements and connections tell of themselves."""

from importlib import import_module
from typing import Any

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.asyncpg import errors

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_asyncpg.calls import ALL, DUPLICATE, INSERT, NOBODY, ONE

asyncpg = import_module("asyncpg")


async def _raised(call: Any) -> Any:
    try:
        await call
    except Exception as error:
        return error


@scripted(execute=DUPLICATE)
async def an_error_is_of_a_family(db: World) -> None:
    error = await _raised(db.connection.execute(INSERT, 1, "x"))
    for kind in ("UniqueViolationError", "IntegrityConstraintViolationError", "PostgresError"):
        db.note(isinstance(error, getattr(asyncpg, kind, None) or getattr(asyncpg.exceptions, kind)))
    db.note(isinstance(error, asyncpg.InterfaceError), isinstance(error, asyncpg.ForeignKeyViolationError))


@scripted(execute=DUPLICATE)
async def an_error_has_fields_of_the_server(db: World) -> None:
    error = await _raised(db.connection.execute(INSERT, 1, "x"))
    db.note(error.sqlstate, error.message, error.detail, error.constraint_name, error.args)
    db.note(error.schema_name, error.table_name, error.column_name, error.data_type_name)
    db.note(error.hint, error.position, error.severity, error.severity_en, error.query, error.internal_query)


@scripted(execute=DUPLICATE)
async def an_error_becomes_a_dict(db: World) -> None:
    error = await _raised(db.connection.execute(INSERT, 1, "x"))
    told = error.as_dict()
    db.note({name: told[name] for name in ("sqlstate", "message", "detail", "table_name", "constraint_name")})


async def an_interface_error_has_its_hint(db: World) -> None:
    error = await _raised(db.connection.fetch(ONE, 1, 2))
    db.note(error.detail, error.hint, error.args, isinstance(error, ValueError), isinstance(error, Exception))


async def a_timeout_is_the_builtin_one(db: World) -> None:
    error = await _raised(db.connection.fetch("SELECT 1", timeout=0))
    db.note(type(error) is TimeoutError, str(error), isinstance(error, OSError))


@scripted(fetch_row=ROWS[0])
async def a_record_is_one_of_asyncpg(db: World) -> None:
    record = await db.connection.fetchrow(ONE, 1)
    db.note(isinstance(record, asyncpg.Record), isinstance(record, dict), isinstance(record, tuple))


@scripted(fetch_row=ROWS[1])
async def a_record_becomes_other_things(db: World) -> None:
    record = await db.connection.fetchrow(ONE, 2)
    db.note(dict(record), {**record}, dict(record.items()), dict(zip(record.keys(), record, strict=True)))
    db.note(list(record), tuple(record), str(record), f"{record}", list(map(str, record)), bool(record))
    first, *others = record
    db.note(first, others, "name" in record, "one" in record, 2 in record, list(reversed(list(record))))


@scripted(fetch_row=ROWS[0])
async def a_record_is_sliced(db: World) -> None:
    record = await db.connection.fetchrow(ONE, 1)
    db.note(record[0:2], record[:], record[::-1], record[5:], record[-1], record[-3:-1])
    await db.see(lambda: record[3], lambda: record[-4], lambda: record["nope"], lambda: record[1.5])
    await db.see(lambda: record.get("nope", 7), lambda: record.get("id"))
    db.note(record[True], len(record[0:0]))


@scripted(fetch=[{"id": 1, "name": "one", "price": 10}] * 2)
async def records_are_members_of_sets(db: World) -> None:
    one, other = await db.connection.fetch(
        "SELECT * FROM item WHERE id = 1 UNION ALL SELECT * FROM item WHERE id = 1"
    )
    db.note(one == other, one is other, len({one, other}), sorted([other, one]) == [one, other])
    db.note(one in [other], (1, "one", 10) in [one], max(one, other) == one, one != (2,), one == None)  # noqa: E711


async def a_row_without_columns_is_empty(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.fetch_return = [{}]
    await db.see(db.connection.fetch("SELECT"), db.connection.fetchrow("SELECT"))
    record = await db.connection.fetchrow("SELECT")
    db.note(bool(record), len(record), list(record.keys()))


@scripted(fetch_row=None, fetch_val=None)
async def a_row_that_is_not_there_is_false(db: World) -> None:
    row = await db.connection.fetchrow(NOBODY)
    db.note(row, not row, row is None, await db.connection.fetchval(NOBODY))


@scripted(fetch=ROWS)
async def values_keep_their_types(db: World) -> None:
    rows = await db.connection.fetch(ALL)
    db.note([[type(value).__name__ for value in row] for row in rows], type(rows).__name__)


async def a_prepared_statement_names_itself(db: World) -> None:
    named = await db.connection.prepare(ONE, name="by_id")
    other = await db.connection.prepare(NOBODY)
    db.note(named.get_name(), named.get_query(), other.get_name().startswith("__asyncpg_"))
    db.note(named.get_statusmsg())


@scripted(fetch=answers(ROWS[:1], []), fetch_val=1)
async def a_prepared_statement_has_a_status(db: World) -> None:
    prepared = await db.connection.prepare(ONE)
    await db.see(prepared.fetch(1), prepared.get_statusmsg, prepared.fetchval(1), prepared.get_statusmsg)
    other = await db.connection.prepare(INSERT)
    await db.see(other.fetch(3, "three"), other.get_statusmsg)


async def a_connection_tells_of_its_server(db: World) -> None:
    conn = db.connection
    version = conn.get_server_version()
    db.note(version.major >= 12, type(conn.get_server_pid()).__name__, version.releaselevel)
    db.note(hasattr(conn.get_settings(), "server_version"), conn.get_settings().client_encoding)


async def listeners_are_added_once(db: World) -> None:
    conn, heard = db.connection, []

    def listen(*told: Any) -> None:
        heard.append(told)

    await db.see(conn.add_listener("a", listen), conn.add_listener("a", listen))
    await db.see(conn.remove_listener("a", listen), conn.remove_listener("a", listen))
    await db.see(lambda: conn.add_log_listener(listen), lambda: conn.remove_log_listener(listen))
    await db.see(
        lambda: conn.add_termination_listener(listen), lambda: conn.remove_termination_listener(listen)
    )


async def a_termination_is_told(db: World) -> None:
    heard: list[str] = []
    db.connection.add_termination_listener(lambda conn: heard.append("ended"))
    await db.see(db.connection.close())
    await db.until(lambda: heard)
    db.note(heard)


@scripted(fetch_val=1)
async def queries_are_logged(db: World) -> None:
    logged: list[Any] = []
    with db.connection.query_logger(
        lambda record: logged.append((record.query, record.args, record.exception))
    ):
        await db.see(db.connection.fetchval("SELECT $1::int", 1))
    await db.see(db.connection.fetchval("SELECT $1::int", 1))
    db.note([list(each) for each in logged])


async def codecs_are_set_and_reset(db: World) -> None:
    conn = db.connection
    await db.see(conn.set_type_codec("json", encoder=str, decoder=str, schema="pg_catalog"))
    await db.see(conn.reset_type_codec("json", schema="pg_catalog"), conn.reload_schema_state())


@scripted(
    execute=answers(errors.server_error("P0001", "no", hint="try again"), errors.server_error("XX999", "odd"))
)
async def any_error_has_its_class(db: World) -> None:
    await db.see(db.connection.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'try again'; END $$"))
    error = await _raised(
        db.connection.execute("DO $$ BEGIN RAISE EXCEPTION 'odd' USING ERRCODE = 'XX999'; END $$")
    )
    db.note(type(error).__name__, error.sqlstate, str(error))
