"""When two meanings are the same, and what is said where they differ."""

from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import ANY

import pytest
from async_testing.templates.fakes.sql.statements import (
    Delete,
    Missing,
    Select,
    Statement,
    Update,
    read,
)

pytest_plugins = ["pytester"]


UNEQUAL = [
    Select("users", ["id"]),
    Select("users", ["id"], where={"id": 2}),
    Select("users", ["id"], where={"id": "1"}),
    Select("users", ["id"], where={"id >": 1}),
    Select("users", ["id"], where={"id": 1, "name": "n"}),
    Select("users_archive", ["id"], where={"id": 1}),
    Select("users", ["id", "name"], where={"id": 1}),
    Select("users", ["name"], where={"id": 1}),
    Select("users", ["id"], where={"id": 1}, limit=1),
    Select("users", ["id"], where={"id": 1}, distinct=True),
    Select("users", ["id"], where={"id": 1}, lock="FOR UPDATE"),
    Select("users", ["id"], where={"OR": [{"id": 1}]}),
    Delete("users", where={"id": 1}),
]


SAME = [
    "select ID\n\tfrom Users where ID=$1 ;",
    "SELECT id -- which\nFROM /* all /* of */ them */ users WHERE (id = $1)",
    "SELECT u.id FROM public.users u WHERE u.id = $1::int",
    "SELECT x.id AS id FROM users AS x WHERE CAST($1 AS bigint) = x.id AND TRUE",
    'SELECT "users"."id" FROM "public"."users" WHERE "users"."id" = $1',
    "SELECT id FROM users WHERE id = 1",
    "SELECT `id` FROM `users` WHERE `id` = $1",
]


@pytest.mark.parametrize("other", UNEQUAL, ids=repr)
def test_what_is_not_named_is_claimed_to_be_absent(other: Statement) -> None:
    assert read("SELECT id FROM users WHERE id = $1", [1]) != other


@pytest.mark.parametrize("statement", SAME[:3] + SAME[4:])
def test_a_rewrite_means_the_same(statement: str) -> None:
    assert read(statement, [1]) == read("SELECT id FROM users WHERE id = $1", [1])


def test_a_column_in_quotes_is_not_the_function_of_that_name() -> None:
    assert read('SELECT 1 FROM t WHERE "user" = 1', []) != read("SELECT 1 FROM t WHERE user = 1", [])
    assert read('SELECT "current_date" FROM t', []) != read("SELECT current_date FROM t", [])
    assert read('SELECT "A" FROM t', []) != read("SELECT A FROM t", [])
    assert read('SELECT 1 FROM "T"', []) != read("SELECT 1 FROM t", [])


def test_a_missing_parameter_equals_nothing_and_can_be_seen() -> None:
    statement = "SELECT id FROM t WHERE a = $1 AND lower($2) = b AND f(c, $3)"
    assert read(statement, [1]) != read(statement, [1])
    assert "Missing(2)" in repr(read(statement, [1]))
    assert read("DELETE FROM t WHERE a = $1", None) != read("DELETE FROM t WHERE a = $1", None)
    assert Missing(1) != Missing(1)


def test_swapped_parameters_are_noticed_wherever_they_stand() -> None:
    for statement in (
        "INSERT INTO t (a, b) VALUES ($1, $2)",
        "UPDATE t SET a = $1 WHERE b = $2",
        "UPDATE t SET a = a + $1, b = b + $2",
        "SELECT f($1), g($2) FROM t",
        "SELECT 1 FROM t WHERE (a = $1 OR b = $2)",
        "SELECT 1 FROM t WHERE f($1) = a AND g($2) = b",
        "SELECT 1 FROM t JOIN u ON u.a = $1 AND u.b = $2",
        "SELECT 1 FROM t LIMIT $1 OFFSET $2",
        "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE a = $1 AND b = $2)",
    ):
        assert read(statement, [1, 2]) != read(statement, [2, 1]), statement
        assert read(statement, [1, 2]) == read(
            statement.replace("$1", "$3").replace("$2", "$1"), [2, None, 1]
        )


def test_values_compare_as_python_does() -> None:
    meaning = read(
        "UPDATE t SET a = $1, b = 1.5, c = $2 WHERE id = $3", [Decimal("1.50"), date(2024, 2, 29), 3]
    )
    assert meaning == Update("t", {"a": 1.5, "b": Decimal("1.5"), "c": ANY}, where={"id": ANY})


def test_a_number_in_order_by_is_a_column_and_a_parameter_is_none() -> None:
    assert read("SELECT a FROM t ORDER BY 1 DESC", []) != read("SELECT a FROM t ORDER BY $1 DESC", [1])


def test_the_order_of_columns_counts_inside_of_another_statement() -> None:
    statement = "SELECT 1 FROM t WHERE (a, b) IN (SELECT {} FROM u)"
    assert read(statement.format("x, y"), []) != read(statement.format("y, x"), [])
    assert read("SELECT x, y FROM u", []) == read("SELECT y, x FROM u", [])


def test_an_inner_alias_is_not_taken_for_the_outer_one() -> None:
    statement = "SELECT 1 FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = {})"
    assert read(statement.format("u.id"), []) != read(statement.format("p.id"), [])
    assert read(statement.format("u.id"), []) != read(statement.format("id"), [])
    alike = "SELECT 1 FROM users WHERE EXISTS (SELECT 1 FROM public.posts x WHERE x.user_id = users.id)"
    assert read(statement.format("u.id"), []) == read(alike, [])
    union = "SELECT 1 FROM users u WHERE EXISTS (SELECT {} UNION SELECT 2)"
    assert read(union.format("u.id"), []) != read(union.format("id"), [])


@pytest.mark.parametrize(
    "wrong",
    [{"a = b": 1}, {"a 'unfinished": 1}],
)
def test_a_wrong_key_of_conditions_is_an_error_of_its_own(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a key of conditions|no SQL"):
        Select("t", where=wrong)


def test_pytest_explains_a_difference_by_its_part(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from async_testing.templates.fakes.sql.statements import Insert, read

        def test_it():
            meaning = read("INSERT INTO users (name, email) VALUES ($1, $2)", ["a@b.c", "Ann"])
            assert meaning == Insert("users", {"name": "Ann", "email": "a@b.c"})
        """
    )
    output = pytester.runpytest("-vv", "-p", "no:asyncio").stdout.str()
    assert "['values']" in output
    assert "{'name': 'a@b.c'} != {'name': 'Ann'}" in output


def test_a_list_is_not_its_only_member() -> None:
    assert read("DELETE FROM t WHERE a IN (1)", []) != Delete("t", where={"a IN": 1})
