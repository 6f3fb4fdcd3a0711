"""The fake of psycopg beyond what the contract sees: its ledger, its script, what is left at the end of a test."""

import asyncio
import contextlib
import sys

import pytest
from async_testing.templates.fakes import Insert, Select, UnscriptedCall, after, answers, settled
from async_testing.templates.fakes.psycopg import FakeConnection, FakePool, error, errors
from async_testing.templates.fakes.sql.returned import columns

pytestmark = pytest.mark.asyncio

ONE = "SELECT id, name FROM users WHERE id = %s"
INSERT = "INSERT INTO users (name) VALUES (%(name)s)"


async def test_calls_have_their_meaning() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"id": 1, "name": "Ana"}]
    await conn.execute(ONE, [1])
    await conn.execute(INSERT, {"name": "Bo"})
    await conn.cursor().executemany(INSERT, [{"name": "Cy"}, {"name": "Di"}])
    select, insert, many = conn.execute_calls
    assert select.meaning == Select("users", ["id", "name"], where={"id": 1})
    assert insert.meaning == Insert("users", {"name": "Bo"})
    assert many.meaning == Insert("users", rows=[{"name": "Cy"}, {"name": "Di"}])
    assert conn.fetch_calls == [select]
    assert conn.committed == []


async def test_a_percent_in_a_statement_is_read() -> None:
    conn = FakeConnection()
    await conn.execute("SELECT id FROM users WHERE name LIKE '100%%' AND id = %s", [1])
    assert conn.calls[0].meaning == Select("users", ["id"], where={"name LIKE": "100%", "id": 1})


async def test_execute_return_answers_both_kinds() -> None:
    conn = FakeConnection()
    conn.execute_return = answers([{"id": 1}], 3)
    assert await (await conn.execute(ONE, [1])).fetchall() == [(1,)]
    assert (await conn.execute("UPDATE users SET name = 'x'")).rowcount == 3


async def test_a_strict_fake_refuses_what_is_not_scripted() -> None:
    conn = FakeConnection(strict=True)
    with pytest.raises(UnscriptedCall, match="Set fetch_return"):
        await conn.execute(ONE, [1])
    conn.problems.clear()


async def test_a_connection_never_put_back_is_reported() -> None:
    async def keep() -> None:
        await FakePool().getconn()

    with pytest.raises(AssertionError, match=r"1 connection\(s\) acquired"), settled():
        await keep()


async def test_a_connection_put_back_is_not() -> None:
    with settled():
        pool = FakePool()
        with contextlib.suppress(KeyError):
            async with pool.connection() as conn:
                await conn.execute("DELETE FROM users")
                raise KeyError
    assert pool.fake.events == ["acquire", "begin", "execute", "rollback", "release"]


async def test_connections_out_at_once_share_script_and_ledger() -> None:
    pool = FakePool(max_size=4)
    pool.fake.fetch_return = answers([{"id": 1}], [{"id": 2}])
    async with pool.connection() as first, pool.connection() as second:
        assert first is not second
        found = [await (await conn.execute(ONE, [1])).fetchone() for conn in (first, second)]
    assert found == [(1,), (2,)]
    assert len(pool.fake.calls) == len(pool.fake.committed) == 2


async def test_waiting_for_a_connection_takes_no_time() -> None:
    pool = FakePool(min_size=1, max_size=1)
    pool.fake.when("ACQUIRE").then(after(60))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.getconn(), 5)


async def test_a_lost_connection_rolls_back_and_its_pool_goes_on() -> None:
    pool = FakePool()
    pool.fake.execute_return = answers(1, errors.lost_connection(), 1)

    async def code() -> None:
        async with pool.connection() as conn:
            await conn.execute("UPDATE users SET id = 1")
            await conn.execute("UPDATE users SET id = 2")

    with pytest.raises(error("AdminShutdown")):
        await code()
    async with pool.connection() as conn:
        await conn.execute("UPDATE users SET id = 3")
    assert [call.statement[-1] for call in pool.fake.rolled_back] == ["1", "2"]
    assert [call.statement[-1] for call in pool.fake.committed] == ["3"]


