"""asyncpg: calls, status strings, records, arguments, errors."""

import copy
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.asyncpg import errors

from tests.contract.harness import ROWS, World, scripted

asyncpg = import_module("asyncpg")

ONE = "SELECT * FROM item WHERE id = $1"
ALL = "SELECT * FROM item ORDER BY id"
NOBODY = "SELECT * FROM item WHERE id = -1"
INSERT = "INSERT INTO item (id, name) VALUES ($1, $2)"
DUPLICATE = errors.unique_violation("item_pkey", table="item", key={"id": 1})
UNKNOWN = errors.server_error("42P01", 'relation "nope" does not exist')


async def execute_of_an_insert_counts_its_rows(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, 3, "three"), conn.execute(INSERT + " RETURNING id", 4, "four"))
    await db.see(conn.execute("INSERT INTO item VALUES (5, 'a', 1), (6, 'b', length('(,')), (7, 'c', NULL);"))


async def execute_of_an_update_of_nothing(db: World) -> None:
    conn = db.connection
    await db.see(
        conn.execute("UPDATE item SET price = 1 WHERE id = -1"),
        conn.execute("DELETE FROM item WHERE id = -1"),
    )
    await db.see(conn.execute("WITH old AS (SELECT 1) DELETE FROM item WHERE id = -1"), conn.execute(NOBODY))


@scripted(execute=answers(2, 1, 2, 1))
async def execute_scripted_with_a_number(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("UPDATE item SET price = 1"), conn.execute("DELETE FROM item WHERE id = $1", 2))
    await db.see(conn.execute("INSERT INTO item SELECT g, 'x', 1 FROM generate_series(5, 6) g"))
    await db.see(conn.execute("SELECT * FROM item WHERE id = 1"))


@scripted(execute=answers("UPDATE 2", ROWS))
async def execute_scripted_with_a_status_or_rows(db: World) -> None:
    await db.see(db.connection.execute("UPDATE item SET price = 1"), db.connection.execute(ALL))


async def execute_of_everything_else(db: World) -> None:
    for statement in (
        "CREATE TEMP TABLE made (id int)",
        "CREATE UNIQUE INDEX made_index ON made (id)",
        "ALTER TABLE made ADD COLUMN more int",
        "TRUNCATE made",
        "CREATE OR REPLACE TEMP VIEW seen AS SELECT 1 AS n",
        "DROP VIEW seen",
        "DROP TABLE IF EXISTS made",
        "SET timezone = 'utc'",
        "LISTEN channel",
        "NOTIFY channel",
        "DO $$ BEGIN END $$",
        "BEGIN",
        "SAVEPOINT a",
        "LOCK TABLE item",
        "ROLLBACK TO SAVEPOINT a",
        "RELEASE SAVEPOINT a",
        "COMMIT",
        "START TRANSACTION",
        "END",
        "BEGIN",
        "ABORT",
        "CREATE TEMP TABLE made AS SELECT 1 AS n WHERE false",
    ):
        await db.see(db.connection.execute(statement))


async def execute_takes_several_statements(db: World) -> None:
    await db.see(db.connection.execute("SELECT 1; DELETE FROM item WHERE id = -1;"))


async def several_statements_take_no_arguments(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("SELECT $1::int; SELECT 2", 1), conn.fetch("SELECT 1; SELECT 2"))
    await db.see(conn.fetchrow("SELECT 1; SELECT 2"), conn.fetchval("SELECT 1; SELECT 2"))


@scripted(fetch=ROWS[:1], fetch_row=ROWS[0], fetch_val=1)
async def keywords_are_the_drivers(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(query="UPDATE item SET price = 1 WHERE id = -1", timeout=5))
    await db.see(conn.fetch(ONE, 1, timeout=5, record_class=None), conn.fetchrow(ONE, 1, timeout=None))
    await db.see(conn.fetchval(ONE, 1, column=0, timeout=3))
    await db.see(conn.executemany(command=INSERT, args=[(3, "three")], timeout=3))


async def other_keywords_are_refused(db: World) -> None:
    conn = db.connection
    attempts: list[tuple[Callable[..., Any], str]] = [
        (conn.execute, "parameters"),
        (conn.fetch, "params"),
        (conn.fetchrow, "args"),
        (conn.transaction, "isolation_level"),
    ]
    for method, keyword in attempts:
        try:
            await method(*(["SELECT 1"] if method != conn.transaction else []), **{keyword: [1]})
        except TypeError as error:
            db.note("unexpected keyword argument" in str(error))


