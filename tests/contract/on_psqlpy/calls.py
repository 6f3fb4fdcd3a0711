"""psqlpy: calls, results, parameters, errors."""

from collections import deque

from async_testing.templates.fakes import answers
from psqlpy.exceptions import ConnectionExecuteError, DatabaseError

from tests.contract.harness import ROWS, World, scripted

ONE = "SELECT * FROM item WHERE id = $1"
ALL = "SELECT * FROM item ORDER BY id"
NOBODY = "SELECT * FROM item WHERE id = -1"
INSERT = "INSERT INTO item (id, name) VALUES ($1, $2)"
DUPLICATE = (
    'db error: ERROR: duplicate key value violates unique constraint "item_pkey"\n'
    "DETAIL: Key (id)=(1) already exists."
)
PREFIX = "Cannot execute query, error - "
UNKNOWN = 'db error: ERROR: relation "nope" does not exist'


@scripted(execute=ROWS)
async def execute_gives_rows(db: World) -> None:
    await db.see(db.connection.execute(ALL))


async def execute_of_an_insert_gives_no_rows(db: World) -> None:
    await db.see(db.connection.execute(INSERT, [3, "three"]))


@scripted(execute=[{"id": 3}])
async def execute_returning_gives_rows(db: World) -> None:
    await db.see(db.connection.execute(INSERT + " RETURNING id", [3, "three"]))


async def execute_of_an_update_of_nothing_gives_no_rows(db: World) -> None:
    await db.see(db.connection.execute("UPDATE item SET price = 1 WHERE id = -1"))


@scripted(execute=ROWS[:1], fetch=ROWS[:1], fetch_row=ROWS[0], fetch_val=1)
async def keywords_are_the_drivers(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(querystring=ONE, parameters=[1]))
    await db.see(conn.execute(querystring=ONE, parameters=[1], prepared=False))
    await db.see(conn.fetch(querystring=ONE, parameters=[1], prepared=True))
    await db.see(conn.fetch_row(querystring=ONE, parameters=[1]))
    await db.see(conn.fetch_val(querystring=ONE, parameters=[1]))
    await db.see(conn.fetch(ONE, [1], False))
    await db.see(conn.execute_many(querystring=INSERT, parameters=[[5, "five"]]))
    await db.see(conn.execute_batch(querystring="SELECT 1"))


async def other_keywords_are_refused(db: World) -> None:
    conn = db.connection
    for keyword in ("params", "args", "stmt"):
        try:
            await conn.execute("SELECT 1", **{keyword: [1]})
        except TypeError as error:
            db.note("unexpected keyword argument" in str(error))


async def parameters_are_one_argument(db: World) -> None:
    try:
        await db.connection.execute("SELECT $1::int, $2::int", 1, 2, 3)
    except TypeError:
        db.note("refused")


async def a_statement_is_a_text(db: World) -> None:
    await db.see(db.connection.execute(None), db.connection.fetch(3), db.connection.fetch_val(b"SELECT 1"))


@scripted(fetch=ROWS)
async def fetch_gives_rows(db: World) -> None:
    await db.see(db.connection.fetch(ALL))


@scripted(fetch=ROWS)
async def fetch_again_gives_the_same(db: World) -> None:
    await db.see(db.connection.fetch(ALL), db.connection.fetch(ALL))


async def fetch_of_nothing_gives_no_rows(db: World) -> None:
    await db.see(db.connection.fetch(NOBODY))


@scripted(fetch_row=ROWS[0])
async def fetch_row_gives_a_row(db: World) -> None:
    await db.see(db.connection.fetch_row(ONE, [1]))


async def fetch_row_of_nothing_raises(db: World) -> None:
    await db.see(db.connection.fetch_row(NOBODY))


@scripted(fetch_row=None)
async def fetch_row_scripted_as_no_row_raises(db: World) -> None:
    await db.see(db.connection.fetch_row(NOBODY))


