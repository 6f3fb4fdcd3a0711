"""The fakes of aiomysql and asyncmy beyond what the contract sees: their ledger, their script, what is left over."""

import asyncio
from typing import Any

import pytest
from async_testing.templates.fakes import Insert, Select, UnscriptedCall, after, answers, held, settled
from async_testing.templates.fakes import aiomysql as fake_aiomysql
from async_testing.templates.fakes import asyncmy as fake_asyncmy
from async_testing.templates.fakes.common.results import affected

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("fakes", [fake_aiomysql, fake_asyncmy])]

ONE = "SELECT id, name FROM users WHERE id = %s"
INSERT = "INSERT INTO users (name) VALUES (%(name)s)"


async def run(conn: Any, query: str, args: Any = None) -> Any:
    """The first row that a statement gives."""
    async with conn.cursor() as cursor:
        await cursor.execute(query, args)
        return await cursor.fetchone()


async def test_calls_have_their_meaning(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.fetch_return = [{"id": 1, "name": "Ana"}]
    assert await run(conn, ONE, (1,)) == (1, "Ana")
    await run(conn, INSERT, {"name": "Bo"})
    async with conn.cursor() as cursor:
        assert await cursor.executemany(INSERT, [{"name": "Cy"}, {"name": "Di"}]) == 2
    select, insert, many = conn.execute_calls
    assert select.meaning == Select("users", ["id", "name"], where={"id": 1})
    assert insert.meaning == Insert("users", {"name": "Bo"})
    assert many.meaning == Insert("users", rows=[{"name": "Cy"}, {"name": "Di"}])
    assert conn.fetch_calls == [select]
    assert conn.committed == []


async def test_a_scripted_count_does_not_answer_a_select(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.execute_return = 3
    assert await run(conn, ONE, (1,)) is None
    async with conn.cursor() as cursor:
        assert await cursor.execute("UPDATE users SET name = 'x'") == 3


async def test_execute_return_answers_both_kinds(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.execute_return = answers([{"id": 1}], fakes.FakeResult(1, lastrowid=7))
    async with conn.cursor() as cursor:
        await cursor.execute(ONE, [1])
        assert await cursor.fetchall() == ((1,),)
        assert await cursor.execute(INSERT, {"name": "Ana"}) == 1
        assert cursor.lastrowid == conn.insert_id() == 7


async def test_a_strict_fake_refuses_what_is_not_scripted(fakes: Any) -> None:
    conn = fakes.FakeConnection(strict=True)
    with pytest.raises(UnscriptedCall, match="Set fetch_return"):
        await run(conn, ONE, [1])
    conn.problems.clear()


async def test_what_a_transaction_did_is_told(fakes: Any) -> None:
    conn = fakes.FakeConnection(autocommit=True)
    await conn.begin()
    await run(conn, INSERT, {"name": "Ana"})
    await conn.commit()
    await conn.begin()
    await run(conn, INSERT, {"name": "Bo"})
    await conn.rollback()
    assert conn.events == ["begin", "execute", "commit", "begin", "execute", "rollback"]
    assert [call.parameters["name"] for call in conn.committed] == ["Ana"]
    assert [call.parameters["name"] for call in conn.rolled_back] == ["Bo"]
    assert [call.transaction for call in conn.calls] == [1, 1]


async def test_a_transaction_within_one_commits_the_first(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    await conn.begin()
    await run(conn, INSERT, {"name": "Ana"})
    await conn.begin()
    assert conn.events == ["begin", "execute", "commit", "begin"]
    assert len(conn.committed) == 1


async def test_a_change_of_the_schema_commits(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    await run(conn, INSERT, {"name": "Ana"})
    await run(conn, "ALTER TABLE users ADD COLUMN age int")
    await conn.rollback()
    assert len(conn.committed) == 2
    assert conn.rolled_back == []


async def test_a_failed_statement_alone_is_rolled_back(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.execute_return = answers(1, fakes.errors.unique_violation("users_name"), 1)
    for name in ("Ana", "Bo", "Cy"):
        try:
            await run(conn, INSERT, {"name": name})
        except fakes.error("IntegrityError"):
            assert name == "Bo"
    await conn.commit()
    assert [call.parameters["name"] for call in conn.committed] == ["Ana", "Cy"]
    assert [call.parameters["name"] for call in conn.rolled_back] == ["Bo"]


async def test_a_deadlock_takes_the_transaction_with_it(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.execute_return = answers(1, fakes.errors.deadlock())
    await run(conn, INSERT, {"name": "Ana"})
    with pytest.raises(fakes.error("OperationalError"), match="1213"):
        await run(conn, INSERT, {"name": "Bo"})
    await conn.commit()
    assert conn.committed == []
    assert len(conn.rolled_back) == 2


async def test_a_commit_can_fail(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.when("COMMIT").then(fakes.errors.deadlock())
    await run(conn, INSERT, {"name": "Ana"})
    with pytest.raises(fakes.error("OperationalError")):
        await conn.commit()
    assert len(conn.rolled_back) == 1


async def test_a_connection_never_released_is_reported(fakes: Any) -> None:
    async def keep() -> None:
        await fakes.FakePool().acquire()

    with pytest.raises(AssertionError, match=r"1 connection\(s\) acquired"), settled():
        await keep()


async def test_what_nobody_commits_is_closed_with_its_connection(fakes: Any) -> None:
    with settled():
        pool = fakes.FakePool()
        async with pool.acquire() as conn:
            await run(conn, INSERT, {"name": "Ana"})
    assert pool.fake.events == ["acquire", "execute", "close", "release"]
    assert pool.fake.committed == []
    assert len(pool.fake.rolled_back) == 1


async def test_what_is_awaited_or_entered_gives_the_fakes(fakes: Any) -> None:
    conn, pool = fakes.FakeConnection(), fakes.FakePool()
    assert await conn is conn
    assert await pool is pool
    async with pool as entered, conn as other:
        assert (entered, other) == (pool, conn)
    assert conn.events == ["close"]


async def test_connections_out_at_once_share_script_and_ledger(fakes: Any) -> None:
    pool = fakes.FakePool(maxsize=4)
    pool.fake.fetch_return = answers([{"id": 1}], [{"id": 2}])
    async with pool.acquire() as first, pool.acquire() as second:
        assert first is pool.fake
        assert first is not second
        assert [await run(conn, ONE, [1]) for conn in (first, second)] == [(1,), (2,)]
    assert len(pool.fake.calls) == 2


async def test_waiting_for_a_connection_takes_no_time(fakes: Any) -> None:
    pool = fakes.FakePool(maxsize=1)
    pool.fake.when("ACQUIRE").then(after(60))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await pool.acquire()
    assert pool.size - pool.freesize == 0


async def test_a_statement_while_another_runs_is_refused(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.fetch_return = waiting = held([{"id": 1}])
    first = asyncio.ensure_future(run(conn, ONE, [1]))
    await waiting.reached()
    with pytest.raises(RuntimeError):
        await run(conn, ONE, [2])
    waiting.release()
    assert await first == (1,)


async def test_a_lost_connection_rolls_back_and_its_pool_goes_on(fakes: Any) -> None:
    pool = fakes.FakePool()
    pool.fake.execute_return = answers(1, fakes.errors.lost_connection(), 1)

    async def code() -> None:
        async with pool.acquire() as conn:
            await run(conn, INSERT, {"name": "a"})
            await run(conn, INSERT, {"name": "b"})

    with pytest.raises(fakes.error("OperationalError"), match="2013"):
        await code()
    async with pool.acquire() as conn:
        await run(conn, INSERT, {"name": "c"})
        await conn.commit()
    assert {call.parameters["name"] for call in pool.fake.rolled_back} == {"a", "b"}
    assert [call.parameters["name"] for call in pool.fake.committed] == ["c"]


async def test_a_ping_can_fail(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.when("PING").then(fakes.errors.lost_connection(), fakes.errors.lost_connection())
    await conn.ping()
    with pytest.raises(fakes.error("OperationalError")):
        await conn.ping(reconnect=False)


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("INSERT INTO users VALUES (1), (2)", 2),
        ("INSERT INTO users SET name = 'x'", 1),
        ("INSERT IGNORE INTO users (name) VALUES ('set')", 1),
        ("INSERT INTO users SELECT * FROM others", 0),
        ("REPLACE INTO users VALUES (1)", 1),
        ("replace users set id = 1", 1),
        ("UPDATE users SET name = 'x'", 0),
        ("CREATE TABLE users (id int)", 0),
        ("SET @a = 1", 0),
    ],
)
async def test_what_is_not_scripted_counts_as_on_an_empty_table(
    fakes: Any, statement: str, count: int
) -> None:
    conn = fakes.FakeConnection()
    async with conn.cursor() as cursor:
        assert await cursor.execute(statement) == count
    assert affected(statement, 5) == 5


async def test_a_procedure_is_called(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    conn.fetch_return = [{"total": 3}]
    async with conn.cursor() as cursor:
        assert await cursor.callproc("totals", (2026, 1)) == (2026, 1)
        assert await cursor.fetchone() == (3,)
    assert conn.calls[0] == ("CALL totals(%s, %s)", (2026, 1))


async def test_a_value_alone_is_the_only_parameter(fakes: Any) -> None:
    conn = fakes.FakeConnection()
    for value in ("ab", 3, ("ab",)):
        await run(conn, ONE, value)
    wanted = ["ab", 3, "ab"]
    assert [call.meaning for call in conn.calls] == [
        Select("users", ["id", "name"], where={"id": value}) for value in wanted
    ]