async def there_is_no_psqlpy_spelling(db: World) -> None:
    conn = db.connection
    db.note(
        [
            hasattr(conn, name)
            for name in ("fetch_row", "fetch_val", "execute_many", "in_transaction", "commit")
        ]
    )


@scripted(fetch=ROWS)
async def fetch_gives_a_list_of_records(db: World) -> None:
    await db.see(db.connection.fetch(ALL), db.connection.fetch(ALL))


async def fetch_of_nothing_gives_an_empty_list(db: World) -> None:
    await db.see(db.connection.fetch(NOBODY), db.connection.fetch(INSERT, 3, "three"))


@scripted(fetch_row=ROWS[0])
async def fetchrow_gives_a_record(db: World) -> None:
    await db.see(db.connection.fetchrow(ONE, 1))


async def fetchrow_of_nothing_is_none(db: World) -> None:
    await db.see(db.connection.fetchrow(NOBODY), db.connection.fetchrow(INSERT, 3, "three"))


@scripted(fetch_row=None)
async def fetchrow_scripted_as_none_is_none(db: World) -> None:
    await db.see(db.connection.fetchrow(NOBODY))


@scripted(fetch_row=ROWS)
async def fetchrow_of_two_gives_the_first(db: World) -> None:
    await db.see(db.connection.fetchrow(ALL))


@scripted(fetch=ROWS)
async def fetchrow_takes_the_first_of_the_rows_to_fetch(db: World) -> None:
    await db.see(db.connection.fetchrow(ALL), db.connection.fetchval(ALL), db.connection.fetch(ALL))


@scripted(fetch_val="one")
async def fetchval_gives_a_value(db: World) -> None:
    await db.see(db.connection.fetchval("SELECT name FROM item WHERE id = 1"))


@scripted(fetch_val=None)
async def fetchval_of_null_is_none(db: World) -> None:
    await db.see(db.connection.fetchval("SELECT price FROM item WHERE id = 2"))


async def fetchval_of_nothing_is_none(db: World) -> None:
    await db.see(db.connection.fetchval(NOBODY), db.connection.fetchval(NOBODY, column=7))


@scripted(fetch=ROWS)
async def fetchval_takes_a_column(db: World) -> None:
    conn = db.connection
    await db.see(conn.fetchval(ALL), conn.fetchval(ALL, column=1), conn.fetchval(ALL, column="price"))
    await db.see(conn.fetchval(ALL, column=-1), conn.fetchval(ALL, column=9), conn.fetchval(ALL, column="x"))


@scripted(fetch_row=ROWS[1])
async def a_record_is_read_by_place_and_name(db: World) -> None:
    record = await db.connection.fetchrow("SELECT * FROM item WHERE id = 2")
    db.note(
        record[0],
        record["name"],
        record[-1],
        record[0:2],
        list(record),
        tuple(record),
        len(record),
        dict(record),
    )
    db.note(
        record.get("id"),
        record.get("x"),
        record.get("x", 5),
        {**record},
        repr(record),
        str(record),
        bool(record),
    )
    db.note(list(record.keys()), list(record.values()), list(record.items()), next(iter(record.keys())))
    db.note("name" in record, "two" in record, record[True], list(reversed(record)))
    await db.see(lambda: record[9], lambda: record["x"], lambda: record[1.5])


@scripted(fetch_row=ROWS[0])
async def a_record_equals_its_tuple(db: World) -> None:
    record = await db.connection.fetchrow(ONE, 1)
    again = await db.connection.fetchrow(ONE, 1)
    db.note(record == again, record is again, record == (1, "one", 10), record == (1, "one", 10))
    db.note(
        record == [1, "one", 10],
        record == ROWS[0],
        record != again,
        record < (2,),
        record >= (1,),
        record <= again,
    )
    db.note(hash(record) == hash((1, "one", 10)), {record: 1}[again], record > again)


@scripted(fetch_row=ROWS[0])
async def a_record_is_not_changed(db: World) -> None:
    record = await db.connection.fetchrow(ONE, 1)

    def assign() -> None:
        record["id"] = 2

    def extend() -> None:
        record.more = 2

    for attempt in (assign, extend, lambda: record.id, lambda: copy.copy(record), lambda: record.index(1)):
        try:
            attempt()
        except (TypeError, AttributeError) as error:
            db.note(type(error).__name__ in ("TypeError", "AttributeError"))
    db.note(isinstance(record, Mapping), isinstance(record, Sequence), isinstance(record, tuple | dict))


