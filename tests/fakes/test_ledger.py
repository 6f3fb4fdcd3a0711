"""What a test can see afterwards: calls, events, what was committed and what was not."""

# ruff: noqa: PT012 - it is the end of the block that matters

import asyncio
from typing import Any

import pytest
from async_testing.templates.fakes import Call, FakeConnection, FakePool, Insert, Select, answers
from async_testing.templates.fakes import asyncpg as asyncpg_fakes
from psqlpy.exceptions import ConnectionExecuteError, DatabaseError

pytestmark = pytest.mark.asyncio

ONE = "SELECT id FROM users WHERE id = $1"
INSERT = "INSERT INTO users (name) VALUES ($1)"


async def test_a_call_unpacks_and_tells_more() -> None:
    conn = FakeConnection()
    await conn.execute(INSERT, ["Ann"])
    statement, parameters = conn.execute_calls[0]
    assert (statement, parameters) == (INSERT, ["Ann"])
    call = conn.execute_calls[0]
    assert tuple(call) == (INSERT, ["Ann"])
    assert (call.method, call.statement, call.parameters, call.transaction) == ("execute", INSERT, ["Ann"], 0)
    assert call.meaning == Insert("users", {"name": "Ann"})


async def test_parameters_are_kept_as_they_were() -> None:
    conn = FakeConnection()
    parameters: list[Any] = [{"tags": ["a"]}]
    await conn.execute(INSERT, parameters)
    parameters[0]["tags"].append("b")
    parameters.append(2)
    assert conn.execute_calls[0].parameters == [{"tags": ["a"]}]


async def test_calls_are_listed_by_kind_as_the_seed_does() -> None:
    conn = FakeConnection()
    conn.fetch_return = conn.fetch_row_return = {"id": 1}
    conn.fetch_val_return = 1
    await conn.execute(INSERT, ["Ann"])
    await conn.fetch(ONE, [1])
    await conn.fetch_row(ONE, [2])
    await conn.fetch_val(ONE, [3])
    await conn.execute_many(INSERT, [["Bob"], ["Cid"]])
    await conn.execute_batch("SELECT 1; SELECT 2")
    await conn.copy_records_to_table("users", [(1, "Dan")], columns=["id", "name"])
    assert [call.method for call in conn.execute_calls] == ["execute", "execute_many", "execute_batch"]
    assert conn.execute_calls[1].parameters == [["Bob"], ["Cid"]]
    assert conn.execute_calls[1].meaning == Insert("users", rows=[{"name": "Bob"}, {"name": "Cid"}])
    assert [call.parameters for call in conn.fetch_calls] == [[1], [2]]
    assert conn.fetch_row_calls == [(ONE, [2])]
    assert conn.fetch_val_calls == [(ONE, [3])]
    assert conn.copy_calls == [('COPY "users"(id, name) FROM STDIN (FORMAT binary)', [(1, "Dan")])]
    assert len(conn.calls) == 7


async def test_a_begin_of_asyncpg_tells_its_isolation() -> None:
    conn = asyncpg_fakes.FakeConnection()
    async with conn.transaction(isolation="serializable"), conn.transaction():
        await conn.execute("DELETE FROM users")
    async with conn.transaction():
        await conn.execute("DELETE FROM users")
    assert [event.name for event in conn.events if event == "begin"] == ["serializable", ""]


async def test_arguments_of_asyncpg_are_a_tuple() -> None:
    conn = asyncpg_fakes.FakeConnection()
    await conn.execute(INSERT, "Ann")
    await conn.executemany(INSERT, [["Bob"], ("Cid",)])
    assert conn.execute_calls == [(INSERT, ("Ann",)), (INSERT, [("Bob",), ("Cid",)])]
    assert conn.execute_calls[1].meaning == Insert("users", rows=[{"name": "Bob"}, {"name": "Cid"}])


async def test_autocommit_commits_at_once() -> None:
    conn = FakeConnection()
    await conn.execute(INSERT, ["Ann"])
    assert conn.events == ["execute"]
    assert conn.committed == [(INSERT, ["Ann"])]
    assert conn.rolled_back == []


async def test_a_failed_call_has_no_effect() -> None:
    conn = FakeConnection()
    conn.execute_return = ConnectionExecuteError("full")
    with pytest.raises(ConnectionExecuteError):
        await conn.execute(INSERT, ["Ann"])
    assert conn.execute_calls == conn.rolled_back == [(INSERT, ["Ann"])]
    assert conn.committed == []


async def test_a_commit_commits_what_was_done_in_order() -> None:
    conn = FakeConnection()
    async with conn.transaction() as transaction:
        await transaction.execute(INSERT, ["Ann"])
        assert conn.committed == []
        await conn.fetch(ONE, [1])
    assert conn.events == ["begin", "execute", "fetch", "commit"]
    assert [event.kind for event in conn.events] == conn.events
    assert conn.committed == [(INSERT, ["Ann"]), (ONE, [1])]
    assert [call.transaction for call in conn.committed] == [1, 1]
    assert conn.committed[1].meaning == Select("users", ["id"], where={"id": 1})


async def test_an_event_of_a_call_has_the_call() -> None:
    conn = FakeConnection()
    await conn.execute(INSERT, ["Ann"])
    assert isinstance(conn.events[0].call, Call)
    assert conn.events[0].call is conn.execute_calls[0]


async def test_a_rollback_leaves_another_trace_than_a_commit() -> None:
    conn = FakeConnection()
    with pytest.raises(ValueError, match="no"):
        async with conn.transaction() as transaction:
            await transaction.execute(INSERT, ["Ann"])
            raise ValueError("no")
    assert conn.events == ["begin", "execute", "rollback"]
    assert (conn.committed, conn.rolled_back) == ([], [(INSERT, ["Ann"])])


