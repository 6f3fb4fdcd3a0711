"""psqlpy: what generated calls have shown, and nobody would have thought of."""

from async_testing.templates.fakes import answers
from async_testing.templates.fakes.psqlpy import errors

from tests.contract.harness import ROWS, World, scripted
from tests.contract.on_psqlpy.calls import ALL, INSERT, NOBODY, ONE
from tests.contract.on_psqlpy.transactions import COUNT

KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
SYNTAX = errors.server_error("42601", 'syntax error at or near "SELEC"')
TABLE = errors.server_error("42P01", 'relation "nope" does not exist')
TWICE = errors.unique_violation("item_pkey", table="item", key={"id": 1})


@scripted(fetch=ROWS, fetch_val=2)
async def a_cursor_ends_the_transaction_of_its_connection(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    cursor = db.connection.cursor(ALL)
    await db.see(transaction.execute(INSERT, [3, "three"]), cursor.start(), cursor.fetchone())
    await db.see(cursor.close, db.connection.in_transaction(), transaction.create_savepoint("a"))
    await db.see(transaction.rollback(), db.connection.fetch_val(COUNT))


@scripted(fetch=ROWS, fetch_val=2)
async def what_is_written_while_a_cursor_is_open_is_lost(db: World) -> None:
    async with db.connection.cursor(ALL) as cursor:
        await db.see(db.connection.execute(INSERT, [3, "three"]), cursor.fetchone())
    await db.see(db.connection.fetch_val(COUNT))


@scripted(fetch=ROWS)
async def a_cursor_outlives_its_connection(db: World) -> None:
    cursor = db.connection.cursor(ALL)
    db.connection.close()
    await db.see(cursor.start(), cursor.fetchone(), cursor.is_closed)
    await db.see(db.connection.cursor(ALL).is_closed, cursor.close)


@scripted(fetch_val=4)
async def execute_many_commits_what_a_statement_has_begun(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.execute(INSERT, [3, "three"]))
    await db.see(conn.execute_many(INSERT, [[4, "four"]]), conn.execute("ROLLBACK"), conn.fetch_val(COUNT))


@scripted(execute=answers([], [], TWICE, []), fetch_val=2)
async def a_failed_execute_many_rolls_back_what_a_statement_has_begun(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.execute(INSERT, [3, "three"]))
    await db.see(conn.execute_many(INSERT, [[1, "one"]]), conn.fetch_val(COUNT), conn.execute("ROLLBACK"))


async def execute_many_of_nothing_asks_nobody(db: World) -> None:
    await db.see(db.connection.execute_many("SELEC 1", []), db.connection.execute_many("SELEC 1"))


async def execute_many_needs_the_transaction_it_knows_of(db: World) -> None:
    transaction = db.connection.transaction()
    await transaction.begin()
    await db.see(db.connection.execute("COMMIT"), db.connection.execute_many(INSERT, [[3, "three"]]))
    await db.see(transaction.rollback())


@scripted(execute=answers(*[SYNTAX] * 2), fetch=SYNTAX, fetch_row=SYNTAX, fetch_val=SYNTAX)
async def each_call_words_a_syntax_error(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("SELEC 1"), conn.fetch("SELEC 1"), conn.fetch_row("SELEC 1"))
    await db.see(conn.fetch_val("SELEC 1"), conn.execute_many("SELEC 1", [[]]))


@scripted(execute=answers(*[TABLE] * 2), fetch=TABLE, fetch_row=TABLE, fetch_val=TABLE)
async def each_call_words_an_unknown_table(db: World) -> None:
    conn, text = db.connection, "SELECT * FROM nope WHERE id = $1"
    await db.see(conn.execute(text, [1]), conn.fetch(text, [1]), conn.fetch_row(text, [1]))
    await db.see(conn.fetch_val(text, [1]), conn.execute_many(text, [[1]]))


async def a_statement_that_is_wrong_is_not_prepared(db: World) -> None:
    if hasattr(db.connection, "when"):
        db.connection.when("PREPARE").then(SYNTAX)
    await db.see(db.connection.prepare("SELEC 1"), db.connection.in_transaction())


@scripted(fetch_val=3)
async def fetch_row_of_an_insert_inserts_all_the_same(db: World) -> None:
    await db.see(db.connection.fetch_row(INSERT, [3, "three"]), db.connection.fetch_val(COUNT))


async def a_read_only_transaction_of_a_statement_refuses_to_write(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN READ ONLY"), conn.execute(INSERT, [3, "three"]))
    await db.see(conn.execute("ROLLBACK"), conn.execute(INSERT, [3, "three"]))


@scripted(fetch=ROWS[:1], execute=answers(errors.lost_connection()))
async def a_lost_connection_counts_parameters_of_what_it_knows(db: World) -> None:
    conn = db.connection
    await db.see(conn.fetch(ONE, [1]), conn.execute(KILL), conn.fetch(ONE, []), conn.fetch_row(ONE, [1]))
    await db.see(conn.prepare(ONE, [1]))


async def a_begin_that_fails_counts_as_begun(db: World) -> None:
    transaction = db.connection.transaction()
    if hasattr(db.connection, "when"):
        db.connection.execute_return = answers(errors.lost_connection())
    await db.see(db.connection.execute(KILL), transaction.begin(), db.connection.in_transaction())


async def a_pool_hands_an_open_transaction_on(db: World) -> None:
    pool = await db.make_pool()
    async with pool.acquire() as conn:
        await db.see(conn.execute("BEGIN READ ONLY"))
    async with pool.acquire() as conn:
        await db.see(conn.in_transaction(), conn.execute(INSERT, [3, "three"]), conn.execute("ROLLBACK"))
        await db.see(conn.execute(NOBODY))


async def several_statements_are_refused_when_aborted_too(db: World) -> None:
    conn = db.connection
    await db.see(conn.execute("BEGIN"), conn.execute("SAVEPOINT a"), conn.execute("RELEASE SAVEPOINT b"))
    await db.see(conn.execute("SELECT 1; SELECT 2"), conn.fetch_val("SELECT 1"), conn.execute("ROLLBACK"))


@scripted(
    execute=answers(
        errors.unique_violation("item_pkey", table="item", key={"id": 1}), errors.lost_connection()
    )
)
async def a_prepared_statement_that_failed_stays_prepared(db: World) -> None:
    prepared = await db.connection.prepare(INSERT, [1, "again"])
    await db.see(prepared.execute(), db.connection.execute(KILL), db.connection.prepare(INSERT, [1, "a"]))
