"""Answers that take time: at the test's word, or on the loop's clock, never in real time."""

import asyncio
import time
from typing import Any

import pytest
from async_testing.templates.fakes import FakeConnection, FakePool, after, answers, errors, held, settled
from async_testing.templates.fakes import asyncpg as asyncpg_fakes

pytestmark = pytest.mark.asyncio

ONE = "SELECT id FROM users WHERE id = $1"


async def test_a_held_answer_waits_for_the_test() -> None:
    conn = FakeConnection()
    conn.fetch_return = waiting = held([{"id": 1}])
    task = asyncio.create_task(conn.fetch(ONE, [1]))
    await waiting.reached()
    assert not task.done()
    waiting.release()
    assert (await task).result() == [{"id": 1}]


async def test_code_is_cancelled_at_a_given_call() -> None:
    conn = FakeConnection()
    waiting = held()
    conn.when("UPDATE").then(waiting)

    async def code() -> None:
        async with conn.transaction() as transaction:
            await transaction.execute("INSERT INTO users VALUES (1)")
            await transaction.execute("UPDATE users SET id = 2")

    task = asyncio.create_task(code())
    await waiting.reached()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert conn.events == ["begin", "execute", "execute", "rollback"]
    assert conn.committed == []


async def test_code_is_cancelled_while_it_commits() -> None:
    conn = asyncpg_fakes.FakeConnection()
    waiting = held()
    conn.when("COMMIT").then(waiting)

    async def code() -> None:
        async with conn.transaction():
            await conn.execute("INSERT INTO users VALUES (1)")

    task = asyncio.create_task(code())
    await waiting.reached()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert conn.committed == []


@pytest.mark.parametrize("seconds", [60, 3600])
async def test_time_passes_on_the_clock_of_the_loop_alone(seconds: float) -> None:
    conn = FakeConnection()
    conn.fetch_return = after(seconds, [{"id": 1}])
    began, loop_began = time.monotonic(), asyncio.get_running_loop().time()
    assert (await conn.fetch(ONE, [1])).result() == [{"id": 1}]
    assert time.monotonic() - began < 30
    assert asyncio.get_running_loop().time() - loop_began >= seconds


async def test_a_timeout_around_a_slow_answer_runs_out() -> None:
    conn = FakeConnection()
    conn.fetch_return = after(30, [])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await conn.fetch(ONE, [1])


async def test_a_quick_answer_is_in_time() -> None:
    conn = FakeConnection()
    conn.fetch_return = after(4.9, [])
    async with asyncio.timeout(5):
        await conn.fetch(ONE, [1])


async def test_timers_run_out_in_their_order() -> None:
    seen: list[Any] = []
    conn = FakeConnection()
    conn.fetch_return = answers(after(10, []), after(20, []))

    async def ask(name: str) -> None:
        await conn.fetch(ONE, [1])
        seen.append(name)

    async def sleep() -> None:
        for number in range(3):
            await asyncio.sleep(6)
            seen.append(number)

    await asyncio.gather(ask("first"), ask("second"), sleep())
    assert seen == [0, "first", 1, 2, "second"]


async def test_busy_tasks_do_not_stop_the_clock() -> None:
    conn = FakeConnection()
    conn.fetch_return = after(1, [])
    task = asyncio.create_task(conn.fetch(ONE, [1]))
    while not task.done():  # noqa: ASYNC110 - that is what keeps the loop busy
        await asyncio.sleep(0)


async def test_the_timeout_of_asyncpg_is_kept() -> None:
    conn = asyncpg_fakes.FakeConnection()
    conn.fetch_return = answers(after(30, []), [], [])
    with pytest.raises(TimeoutError):
        await conn.fetch(ONE, 1, timeout=5)
    assert await conn.fetch(ONE, 1, timeout=5) == []
    async with conn.transaction():
        conn.execute_return = after(30)
        with pytest.raises(TimeoutError):
            await conn.execute("UPDATE users SET id = 2", timeout=5)
        with pytest.raises(asyncpg_fakes.error("InFailedSQLTransactionError")):
            await conn.fetch(ONE, 1)


async def test_an_error_comes_late() -> None:
    conn = FakeConnection()
    conn.execute_return = after(2, errors.serialization_failure())
    with pytest.raises(type(errors.serialization_failure()), match="could not serialize"):
        await conn.execute("UPDATE users SET id = 2")


@pytest.mark.parametrize("fakes", [FakePool, asyncpg_fakes.FakePool])
async def test_a_pool_can_be_slow_or_fail_to_give_a_connection(fakes: Any) -> None:
    pool = fakes()
    pool.fake.when("ACQUIRE").then(after(30), ConnectionRefusedError())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.acquire().__aenter__(), 5)
    with pytest.raises(ConnectionRefusedError):
        await pool.acquire().__aenter__()
    async with pool.acquire() as conn:
        await conn.execute("SELECT 1")
    assert pool.fake.events == ["acquire", "execute", "release"]


@pytest.mark.parametrize("make", [FakeConnection, asyncpg_fakes.FakeConnection])
async def test_a_commit_fails_once_and_is_tried_again(make: Any) -> None:
    conn = make()
    conn.when("COMMIT").then(errors.serialization_failure() if make is FakeConnection else _asyncpg_failure())

    async def code(number: int) -> None:
        async with conn.transaction():
            await conn.execute(f"UPDATE users SET id = {number}")

    with pytest.raises(Exception, match="could not serialize"):
        await code(0)
    await code(1)
    assert conn.events == ["begin", "execute", "rollback", "begin", "execute", "commit"]
    assert [call.statement for call in conn.committed] == ["UPDATE users SET id = 1"]


def _asyncpg_failure() -> Exception:
    return asyncpg_fakes.errors.serialization_failure()


async def test_a_late_answer_nobody_asked_for_comes_back() -> None:
    with pytest.raises(AssertionError, match=r"after\(3, \[\]\)"), settled():
        FakeConnection().fetch_return = after(3, [])


async def test_a_row_in_a_late_answer_is_checked() -> None:
    with pytest.raises(TypeError, match="a row is a mapping"):
        FakeConnection().fetch_return = after(3, [1])


async def test_a_loop_whose_clock_stands_is_refused() -> None:
    loop = asyncio.get_running_loop()

    class Loop:
        __slots__ = ()

        def time(self) -> float:
            return loop.time()

    from async_testing.templates.fakes.common.timing import _Clock

    with pytest.raises(RuntimeError, match=r"use held\(\)"):
        _Clock.of(Loop())