async def test_a_commit_after_a_swallowed_failure_is_a_rollback() -> None:
    conn = FakeConnection()
    conn.execute_return = answers([], DatabaseError("db error: ERROR: full"))
    async with conn.transaction() as transaction:
        await transaction.execute(INSERT, ["Ann"])
        with pytest.raises(DatabaseError):
            await transaction.execute(INSERT, ["Bob"])
    assert conn.events[-1] == "rollback"
    assert conn.committed == []
    assert conn.rolled_back == [(INSERT, ["Ann"]), (INSERT, ["Bob"])]


async def test_a_savepoint_takes_back_what_came_after_it() -> None:
    conn = FakeConnection()
    async with conn.transaction() as transaction:
        await transaction.execute(INSERT, ["Ann"])
        await transaction.create_savepoint("a")
        await transaction.execute(INSERT, ["Bob"])
        await transaction.rollback_savepoint("a")
        await transaction.release_savepoint("a")
    assert conn.events == [
        *["begin", "execute", "savepoint", "execute", "rollback_savepoint", "release_savepoint", "commit"]
    ]
    assert conn.events[2].name == "a"
    assert (conn.committed, conn.rolled_back) == ([(INSERT, ["Ann"])], [(INSERT, ["Bob"])])
    assert [call.transaction for call in conn.execute_calls] == [1, 2]


async def test_a_block_of_asyncpg_within_another_is_a_savepoint() -> None:
    conn = asyncpg_fakes.FakeConnection()
    async with conn.transaction():
        await conn.execute(INSERT, "Ann")
        with pytest.raises(ValueError, match="no"):
            async with conn.transaction():
                await conn.execute(INSERT, "Bob")
                raise ValueError("no")
        async with conn.transaction():
            await conn.execute(INSERT, "Cid")
    assert conn.committed == [(INSERT, ("Ann",)), (INSERT, ("Cid",))]
    assert conn.rolled_back == [(INSERT, ("Bob",))]


async def test_statements_may_control_the_transaction() -> None:
    conn = asyncpg_fakes.FakeConnection()
    for statement in (
        "begin;",
        "SAVEPOINT a",
        INSERT.replace("$1", "'x'"),
        "ROLLBACK TO SAVEPOINT a",
        "commit",
    ):
        await conn.execute(statement)
    assert [event for event in conn.events if event != "execute"] == [
        *["begin", "savepoint", "rollback_savepoint", "commit"]
    ]
    assert len(conn.rolled_back) == 1


async def test_a_closed_connection_of_asyncpg_rolls_back() -> None:
    conn = asyncpg_fakes.FakeConnection()
    await conn.transaction().start()
    await conn.execute(INSERT, "Ann")
    await conn.close()
    assert conn.rolled_back == [(INSERT, ("Ann",))]


async def test_what_is_open_when_a_connection_of_asyncpg_is_released_is_rolled_back() -> None:
    pool = asyncpg_fakes.FakePool()
    async with pool.acquire() as conn:
        await conn.transaction().start()
        await conn.execute(INSERT, "Ann")
    assert pool.fake.events == ["acquire", "begin", "execute", "rollback", "release"]
    assert pool.fake.rolled_back == [(INSERT, ("Ann",))]


@pytest.mark.parametrize("make", [FakePool, asyncpg_fakes.FakePool])
async def test_a_pool_writes_into_the_ledger_of_its_connection(make: Any) -> None:
    pool = make()
    async with pool.acquire() as conn:
        assert conn is pool.fake
        await conn.execute("SELECT 1")
    assert pool.fake.events == ["acquire", "execute", "release"]


@pytest.mark.parametrize("fakes", [FakePool, asyncpg_fakes.FakePool])
async def test_connections_out_at_once_share_script_and_ledger(fakes: Any) -> None:
    pool = fakes(max_size=2)
    pool.fake.execute_return = answers([{"n": 1}], [{"n": 2}])
    async with pool.acquire() as first, pool.acquire() as second:
        assert first is not second
        first_in, second_in = first.transaction(), second.transaction()
        async with first_in:
            await first.execute(ONE.replace("$1", "1"))
            async with second_in:
                await second.execute(ONE.replace("$1", "2"))
            assert [statement[-1] for statement, _ in pool.fake.committed] == ["2"]
    assert [statement[-1] for statement, _ in pool.fake.committed] == ["2", "1"]


async def test_a_method_replaced_by_the_test_is_used_everywhere() -> None:
    conn = FakeConnection()

    async def broken(querystring: str, parameters: Any = None) -> None:
        raise RuntimeError("lost")

    conn.fetch_row = broken  # type: ignore[method-assign,assignment]
    async with conn.transaction() as transaction:
        with pytest.raises(RuntimeError):
            await transaction.fetch_row(ONE, [1])
    pool = FakePool(conn)
    with pytest.raises(RuntimeError):
        await (await pool.connection()).fetch_row(ONE, [1])


async def test_a_cancelled_call_is_recorded_without_effect() -> None:
    conn = FakeConnection()
    task = asyncio.ensure_future(conn.execute(INSERT, ["Ann"]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert conn.execute_calls == conn.rolled_back == [(INSERT, ["Ann"])]
    assert conn.committed == []


async def test_a_call_lets_others_run() -> None:
    conn, order = FakeConnection(), []

    async def call(name: str) -> None:
        order.append(name)
        await conn.execute(ONE, [1])
        order.append(name)

    await asyncio.gather(call("a"), call("b"))
    assert order == ["a", "b", "a", "b"]
