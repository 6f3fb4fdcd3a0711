"""What is raised at the end of a test although the code under test swallowed it."""

# ruff: noqa: PT012 - it is the end of the block that raises

import contextlib

import pytest
from async_testing.templates.fakes import FakeConnection, FakePool, UnscriptedCall, answers, settled
from async_testing.templates.fakes import asyncpg as asyncpg_fakes

pytestmark = pytest.mark.asyncio

ONE = "SELECT id FROM users WHERE id = $1"


async def test_a_test_that_used_all_is_settled() -> None:
    with settled():
        conn = FakeConnection()
        conn.fetch_return = answers([{"id": 1}], [])
        conn.fetch_val_return = 1
        await conn.fetch(ONE, [1])
        await conn.fetch(ONE, [1])
        await conn.fetch_val(ONE, [1])


async def test_a_swallowed_unscripted_call_comes_back() -> None:
    with pytest.raises(AssertionError) as raised, settled():
        conn = FakeConnection()
        conn.fetch_return = answers([])
        for _ in range(2):
            with contextlib.suppress(Exception):
                await conn.fetch(ONE, [7])
    assert "1. fetch() was called more often than scripted" in str(raised.value)
    assert f"{ONE}\n    with [7]" in str(raised.value)


async def test_a_swallowed_call_on_a_strict_fake_comes_back() -> None:
    with pytest.raises(AssertionError, match="strict fake"), settled():
        conn = FakeConnection(strict=True)
        with contextlib.suppress(AssertionError):
            await conn.execute(ONE, [7])


async def test_answers_nobody_asked_for_come_back() -> None:
    with pytest.raises(AssertionError) as raised, settled():
        conn = FakeConnection()
        conn.fetch_return = answers([], [{"id": 2}], [{"id": 3}])
        await conn.fetch(ONE, [1])
    assert "fetch_return: 2 of 3 scripted answer(s) nobody asked for, the first being [{'id': 2}]" in str(
        raised.value
    )


@pytest.mark.parametrize("name", ["execute_return", "fetch_return", "fetch_row_return", "copy_return"])
async def test_a_value_nobody_asked_for_comes_back(name: str) -> None:
    with pytest.raises(AssertionError, match=f"{name}: 1 of 1"), settled():
        setattr(FakeConnection(), name, {"id": 1})


async def test_a_null_nobody_asked_for_comes_back() -> None:
    with pytest.raises(AssertionError, match="fetch_val_return"), settled():
        FakeConnection().fetch_val_return = None


async def test_answers_to_a_statement_come_back() -> None:
    with pytest.raises(AssertionError, match=r"when\('INSERT', 'users'\): 1 of 1"), settled():
        FakeConnection().when("INSERT", "users").then([])


async def test_what_is_always_answered_need_not_be_asked_for() -> None:
    with settled():
        FakeConnection().when("INSERT", "users").always([])


async def test_what_is_replaced_need_not_be_asked_for() -> None:
    with settled():
        conn = FakeConnection()
        conn.fetch_return = [{"id": 1}]
        conn.fetch_return = [{"id": 2}]
        assert (await conn.fetch(ONE, [1])).result() == [{"id": 2}]


async def test_parameters_that_psqlpy_drops_come_back() -> None:
    with (
        pytest.raises(AssertionError, match="more parameters than the statement has placeholders") as raised,
        settled(),
    ):
        await FakeConnection().execute(ONE, [1, 2])
    assert "with [1, 2]" in str(raised.value)


async def test_parameters_that_execute_many_drops_come_back() -> None:
    with pytest.raises(AssertionError, match=r"execute_many\(\) was given more parameters"), settled():
        await FakeConnection().execute_many(ONE, [[1, 2]])


async def test_a_problem_provoked_on_purpose_can_be_cleared() -> None:
    with settled():
        conn = FakeConnection()
        await conn.execute(ONE, [1, 2])
        assert len(conn.problems) == 1
        conn.problems.clear()


async def test_a_connection_not_released_comes_back() -> None:
    with (
        pytest.raises(AssertionError, match=r"1 connection\(s\) acquired from the pool and never released"),
        settled(),
    ):
        pool = FakePool()
        held = await pool.connection()
        await held.execute(ONE, [1])


async def test_a_connection_nobody_holds_is_released() -> None:
    with settled():
        pool = FakePool()
        await (await pool.connection()).execute(ONE, [1])


async def test_a_connection_of_asyncpg_is_released_by_hand_only() -> None:
    with pytest.raises(AssertionError, match="never released"), settled():
        pool = asyncpg_fakes.FakePool()
        await (await pool.acquire()).execute("SELECT 1")


async def test_an_open_transaction_given_back_to_psqlpys_pool_comes_back() -> None:
    with pytest.raises(AssertionError, match="transaction still open"), settled():
        async with FakePool().acquire() as conn:
            await conn.transaction().begin()


async def test_an_error_of_the_block_takes_precedence() -> None:
    with pytest.raises(KeyError), settled():
        FakeConnection().fetch_return = []
        raise KeyError("mine")


async def test_all_problems_of_all_fakes_are_listed() -> None:
    with pytest.raises(AssertionError) as raised, settled():
        FakeConnection().fetch_return = []
        asyncpg_fakes.FakeConnection().fetchval_return = 1
    assert str(raised.value).startswith("the fakes are not settled:\n1. fetch_return: 1 of 1")
    assert "\n2. fetchval_return: 1 of 1" in str(raised.value)


async def test_blocks_within_blocks_check_their_own_fakes() -> None:
    with settled():
        with pytest.raises(AssertionError), settled():
            FakeConnection().fetch_return = []
        await FakeConnection().fetch(ONE, [1])


async def test_fakes_outside_of_a_block_are_left_alone() -> None:
    conn = FakeConnection()
    conn.fetch_return = []
    with settled():
        pass
    assert issubclass(UnscriptedCall, AssertionError)