@scripted(fetch_row=ROWS)
async def fetch_row_of_two_raises(db: World) -> None:
    await db.see(db.connection.fetch_row(ALL))


@scripted(fetch=ROWS)
async def fetch_row_of_two_rows_to_fetch_raises(db: World) -> None:
    await db.see(db.connection.fetch_row(ALL))


async def fetch_row_of_an_insert_raises(db: World) -> None:
    await db.see(db.connection.fetch_row(INSERT, [3, "three"]))


@scripted(fetch_val="one")
async def fetch_val_gives_a_value(db: World) -> None:
    await db.see(db.connection.fetch_val("SELECT name FROM item WHERE id = 1"))


@scripted(fetch_val=None)
async def fetch_val_of_null_is_none(db: World) -> None:
    await db.see(db.connection.fetch_val("SELECT price FROM item WHERE id = 2"))


async def fetch_val_of_nothing_raises(db: World) -> None:
    await db.see(db.connection.fetch_val(NOBODY))


@scripted(fetch=ROWS)
async def fetch_val_of_two_rows_raises(db: World) -> None:
    await db.see(db.connection.fetch_val(ALL))


@scripted(fetch=ROWS[:1])
async def fetch_val_is_the_first_column(db: World) -> None:
    await db.see(db.connection.fetch_val(ONE, [1]))


@scripted(execute=ROWS[:1])
async def parameters_are_any_sequence(db: World) -> None:
    for parameters in ([1], (1,), range(1, 2), deque([1])):
        await db.see(db.connection.execute(ONE, parameters))


async def parameters_are_no_text_set_number_or_generator(db: World) -> None:
    for parameters in ("1", {1}, 1, (n for n in [1]), {1: 1}.values()):
        await db.see(db.connection.execute(ONE, parameters))


@scripted(execute=[], fetch=ROWS[:1], fetch_val=1)
async def parameters_too_many_are_dropped(db: World) -> None:
    await db.see(db.connection.execute(INSERT, [3, "three", "more"]))
    await db.see(db.connection.fetch(ONE, [1, 2]), db.connection.fetch_val(ONE, [1, 2]))
    await db.see(db.connection.execute("UPDATE item SET price = 3", [1]))


async def parameters_too_few_raise(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute(INSERT, [3]), conn.fetch(INSERT, [3]), conn.fetch_row(INSERT, [3]))
    await db.see(conn.fetch_val(INSERT, [3]), conn.execute(INSERT, []), conn.execute(ONE, []))


async def parameters_not_given_raise(db: World) -> None:
    conn = db.connection
    await db.see(
        conn.execute(ONE), conn.fetch(ONE), conn.fetch_row(ONE), conn.fetch_val(ONE), conn.fetch(ONE, None)
    )


@scripted(execute=ROWS[:1])
async def parameters_by_name(db: World) -> None:
    named = "SELECT * FROM item WHERE id = $(id)p AND $(id)p > 0 AND name = $(name)p"
    await db.see(db.connection.execute(named, {"id": 1, "name": "one"}))
    await db.see(db.connection.execute(named, {"id": 1, "name": "one", "more": 2}))
    await db.see(db.connection.execute(named, [1, 1, "one"]))
    await db.see(db.connection.execute(named, {"id": 1}))
    await db.see(db.connection.execute(named, [1]))


async def parameters_by_name_need_names(db: World) -> None:
    await db.see(db.connection.execute(ONE, {"id": 1}), db.connection.execute("SELECT 1", {"id": 1}))
    await db.see(db.connection.execute("SELECT 1", {}))


@scripted(execute=ROWS[:1])
async def placeholders_in_strings_do_not_count(db: World) -> None:
    await db.see(db.connection.execute("SELECT * FROM item WHERE id = $1 AND name <> '$2' -- $3", [1]))


@scripted(execute=ROWS[:1])
async def placeholders_may_repeat(db: World) -> None:
    await db.see(db.connection.execute("SELECT * FROM item WHERE id = $1 AND id <= $1", [1]))


