"""The fake of aiosqlite beyond what the contract sees: its ledger, its script, what is left at the end of a test."""

import pytest
from async_testing.templates.fakes import Insert, Select, UnscriptedCall, answers, settled
from async_testing.templates.fakes.aiosqlite import FakeConnection, FakeResult, error, errors

pytestmark = pytest.mark.asyncio

ONE = "SELECT id, name FROM users WHERE id = ?"
INSERT = "INSERT INTO users (name) VALUES (:name)"


async def test_calls_have_their_meaning() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"id": 1, "name": "Ana"}]
    async with conn.execute(ONE, [1]) as cursor:
        assert await cursor.fetchone() == (1, "Ana")
    await conn.execute(INSERT, {"name": "Bo"})
    await conn.executemany(INSERT, [{"name": "Cy"}, {"name": "Di"}])
    select, insert, many = conn.execute_calls
    assert select.meaning == Select("users", ["id", "name"], where={"id": 1})
    assert insert.meaning == Insert("users", {"name": "Bo"})
    assert many.meaning == Insert("users", rows=[{"name": "Cy"}, {"name": "Di"}])
    assert conn.committed == [select]
    await conn.commit()
    assert conn.committed == [select, insert, many]
    assert conn.events == ["execute", "begin", "execute", "executemany", "commit"]


async def test_execute_return_answers_both_kinds() -> None:
    conn = FakeConnection()
    conn.execute_return = answers([{"id": 1}], FakeResult(1, lastrowid=7), 3)
    assert await conn.execute_fetchall(ONE, [1]) == [(1,)]
    assert await conn.execute_insert(INSERT, {"name": "Ana"}) == (7,)
    assert (await conn.execute("UPDATE users SET name = 'x'")).rowcount == 3


async def test_a_failed_statement_alone_is_rolled_back() -> None:
    conn = FakeConnection()
    conn.execute_return = answers(
        1, errors.unique_violation("users_name", table="users", key={"name": "Bo"}), 1
    )
    await conn.execute(INSERT, {"name": "Ana"})
    with pytest.raises(error("IntegrityError"), match=r"UNIQUE constraint failed: users\.name"):
        await conn.execute(INSERT, {"name": "Bo"})
    await conn.execute(INSERT, {"name": "Cy"})
    await conn.commit()
    assert [call.parameters["name"] for call in conn.committed] == ["Ana", "Cy"]
    assert [call.parameters["name"] for call in conn.rolled_back] == ["Bo"]


async def test_a_commit_can_fail_and_be_tried_again() -> None:
    conn = FakeConnection()
    conn.when("COMMIT").then(errors.deadlock())
    await conn.execute(INSERT, {"name": "Ana"})
    with pytest.raises(error("OperationalError"), match="database is locked"):
        await conn.commit()
    assert conn.in_transaction
    await conn.commit()
    assert len(conn.committed) == 1


async def test_what_nobody_commits_is_rolled_back() -> None:
    async with FakeConnection() as conn:
        await conn.execute(INSERT, {"name": "Ana"})
    assert conn.committed == []
    assert len(conn.rolled_back) == 1
    assert conn.events == ["begin", "execute", "close"]


async def test_a_strict_fake_refuses_what_is_not_scripted() -> None:
    conn = await FakeConnection(strict=True)
    with pytest.raises(UnscriptedCall, match="Set fetch_return"):
        await conn.execute(ONE, [1])
    conn.problems.clear()


async def test_an_answer_that_nobody_asked_for_is_reported() -> None:
    def forget() -> None:
        FakeConnection().fetch_return = [{"id": 1}]

    with pytest.raises(AssertionError, match="nobody asked for"), settled():
        forget()
