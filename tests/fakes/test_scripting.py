"""What a test can tell a fake to answer, and what happens when it told nothing."""

import asyncio
from typing import Any

import pytest
from async_testing.templates.fakes import UNSET, FakeConnection, FakeRecord, UnscriptedCall, answers
from async_testing.templates.fakes import asyncpg as asyncpg_fakes
from psqlpy.exceptions import ConnectionExecuteError

pytestmark = pytest.mark.asyncio

USERS = "SELECT id FROM users WHERE id = $1"
ORDERS = "SELECT id FROM orders"


async def rows(conn: FakeConnection, statement: str = ORDERS, *parameters: Any) -> list[Any]:
    return (await conn.fetch(statement, list(parameters))).result()


async def test_a_value_is_the_answer_to_every_call() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"id": 1}]
    assert await rows(conn) == await rows(conn) == [{"id": 1}]


async def test_rows_are_copied_when_they_are_set() -> None:
    conn = FakeConnection()
    row = {"tags": ["a"]}
    conn.fetch_return = [row]
    row["tags"].append("b")
    assert await rows(conn) == [{"tags": ["a"]}]


async def test_rows_are_copied_when_they_are_handed_out() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"tags": ["a"]}]
    (await rows(conn))[0]["tags"].append("b")
    assert await rows(conn) == [{"tags": ["a"]}]


async def test_values_are_copied_when_they_are_handed_out() -> None:
    conn = FakeConnection()
    conn.fetch_val_return = ["a"]
    (await conn.fetch_val(ORDERS)).append("b")
    assert await conn.fetch_val(ORDERS) == ["a"]


async def test_records_of_asyncpg_are_copied_when_they_are_handed_out() -> None:
    conn = asyncpg_fakes.FakeConnection()
    conn.fetchrow_return = asyncpg_fakes.FakeRecord({"tags": ["a"]})
    first = await conn.fetchrow(ORDERS)
    assert first is not None
    first["tags"].append("b")
    assert await conn.fetchrow(ORDERS) == (["a"],)


@pytest.mark.parametrize("given", [{"id": 1}, [{"id": 1}], FakeRecord({"id": 1}), FakeRecord([{"id": 1}])])
async def test_a_row_can_be_given_in_several_shapes(given: Any) -> None:
    conn = FakeConnection()
    conn.fetch_return = conn.fetch_row_return = given
    assert await rows(conn) == [{"id": 1}]
    assert (await conn.fetch_row(ORDERS)).result() == {"id": 1}


async def test_rows_can_come_from_a_generator() -> None:
    conn = FakeConnection()
    conn.fetch_return = ({"id": number} for number in (1, 2))
    assert await rows(conn) == await rows(conn) == [{"id": 1}, {"id": 2}]


async def test_answers_come_in_order_and_end_loudly() -> None:
    conn = FakeConnection()
    conn.fetch_return = answers([{"id": 1}], ConnectionExecuteError("gone"), [])
    assert await rows(conn) == [{"id": 1}]
    with pytest.raises(ConnectionExecuteError, match="gone"):
        await rows(conn)
    assert await rows(conn) == []
    with pytest.raises(UnscriptedCall, match=r"fetch_return has 3 answer\(s\), this was call 4"):
        await rows(conn)


async def test_a_list_of_lists_is_answers_for_execute() -> None:
    conn = FakeConnection()
    conn.execute_return = [[{"id": 1}], [{"id": 2}]]
    assert [(await conn.execute(ORDERS)).result() for _ in range(2)] == [[{"id": 1}], [{"id": 2}]]
    with pytest.raises(UnscriptedCall):
        await conn.execute(ORDERS)


@pytest.mark.parametrize("name", ["execute_return", "fetch_return", "fetch_row_return", "fetch_val_return"])
async def test_rows_and_errors_in_one_list_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match=r"write answers\(…\)"):
        setattr(FakeConnection(), name, [{"id": 1}, ValueError("no")])


@pytest.mark.parametrize("given", [3, "text", [1, 2], [[{"id": 1}]]])
async def test_what_is_no_row_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="a row is a mapping"):
        FakeConnection().fetch_return = given


async def test_no_answers_at_all_are_refused() -> None:
    with pytest.raises(TypeError, match="at least one"):
        answers()


@pytest.mark.parametrize(
    "error",
    [
        ConnectionExecuteError("x"),
        ConnectionExecuteError,
        TimeoutError(),
        asyncio.CancelledError,
        KeyError("x"),
    ],
)
@pytest.mark.parametrize("kind", ["execute", "fetch", "fetch_row", "fetch_val"])
async def test_an_error_is_raised_by_every_method(kind: str, error: Any) -> None:
    conn = FakeConnection()
    setattr(conn, f"{kind}_return", error)
    wanted = error if isinstance(error, type) else type(error)
    for _ in range(2):
        with pytest.raises(wanted):
            await getattr(conn, kind)(ORDERS)