@scripted(fetch=ROWS, fetch_row=ROWS[0])
async def records_of_a_class_of_ones_own(db: World) -> None:
    class Row(asyncpg.Record):  # type: ignore[misc,name-defined]
        def __getattr__(self, name: str) -> Any:
            return self[name]

    rows = await db.connection.fetch(ALL, record_class=Row)
    row = await db.connection.fetchrow(ONE, 1, record_class=Row)
    db.note(rows[0].name, row.price, type(row).__name__, repr(row))
    await db.see(db.connection.fetch(ALL, record_class=dict))


async def arguments_too_many_raise(db: World) -> None:
    conn = db.connection
    await db.see(
        conn.execute(ONE, 1, 2), conn.fetch(ONE, 1, 2), conn.fetchrow(ONE, 1, 2), conn.fetchval(ONE, 1, 2)
    )
    await db.see(conn.execute("SELECT 1", 1), conn.fetch("SELECT 1", 1, 2))


async def arguments_too_few_raise(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, 1), conn.fetch(INSERT, 1), conn.fetchrow(ONE), conn.fetchval(INSERT))


async def arguments_not_given_to_execute_raise(db: World) -> None:
    await db.see(db.connection.execute(ONE))


async def a_list_is_one_argument(db: World) -> None:
    await db.see(db.connection.fetchval("SELECT $1::int + $2::int", [1, 2]))


@scripted(fetch=ROWS[:1])
async def placeholders_in_strings_do_not_count(db: World) -> None:
    await db.see(db.connection.fetch("SELECT * FROM item WHERE id = $1 AND name <> '$2' -- $3", 1))
    await db.see(db.connection.fetch("SELECT * FROM item WHERE id = $1 AND id <= $1", 1))


async def executemany_gives_none(db: World) -> None:
    conn = db.connection
    await db.see(conn.executemany(INSERT, [(3, "three"), [4, "four"]]), conn.executemany(INSERT, []))
    await db.see(conn.executemany(INSERT, ((n, "x") for n in (5, 6))))


async def executemany_checks_its_sets(db: World) -> None:
    conn = db.connection
    await db.see(conn.executemany(INSERT, [(3,)]), conn.executemany(INSERT, [(3, "x", 1)]))
    await db.see(conn.executemany(INSERT, [3]), conn.executemany(INSERT, [{"id": 3, "name": "x"}]))
    await db.see(conn.executemany(INSERT, None))


@scripted(execute=DUPLICATE, fetch_val=2)
async def executemany_is_all_or_nothing(db: World) -> None:
    await db.see(db.connection.executemany(INSERT, [(7, "seven"), (1, "one")]))
    await db.see(db.connection.fetchval("SELECT count(*) FROM item"))


@scripted(fetch=[{"id": 3}, {"id": 4}])
async def fetchmany_gives_all_rows(db: World) -> None:
    await db.see(db.connection.fetchmany(INSERT + " RETURNING id", [(3, "three"), (4, "four")]))


@scripted(execute=DUPLICATE, fetch=DUPLICATE, fetch_row=DUPLICATE, fetch_val=DUPLICATE)
async def a_duplicate_key_raises(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, 1, "x"), conn.fetch(INSERT, 1, "x"), conn.fetchrow(INSERT, 1, "x"))
    await db.see(conn.fetchval(INSERT, 1, "x"), conn.execute("INSERT INTO item VALUES (1, 'x', 1)"))


@scripted(execute=UNKNOWN, fetch=UNKNOWN)
async def an_unknown_table_raises(db: World) -> None:
    await db.see(
        db.connection.execute("SELECT * FROM nope"),
        db.connection.fetch("SELECT * FROM nope WHERE id = $1", 1),
    )


WRONG = "invalid input for query argument $1: 'one' ('str' object cannot be interpreted as an integer)"


@scripted(fetch=asyncpg.DataError(WRONG))
async def a_wrong_type_raises_a_data_error(db: World) -> None:
    await db.see(db.connection.fetch(ONE, "one"))


async def a_wrong_type_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.fetch(ONE, "one"))


async def a_wrong_word_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.execute("SELEC 1"))


@scripted(fetch_row=answers(ROWS[0], None, DUPLICATE))
async def answers_in_order(db: World) -> None:
    conn = db.connection
    await db.see(conn.fetchrow(ONE, 1), conn.fetchrow(NOBODY), conn.fetchrow(INSERT, 1, "x"))


async def a_timeout_of_nothing_times_out(db: World) -> None:
    conn = db.connection
    await db.see(conn.fetch("SELECT 1", timeout=0), conn.execute("SELECT 1", timeout=-1), conn.fetch(NOBODY))
