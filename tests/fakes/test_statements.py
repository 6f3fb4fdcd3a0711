"""What a statement means, as a person writes it in an assertion."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from async_testing.templates.fakes.sql.statements import (
    Delete,
    Each,
    Insert,
    Raw,
    Select,
    Statement,
    UnreadableStatement,
    Update,
    read,
)

DAY = date(2024, 2, 29)


READINGS: list[tuple[str, Any, Statement]] = [
    # SELECT
    ("SELECT id, name FROM users WHERE id = $1", [7], Select("users", ["id", "name"], where={"id": 7})),
    ("SELECT * FROM users", None, Select("users")),
    ("SELECT now()", [], Select("", ["now()"])),
    ("SELECT count(*) AS total FROM users", [], Select("users", {"total": "count(*)"})),
    ("SELECT count(*) total FROM users", [], Select("users", ["count(*) AS total"])),
    ("SELECT DISTINCT role FROM users", [], Select("users", ["role"], distinct=True)),
    (
        "SELECT DISTINCT ON (role) role, id FROM users",
        [],
        Select("users", ["role", "id"], distinct=["role"]),
    ),
    (
        "SELECT u.id FROM users u WHERE u.age >= $1 AND u.deleted_at IS NULL ORDER BY u.id DESC LIMIT $2 OFFSET $3",
        [18, 10, 20],
        Select(
            "users",
            ["id"],
            where={"age >=": 18, "deleted_at IS": None},
            order_by=["id DESC"],
            limit=10,
            offset=20,
        ),
    ),
    (
        "SELECT id FROM users ORDER BY a ASC NULLS FIRST, 2 DESC",
        [],
        Select("users", ["id"], order_by=["a NULLS FIRST", "2 DESC"]),
    ),
    (
        "SELECT id FROM jobs WHERE state = 'new' LIMIT 1 FOR UPDATE SKIP LOCKED",
        [],
        Select("jobs", ["id"], where={"state": "new"}, limit=1, lock="for update skip locked"),
    ),
    (
        "SELECT role, count(*) FROM users GROUP BY role HAVING count(*) > $1",
        [3],
        Select("users", ["role", "count(*)"], group_by=["role"], having={"count(*) >": 3}),
    ),
    (
        "SELECT u.id, p.title FROM users AS u JOIN posts p ON p.user_id = u.id WHERE p.id = $1",
        [5],
        Select(
            "users",
            ["users.id", "posts.title"],
            joins=["INNER JOIN posts ON posts.user_id = users.id"],
            where={"posts.id": 5},
        ),
    ),
    (
        "SELECT a.id FROM staff a LEFT OUTER JOIN staff b ON b.id = a.boss",
        [],
        Select("staff AS a", ["a.id"], joins=["LEFT JOIN staff AS b ON b.id = a.boss"]),
    ),
    ("SELECT * FROM a, b", [], Select("a", joins=[", b"])),
    (
        "SELECT t.n FROM generate_series(1, $1) AS t",
        [9],
        Select(Raw("generate_series(1, $1) AS t", 9), ["n"]),
    ),
    (
        "SELECT EXISTS(SELECT 1 FROM users WHERE email = $1)",
        ["a@b.c"],
        Select("", [Raw("EXISTS (SELECT 1 FROM users WHERE email = $1)", "a@b.c")]),
    ),
    (
        "SELECT EXISTS(SELECT 1 FROM users WHERE email = $1)",
        ["a@b.c"],
        Select("", [Raw("EXISTS ($1)", Select("users", ["1"], where={"email": "a@b.c"}))]),
    ),
    (
        "WITH old AS (SELECT id FROM users WHERE age > $1) SELECT id FROM old",
        [60],
        Select("old", ["id"], ctes={"old": Select("users", ["id"], where={"age >": 60})}),
    ),
    ('SELECT "order" FROM "user" u WHERE u."order" = 1', [], Select("user", ["order"], where={"order": 1})),
    ("SELECT user", [], Select("", ["user"])),
    # INSERT
    (
        "INSERT INTO users (name, email) VALUES ($1, $2) RETURNING id",
        ["Ann", "a@b.c"],
        Insert("users", {"name": "Ann", "email": "a@b.c"}, returning=["id"]),
    ),
    (
        "INSERT INTO users (a, b, c, d) VALUES (now(), DEFAULT, lower($1), -1)",
        ["X"],
        Insert("users", {"a": Raw("now()"), "b": Raw("default"), "c": Raw("lower($1)", "X"), "d": -1}),
    ),
    (
        "INSERT INTO users (a, b) VALUES ($1, $2), ($3, $4)",
        [1, 2, 3, 4],
        Insert("users", rows=[{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
    ),
    ("INSERT INTO logs VALUES ($1, $2)", ["x", "y"], Insert("logs", {1: "x", 2: "y"})),
    ("INSERT INTO users DEFAULT VALUES RETURNING id", [], Insert("users", {}, returning=["id"])),
    (
        "INSERT INTO users (email, name) VALUES ($1, $2) ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name",
        ["e", "n"],
        Insert("users", {"email": "e", "name": "n"}, conflict=["email"], do={"name": Raw("excluded.name")}),
    ),
    (
        "INSERT INTO hits AS h (id) VALUES ($1) ON CONFLICT (id) WHERE live DO UPDATE SET n = h.n + $2 WHERE h.n < $3",
        [1, 2, 3],
        Insert(
            "hits",
            {"id": 1},
            conflict=["id"],
            conflict_where={"live": True},
            do={"n": Raw("hits.n + $1", 2)},
            do_where={"hits.n <": 3},
        ),
    ),
    ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", [], Insert("t", {"a": 1}, do="nothing")),
    (
        "INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT t_pk DO NOTHING",
        [],
        Insert("t", {"a": 1}, conflict="ON CONSTRAINT t_pk", do="nothing"),
    ),
    (
        "INSERT INTO users (name, email) SELECT * FROM unnest($1::text[], $2::text[])",
        [["n"], ["e"]],
        Insert("users", select=Select(Raw("unnest($1, $2)", ["n"], ["e"]), ["* AS (name, email)"])),
    ),
    (
        "INSERT INTO old (who, since) SELECT u.name, $1 FROM users u WHERE u.age > $2",
        [DAY, 60],
        Insert("old", select=Select("users", {"who": "name", "since": Raw("$1", DAY)}, where={"age >": 60})),
    ),
    # UPDATE and DELETE
    (
        "UPDATE users SET name = $1, hits = hits + $2, seen = now() WHERE id = $3 RETURNING *",
        ["n", 5, 1],
        Update(
            "users",
            {"name": "n", "hits": Raw("hits + $1", 5), "seen": Raw("now()")},
            where={"id": 1},
            returning=["*"],
        ),
    ),
    (
        "UPDATE users AS u SET total = o.total FROM orders o WHERE o.user_id = u.id AND u.id = $1",
        [4],
        Update(
            "users",
            {"total": Raw("orders.total")},
            from_=["orders"],
            where={"orders.user_id": Raw("users.id"), "users.id": 4},
        ),
    ),
    ("UPDATE t SET (a, b) = ($1, $2)", [1, 2], Update("t", {"a": 1, "b": 2})),
    ("UPDATE t SET (a, b) = ROW($1, $2)", [1, 2], Update("t", {"a": 1, "b": 2})),
    ("DELETE FROM users WHERE id = $1", [1], Delete("users", where={"id": 1})),
    ("DELETE FROM users", [], Delete("users")),
    (
        "DELETE FROM users USING bans b WHERE b.user_id = users.id RETURNING users.id",
        [],
        Delete("users", using=["bans"], where={"bans.user_id": Raw("users.id")}, returning=["users.id"]),
    ),
]


CONDITIONS: list[tuple[str, Any, Any]] = [
    ("a <> $1 AND b != $2", [1, 2], {"a <>": 1, "b !=": 2}),
    ("a IN ($1, 2)", [1], {"a IN": [2, 1]}),
    ("a NOT IN (1, 2)", [], {"a NOT IN": (1, 2)}),
    ("a = ANY($1::int[])", [[1, 2]], {"a = ANY": [1, 2]}),
    ("a <> ALL($1)", [[1]], {"a <> ALL": [1]}),
    ("a IN (SELECT id FROM b WHERE c = $1)", [3], {"a IN": Select("b", ["id"], where={"c": 3})}),
    ("a BETWEEN $1 AND $2 AND b = 3", [1, 2], {"a BETWEEN": (1, 2), "b": 3}),
    ("a NOT BETWEEN 1 AND 2", [], {"a NOT BETWEEN": [1, 2]}),
    ("a IS NOT NULL AND b IS TRUE", [], {"a IS NOT": None, "b IS": True}),
    ("a IS NOT DISTINCT FROM $1", [1], {"a IS NOT DISTINCT FROM": 1}),
    ("a LIKE $1 AND b NOT ILIKE 'x%'", ["y"], {"a LIKE": "y", "b NOT ILIKE": "x%"}),
    ("lower(a) = lower($1)", ["X"], {"lower(a)": Raw("lower($1)", "X")}),
    ("coalesce(a, $1) > 5", [0], {"coalesce(a, 0) >": 5}),
    ("live AND NOT hidden", [], {"live": True, "NOT": {"hidden": True}}),
    ("NOT (a = 1 OR b = 2)", [], {"NOT": {"OR": [{"a": 1}, {"b": 2}]}}),
    ("a = 1 AND (b = 2 OR c = 3 AND d = 4)", [], {"a": 1, "OR": [{"c": 3, "d": 4}, {"b": 2}]}),
    ("(a = 1 OR (b = 2 OR c = 3))", [], {"OR": [{"a": 1}, {"b": 2}, {"c": 3}]}),
    (
        "(a = 1 OR b = 1) AND (a = 2 OR b = 2)",
        [],
        {"AND": [{"OR": [{"b": 2}, {"a": 2}]}, {"OR": [{"a": 1}, {"b": 1}]}]},
    ),
    ("a @> $1 AND a @> $2", ["x", "y"], {"a @>": "x", "AND": [{"a @>": "y"}]}),
    ("data->>'k' = $1", ["v"], {"data ->> 'k'": "v"}),
    (
        "EXISTS (SELECT 1 FROM p WHERE p.t_id = t.id)",
        [],
        {"EXISTS": Select("p", ["1"], where={"t_id": Raw("t.id")})},
    ),
    ("NOT EXISTS (SELECT 1 FROM p)", [], {"NOT EXISTS": Select("p", ["1"])}),
    ("age = $1 AND (name = $2)", [1, "n"], Raw("name = $1 AND age = $2", "n", 1)),
    ("age = 1", [], "age = 1"),
    ("(a > 1 AND a > 2) AND b = 3", [], {"b": 3, "AND": [{"a >": 2}, {"a >": 1}]}),
    ("lower(a) = lower(b) AND c = 1", [], {"lower(a) = lower(b)": True, "c": 1}),
    ("x_intersects(a, $1)", [DAY], Raw("x_intersects(a, $1)", DAY)),
    ("CASE WHEN a = 1 AND b THEN c ELSE d END = $1", [5], {"case when a = 1 and b then c else d end": 5}),
    ("a > now() - '2 days'::interval", [], {"a >": Raw("now() - $1", "2 days")}),
    ('"order" = $1 AND "fullName" = $2', [1, 2], {"order": 1, '"fullName"': 2}),
]


UNREADABLE = [
    ("SELECT a FROM x UNION SELECT a FROM y", "UNION"),
    ("DROP TABLE users", "DROP"),
    ("", "an empty text"),
    ("SELECT 1; SELECT 2", "a second statement"),
    ("SELECT 'unfinished", "'unfinished"),
    ("SELECT (1", "parenthesis"),
    ("SELECT id INTO copy FROM users", "INTO"),
    ("SELECT sum(a) OVER w FROM t WINDOW w AS ()", "WINDOW"),
    ("SELECT id FROM users FETCH FIRST 1 ROW ONLY", "FETCH"),
    ("SELECT id FROM users WHERE a = 1 WHERE b = 2", "WHERE, which stands twice"),
    ("SELECT id FROM users WHERE", "WHERE with nothing behind it"),
    ("SELECT id FROM users LIMIT 1 ORDER BY id", "ORDER BY, which stands twice or in the wrong place"),
    ("SELECT id FROM users TABLESAMPLE system (1)", "tablesample"),
    ("INSERT INTO t (a, b) VALUES ($1)", "2 columns for 1 values"),
    ("INSERT INTO t (a, a) VALUES (1, 2)", "list of columns"),
    ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE", "UPDATE"),
    ("INSERT INTO t (a, b) SELECT *, 1 FROM u", "2 items for 2 columns"),
    ("INSERT INTO t (a) WITH x AS (SELECT 1) DELETE FROM u RETURNING a", "something else than SELECT"),
    ("DELETE FROM t WHERE AND a = 1", "an empty condition"),
    ("SELECT a FROM t JOIN", "no table"),
    ("SELECT a FROM t JOIN u AS ON u.a = t.a", "u AS"),
    ("INSERT INTO t (a)", "without VALUES or SELECT"),
    ("INSERT OR REPLACE INTO t (a) VALUES (1)", "INSERT OR"),
    ("UPDATE t SET a = 1, a = 2", "a, which stands twice"),
    ("UPDATE t SET a = 1 LIMIT 1", "LIMIT"),
    ("UPDATE t WHERE a = 1", "UPDATE without SET"),
    ("UPDATE t SET a", "a"),
    ("DELETE users", "DELETE users"),
    ("DELETE FROM t WHERE a = 1 ORDER BY a", "ORDER BY"),
    ("SELECT id FROM users /*! STRAIGHT_JOIN */", "/*!"),
    ("DELETE FROM t WHERE " + "NOT (" * 400 + "a" + ")" * 400, "levels of parentheses"),
]


@pytest.mark.parametrize(("statement", "parameters", "meaning"), READINGS, ids=[each[0] for each in READINGS])
def test_reads_a_statement_as_a_person_writes_it(statement: str, parameters: Any, meaning: Statement) -> None:
    assert read(statement, parameters) == meaning


@pytest.mark.parametrize(("text", "parameters", "where"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_reads_conditions(text: str, parameters: Any, where: Any) -> None:
    assert read(f"DELETE FROM t WHERE {text}", parameters) == Delete("t", where=where)


@pytest.mark.parametrize(("statement", "construct"), UNREADABLE, ids=[each[0][:50] for each in UNREADABLE])
def test_says_what_it_cannot_read_and_what_to_do(statement: str, construct: str) -> None:
    with pytest.raises(UnreadableStatement) as raised:
        read(statement, [1, 2])
    assert construct in raised.value.construct
    assert "same_text(call," in str(raised.value)
    assert len(str(raised.value)) < 600


def test_a_meaning_shows_only_what_is_named_and_can_be_pasted_as_an_assertion() -> None:
    meaning = read(
        "select u.id, count(*) n from users u where u.age>$1 and u.name='x' order by 2 limit 3", [18]
    )
    shown = (
        "Select('users', ['id', 'count(*) AS n'], where={'age >': 18, 'name': 'x'}, order_by=['2'], limit=3)"
    )
    assert repr(meaning) == shown
    assert eval(shown) == meaning


@pytest.mark.parametrize(("statement", "parameters", "meaning"), READINGS, ids=[each[0] for each in READINGS])
def test_every_meaning_can_be_pasted(statement: str, parameters: Any, meaning: Statement) -> None:
    import datetime

    names = {**globals(), "datetime": datetime}
    assert eval(repr(read(statement, parameters)), names) == meaning


@pytest.mark.parametrize(
    ("statement", "parameters", "style"),
    [
        ("INSERT INTO t (a, b) VALUES ($1, $2)", (1, "x%"), "$"),
        ("INSERT INTO t (a, b) VALUES ($(a)p, $(b)p)", {"a": 1, "b": "x%"}, "$"),
        ("INSERT INTO t (a, b) VALUES (%s, %s)", (1, "x%"), "%"),
        ("INSERT INTO t (a, b) VALUES (%(a)s, 'x%%')", {"a": 1}, "%"),
        ("INSERT INTO t (a, b) VALUES (?, ?)", [1, "x%"], "?"),
        ("INSERT INTO t (b, a) VALUES (?2, ?1)", [1, "x%"], "?"),
        ("INSERT INTO t (a, b) VALUES (:a::int, :b)", {"a": 1, "b": "x%"}, ":$"),
    ],
)
def test_knows_the_placeholders_of_every_driver(statement: str, parameters: Any, style: str) -> None:
    assert read(statement, parameters, style=style) == Insert("t", {"a": 1, "b": "x%"})


def test_many_sets_make_rows_of_an_insert_and_each_value_elsewhere() -> None:
    sets = [(1, "x"), (2, "y")]
    assert read("INSERT INTO t (a, b) VALUES ($1, lower($2))", sets, many=True) == Insert(
        "t", rows=[{"a": 1, "b": Raw("lower($1)", "x")}, {"a": 2, "b": Raw("lower($1)", "y")}]
    )
    assert read("INSERT INTO t (a, b) VALUES ($1, $2)", sets[:1], many=True) == Insert(
        "t", {"a": 1, "b": "x"}
    )
    assert read("INSERT INTO t (a, b) VALUES ($1, $2)", [], many=True) == Insert("t", rows=[])
    update = read("UPDATE t SET b = $2 WHERE a = $1", sets, many=True)
    assert update == Update("t", {"b": Each(["x", "y"])}, where={"a": Each([1, 2])})
    assert update != Update("t", {"b": ["x", "y"]}, where={"a": [1, 2]})
    assert repr(update) == "Update('t', {'b': Each(['x', 'y'])}, where={'a': Each([1, 2])})"


def test_a_cast_needs_a_type() -> None:
    assert (
        read("SELECT $1::int AS a", [1])
        == read("SELECT $1::interval AS a", [1])
        == Select("", [Raw("$1 AS a", 1)])
    )
    assert read("SELECT $1:: AS a", [1]) != read("SELECT $1 AS a", [1])


def test_sql_that_is_none_is_an_error_of_its_own() -> None:
    with pytest.raises(UnreadableStatement, match="without its partner"):
        Raw("EXISTS (SELECT 1 FROM t")


def test_a_call_is_read_with_its_own_parameters() -> None:
    call = SimpleNamespace(statement="DELETE FROM t WHERE a = $1", parameters=(1,))
    assert read(call.statement, call.parameters) == Delete("t", where={"a": 1})