async def test_an_error_is_raised_by_execute_many_and_copies() -> None:
    conn = FakeConnection()
    conn.execute_return = conn.copy_return = ConnectionExecuteError("full")
    with pytest.raises(ConnectionExecuteError, match="full"):
        await conn.execute_many("DELETE FROM users WHERE id = $1", [[1]])
    with pytest.raises(ConnectionExecuteError, match="full"):
        await conn.copy_records_to_table("users", [(1,)])


async def test_null_and_unset_differ() -> None:
    conn = FakeConnection()
    assert conn.fetch_val_return is UNSET
    conn.fetch_val_return = None
    assert await conn.fetch_val(ORDERS) is None
    conn.fetch_val_return = UNSET
    with pytest.raises(ConnectionExecuteError, match="unexpected number of rows"):
        await conn.fetch_val(ORDERS)


async def test_what_was_set_can_be_read() -> None:
    conn = FakeConnection()
    conn.fetch_val_return = 3
    assert conn.fetch_val_return == 3
    assert repr(UNSET) == "UNSET"


async def test_a_strict_fake_answers_nothing_unasked() -> None:
    conn = FakeConnection(strict=True)
    with pytest.raises(UnscriptedCall, match="strict fake") as raised:
        await conn.fetch(USERS, [7])
    assert USERS in str(raised.value)
    assert "[7]" in str(raised.value)


async def test_a_statement_has_answers_of_its_own() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"id": "other"}]
    conn.when("SELECT", "users").then([{"id": 1}], ConnectionExecuteError("gone"))
    assert await rows(conn, ORDERS) == [{"id": "other"}]
    assert await rows(conn, USERS, 1) == [{"id": 1}]
    with pytest.raises(ConnectionExecuteError):
        await rows(conn, USERS, 1)
    with pytest.raises(UnscriptedCall, match=r"when\('SELECT', 'users'\)"):
        await rows(conn, USERS, 1)


async def test_a_statement_is_told_by_whole_table_names() -> None:
    conn = FakeConnection()
    conn.when("select", "public.users").always([{"id": 1}])
    assert await rows(conn, "SELECT id FROM users_archive") == []
    assert await rows(conn, "SELECT 'FROM users'") == []
    assert await rows(conn, "SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id") == [{"id": 1}]
    assert await rows(conn, "DELETE FROM users RETURNING id") == []


async def test_a_statement_is_told_by_verb_or_table_alone() -> None:
    conn = FakeConnection()
    conn.when("DELETE").always([{"id": 1}])
    conn.when(table="orders").always([{"id": 2}])
    assert await rows(conn, "DELETE FROM users RETURNING id") == [{"id": 1}]
    assert await rows(conn, ORDERS) == [{"id": 2}]


async def test_what_is_written_to_is_the_table_of_an_insert() -> None:
    conn = FakeConnection()
    conn.when("INSERT", "users").always([{"id": 1}])
    conn.when("UPDATE", "users").always([{"id": 2}])
    conn.when(table="users").always([{"id": 3}])
    assert await rows(conn, "INSERT INTO users SELECT id FROM orders RETURNING id") == [{"id": 1}]
    assert await rows(conn, "INSERT INTO orders SELECT id FROM users RETURNING id") == [{"id": 3}]
    owned = "UPDATE orders SET id = 1 WHERE owner = (SELECT id FROM users) RETURNING id"
    assert await rows(conn, owned) == [{"id": 3}]


async def test_a_statement_is_told_by_its_text_with_white_space_folded() -> None:
    conn = FakeConnection()
    conn.when(text="SELECT id\n  FROM orders;").always([{"id": 1}])
    assert await rows(conn, "SELECT   id FROM orders") == [{"id": 1}]
    assert await rows(conn, "SELECT id FROM orders LIMIT 1") == []


@pytest.mark.parametrize("wrong", [{}, {"verb": "SELECT", "text": "SELECT 1"}])
async def test_when_needs_to_know_what(wrong: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="verb, a table or both"):
        FakeConnection().when(**wrong)


async def test_the_script_of_a_statement_goes_on_with_the_next() -> None:
    conn = FakeConnection()
    conn.when(table="orders").then([{"id": 1}])
    conn.when(table="orders").always([{"id": 2}])
    assert [await rows(conn), await rows(conn), await rows(conn)] == [[{"id": 1}], [{"id": 2}], [{"id": 2}]]


async def test_asyncpg_spells_the_attributes_both_ways() -> None:
    conn = asyncpg_fakes.FakeConnection()
    conn.fetchrow_return = {"id": 1}
    conn.fetchval_return = 5
    assert (conn.fetch_row_return, conn.fetch_val_return) == ({"id": 1}, 5)
    assert await conn.fetchrow(ORDERS) == (1,)
    assert await conn.fetchval(ORDERS) == 5
    assert conn.fetchrow_calls == conn.fetch_row_calls == [(ORDERS, ())]
    assert conn.fetchval_calls == conn.fetch_val_calls == [(ORDERS, ())]


async def test_a_value_that_cannot_be_copied_is_handed_out_itself() -> None:
    conn, handle = FakeConnection(), memoryview(b"x")
    conn.fetch_val_return = handle
    assert await conn.fetch_val(ORDERS) is handle
