"""psqlpy: what errors, results, records and connections tell of themselves."""

import copy
from typing import Any

import psqlpy
from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psqlpy import errors
from psqlpy import exceptions

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, INSERT, NOBODY, ONE

TWICE = errors.unique_violation("item_pkey", table="item", key={"id": 1})


async def _raised(call: Any) -> Any:
    try:
        await call
    except Exception as error:
        return error


@scripted(execute=TWICE)
async def an_error_is_of_a_family(db: World) -> None:
    error = await _raised(db.connection.execute(INSERT, [1, "x"]))
    db.note(type(error).__name__, type(error).__module__, isinstance(error, psqlpy.Error))
    for kind in ("Error", "InterfaceError", "BaseConnectionError", "DatabaseError", "DataError"):
        db.note(isinstance(error, getattr(exceptions, kind)))


@scripted(execute=TWICE)
async def an_error_is_its_text(db: World) -> None:
    error = await _raised(db.connection.execute(INSERT, [1, "x"]))
    db.note(
        error.args, hasattr(error, "sqlstate"), hasattr(error, "constraint_name"), hasattr(error, "pgcode")
    )
    db.note(error.__cause__ is None, error.__context__ is None, "item_pkey" in str(error))


async def what_the_client_finds_is_of_other_families(db: World) -> None:
    conn = db.connection
    for call in (conn.execute(ONE, [1, 2][:0]), conn.execute(ONE, 1), conn.fetch_row(NOBODY)):
        error = await _raised(call)
        db.note(type(error).__name__, isinstance(error, exceptions.InterfaceError))
        db.note(isinstance(error, exceptions.DatabaseError), error.args)


@scripted(fetch=ROWS, fetch_row=ROWS[0], execute=ROWS)
async def results_are_those_of_psqlpy(db: World) -> None:
    conn = db.connection
    many, one, done = await conn.fetch(ALL), await conn.fetch_row(ONE, [1]), await conn.execute(ALL)
    db.note([isinstance(each, psqlpy.QueryResult) for each in (many, one, done)])
    db.note([isinstance(each, psqlpy.SingleQueryResult) for each in (many, one, done)])
    db.note([type(each.result()).__name__ for each in (many, one, done)])


@scripted(fetch=ROWS)
async def a_result_of_another_shape(db: World) -> None:
    result = await db.connection.fetch(ALL)

    def only(id: int) -> int:
        return id

    def failing(row: Any) -> Any:
        raise KeyError("no")

    await db.see(
        lambda: result.row_factory(failing), lambda: result.as_class(None), lambda: result.row_factory(3)
    )
    for attempt in (lambda: result.as_class(only), lambda: result.row_factory()):
        try:
            attempt()
        except TypeError:
            db.note("refused")


@scripted(fetch=ROWS[:1])
async def a_result_is_read_again_and_again(db: World) -> None:
    result = await db.connection.fetch(ONE, [1])
    db.note(result.result() == result.result(), result.result() is result.result())
    db.note(result.result()[0] == ROWS[0], list(result.result()[0]), bool(result.result()))


@scripted(fetch=ROWS)
async def records_are_compared_and_gone_over(db: World) -> None:
    first, second = (await db.connection.fetch(ALL)).records()
    again = (await db.connection.fetch(ALL)).records()[0]
    db.note(first == again, first == second, first == tuple(first), first != again, bool(first))
    db.note(list(first), "id" in first, 1 in first, "one" in first)
    db.note(
        {**first}, dict(zip(first.keys(), first.values(), strict=True)), first[-1], first[:2], first[::-1]
    )
    await db.see(lambda: first[3], lambda: first[-4], lambda: first["x"], lambda: first[None])


@scripted(fetch=ROWS)
async def a_record_is_not_changed(db: World) -> None:
    record = (await db.connection.fetch(ALL)).records()[0]

    def assign() -> None:
        record["id"] = 2

    def extend() -> None:
        record.more = 2

    for attempt in (assign, extend, lambda: record.id, lambda: copy.copy(record), lambda: record.index(1)):
        try:
            attempt()
        except (TypeError, AttributeError) as error:
            db.note(type(error).__name__)
        else:
            db.note("done")


@scripted(fetch=ROWS, fetch_val=answers(1, "one", None, True, 1.5, [1, 2], {"a": 1}))
async def values_keep_their_types(db: World) -> None:
    rows = (await db.connection.fetch(ALL)).result()
    db.note([[type(value).__name__ for value in row.values()] for row in rows])
    for text in ("1", "'one'", "NULL::int", "true", "1.5::float8", "ARRAY[1, 2]", "'{\"a\": 1}'::json"):
        await db.see(db.connection.fetch_val(f"SELECT {text}"))


async def a_connection_tells_where_it_is(db: World) -> None:
    conn = db.connection
    for name in ("hosts", "ports", "user", "conn_dbname", "host_addrs", "options"):
        db.note(hasattr(conn, name))
    async with conn.transaction() as transaction:
        db.note(hasattr(transaction, "user"), hasattr(transaction.cursor(ALL), "user"))


async def there_are_no_other_spellings(db: World) -> None:
    conn, transaction = db.connection, db.connection.transaction()
    names = (
        "fetchrow",
        "fetchval",
        "executemany",
        "is_in_transaction",
        "commit",
        "rollback",
        "reset",
        "terminate",
    )
    db.note([hasattr(conn, name) for name in names])
    db.note([hasattr(transaction, name) for name in ("start", "savepoint", "transaction", "status", "close")])


@scripted(fetch=ROWS[:1])
async def a_prepared_statement_is_run_in_a_transaction(db: World) -> None:
    conn = db.connection
    prepared = await conn.prepare(ONE, [1])
    async with conn.transaction() as transaction:
        await db.see(transaction.fetch(ONE, [1]))
        inside = await transaction.prepare(INSERT, [3, "three"])
        await db.see(inside.execute())
    db.note(hasattr(prepared, "fetch"), hasattr(prepared, "fetch_row"), hasattr(prepared, "close"))