async def several_statements_need_a_batch(db: World) -> None:
    await db.see(
        db.connection.execute("SELECT 1; SELECT 2"), db.connection.fetch("SELECT $1::int; SELECT 2", [1])
    )
    await db.see(
        db.connection.fetch_row("SELECT 1; SELECT 2"), db.connection.execute_batch("SELECT 1; SELECT 2")
    )
    await db.see(db.connection.execute("DELETE FROM item;"), db.connection.execute_batch(""))


async def execute_many_gives_none(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute_many(INSERT, [[3, "three"], (4, "four")]), conn.execute_many(INSERT, []))
    await db.see(
        conn.execute_many(INSERT), conn.execute_many(INSERT, None), conn.execute_many(INSERT, ([8, "x"],))
    )


async def execute_many_by_name(db: World) -> None:
    statement = "INSERT INTO item (id, name) VALUES ($(id)p, $(name)p)"
    await db.see(db.connection.execute_many(statement, [{"id": 3, "name": "three"}]))
    await db.see(db.connection.execute_many(statement, [{"id": 4}]))


async def execute_many_checks_its_sets(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute_many(INSERT, [[3]]), conn.execute_many(INSERT, [[3, "three", 4]]))
    await db.see(conn.execute_many(INSERT, ["ab"]), conn.execute_many(INSERT, [None]))
    await db.see(conn.execute_many(INSERT, ([n, "x"] for n in (5, 6))))


@scripted(
    execute=answers(ConnectionExecuteError("Error occurred in `execute_many` statement: " + DUPLICATE)),
    fetch_val=2,
)
async def execute_many_is_all_or_nothing(db: World) -> None:
    await db.see(db.connection.execute_many(INSERT, [[7, "seven"], [1, "one"]]))
    await db.see(db.connection.fetch_val("SELECT count(*) FROM item"))


@scripted(
    execute=ConnectionExecuteError(PREFIX + DUPLICATE),
    fetch=ConnectionExecuteError(PREFIX + DUPLICATE),
    fetch_row=ConnectionExecuteError(DUPLICATE),
    fetch_val=ConnectionExecuteError(DUPLICATE),
)
async def a_duplicate_key_raises(db: World) -> None:
    statement = INSERT + " RETURNING id"
    conn = db.connection
    await db.see(conn.execute(statement, [1, "x"]), conn.fetch(statement, [1, "x"]))
    await db.see(conn.fetch_row(statement, [1, "x"]), conn.fetch_val(statement, [1, "x"]))


@scripted(
    execute=answers(ConnectionExecuteError(PREFIX + UNKNOWN), DatabaseError(UNKNOWN)),
    fetch_row=DatabaseError(UNKNOWN),
    fetch_val=DatabaseError(UNKNOWN),
)
async def an_unknown_table_raises(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("SELECT * FROM nope"), conn.execute("SELECT * FROM nope WHERE id = $1", [1]))
    await db.see(conn.fetch_row("SELECT * FROM nope"), conn.fetch_val("SELECT * FROM nope"))


@scripted(
    execute=answers(
        TypeError("'str' object cannot be interpreted as an integer"),
        OverflowError("number too large to fit in target type"),
    )
)
async def a_wrong_type_raises_a_builtin_error(db: World) -> None:
    await db.see(db.connection.execute(ONE, ["one"]), db.connection.execute(ONE, [2**40]))


async def a_wrong_type_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.execute(ONE, ["one"]))


async def a_wrong_word_is_noticed_unasked(db: World) -> None:
    await db.see(db.connection.execute("SELEC 1"))


@scripted(fetch=answers(ROWS[:1], ConnectionExecuteError(PREFIX + DUPLICATE), []))
async def answers_in_order(db: World) -> None:
    await db.see(db.connection.fetch(ONE, [1]))
    await db.see(db.connection.fetch(INSERT + " RETURNING id", [1, "x"]))
    await db.see(db.connection.fetch(NOBODY))