async def test_what_is_copied_is_recorded() -> None:
    conn = FakeConnection()
    cursor = conn.cursor()
    async with cursor.copy("COPY users (name) FROM STDIN") as copy:
        await copy.write_row(("Ana",))
        await copy.write_row(["Bo"])
    assert [(call.statement, call.parameters) for call in conn.copy_calls] == [
        ("COPY users (name) FROM STDIN", [("Ana",), ("Bo",)])
    ]
    assert cursor.rowcount == 2


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT 1", True),
        ("(SELECT 1) UNION (SELECT 2)", True),
        ("SELECT id INTO other FROM users", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (DELETE FROM users RETURNING id) INSERT INTO gone SELECT id FROM a", False),
        ("WITH a AS (SELECT 1) INSERT INTO users SELECT * FROM a RETURNING id", True),
        ("INSERT INTO users VALUES ('returning')", False),
        ("UPDATE users SET id = (SELECT 1)", False),
        ("VALUES (1)", True),
        ("SHOW search_path", True),
        ("-- nothing\nDELETE FROM users; ", False),
        ("", False),
    ],
)
async def test_what_gives_rows_is_told_from_what_does_not(statement: str, rows: bool) -> None:
    conn = FakeConnection()
    cursor = await conn.execute(statement)
    assert (cursor.description is not None) is rows


async def test_it_works_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("psycopg", "psycopg.adapt", "psycopg_pool"):
        monkeypatch.setitem(sys.modules, module, None)
    pool = FakePool("postgresql://localhost/app", open=False, kwargs={"autocommit": True})
    assert pool.__class__ is FakePool
    async with pool, pool.connection() as conn:
        assert conn.__class__ is FakeConnection
        await conn.set_isolation_level(3)
        assert (conn.autocommit, conn.isolation_level) == (True, 3)
        await conn.execute("SELECT %s", [object()])
        await conn.execute("LISTEN news")
        conn.hear("news", "told")
        assert [each.payload async for each in conn.notifies(stop_after=1)] == ["told"]


async def test_what_is_heard_while_it_is_waited_for() -> None:
    pool = FakePool(min_size=1, max_size=2)
    heard: list[str] = []

    async def listen() -> None:
        async with pool.connection() as conn:
            await conn.execute("LISTEN news")
            await conn.commit()
            heard.extend([each.payload async for each in conn.notifies(stop_after=2)])

    task = asyncio.create_task(listen())
    await asyncio.sleep(0.01)
    for payload in ("one", "two"):
        async with pool.connection() as conn:
            await conn.execute(
                "SELECT pg_notify(%(channel)s, %(payload)s)", {"channel": "news", "payload": payload}
            )
    await asyncio.wait_for(task, 5)
    assert heard == ["one", "two"]


async def test_parameters_of_a_copy_are_recorded() -> None:
    conn = FakeConnection()
    conn.copy_return = "1\tAna\n"
    async with conn.cursor().copy("COPY (SELECT id, name FROM users WHERE id = %s) TO STDOUT", [1]) as copy:
        assert [row async for row in copy.rows()] == [("1", "Ana")]
    assert conn.copy_calls[0].parameters == [1]


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("SELECT a, b.c, d AS e, f g, h::text FROM t", ["a", "c", "e", "g", "h"]),
        (
            'SELECT "A b", count(*), 1 + 1, NULL, $1 FROM t',
            ["A b", "count", "?column?", "?column?", "?column?"],
        ),
        ("WITH x AS (SELECT 1 AS one) SELECT two FROM x", ["two"]),
        ("SELECT DISTINCT a FROM t UNION SELECT b FROM u", ["a"]),
        ("(SELECT a FROM t LIMIT 1)", ["a"]),
        ("INSERT INTO t (a) SELECT b FROM u RETURNING a, c AS d", ["a", "d"]),
        ("SELECT current_date, (SELECT 1), a FROM t", []),
        ("SELECT * FROM t", []),
        ("SELECT t.*, a FROM t", []),
        ("DELETE FROM t", []),
        ("", []),
    ],
)
async def test_columns_are_named_by_the_statement(statement: str, names: list[str]) -> None:
    assert list(columns(statement)) == names
