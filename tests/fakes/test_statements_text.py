"""What can be told from the text of a statement: its words, placeholders, verb and tables, wording."""

from types import SimpleNamespace
from typing import Any

import pytest
from async_testing.templates.fakes.sql.statements import named, placeholders, same_text, verb_and_tables
from async_testing.templates.fakes.sql.tokens import bind, render, tokenize
from hypothesis import given, settings
from hypothesis import strategies as st

VALUES: list[tuple[str, object]] = [
    ("'it''s'", "it's"),
    ("''", ""),
    (r"E'a\nb\'c\\d'", "a\nb'c\\d"),
    (r"e'\x41\u00e9\101''\z'", "AéA'z"),
    ("$$it's $1$$", "it's $1"),
    ("$tag$a $$ b$tag$", "a $$ b"),
    ("12", 12),
    ("1_000", 1000),
    ("1.5", 1.5),
    (".5e-1", 0.05),
    ("-3", -3),
    ("NULL", None),
    ("true", True),
    ("'x'::varchar(10)[]", "x"),
    ("CAST(CAST('x' AS text) AS app.kind)", "x"),
    ("'1'::timestamp with time zone", "1"),
]

TEXTS = [
    ("SELECT a.b, count(*), x::int FROM t", "SELECT a.b, count(*), x::int FROM t"),
    ("a=-1and b>= @-2", "a = $1 AND b >= @- $2"),
    ("a - 1, a -1, (-1), -a", "a - $1, a - $2, ($3), - a"),
    ('"Mixed" "plain" "se""lf" "order" `Tick`', '"Mixed" plain "se""lf" "order" "Tick"'),
    ("a[1:2] || ARRAY[3]", "a[$1 : $2] || ARRAY [$3]"),
    ("B'01' X'ff' U&'d'", "B'01' X'ff' U&'d'"),
    ("a--b\n-/*c*/d", "a - d"),
    ("now() AT TIME ZONE 'utc'", "now() at time zone $1"),
    ("t.null, t.true", "t.NULL, t.TRUE"),
    ("x in(1)and(b)", "x IN ($1) AND (b)"),
]

TABLES = [
    ("SELECT * FROM users", ("SELECT", ("users",))),
    ("select a from public.Users u, app.posts as p", ("SELECT", ("users", "app.posts"))),
    ("SELECT 1 FROM a JOIN b USING (id) LEFT JOIN LATERAL f(a.x) ON true", ("SELECT", ("a", "b"))),
    ("SELECT extract(year FROM day), trim(both FROM x) FROM days", ("SELECT", ("days",))),
    ("SELECT a IS DISTINCT FROM b FROM t FOR UPDATE OF t", ("SELECT", ("t",))),
    (
        "SELECT * FROM (SELECT 1 FROM inner_one) x WHERE y IN (SELECT 1 FROM z)",
        ("SELECT", ("inner_one", "z")),
    ),
    ("INSERT INTO users (a) SELECT a FROM old, older", ("INSERT", ("users", "old", "older"))),
    ("INSERT INTO users(a) VALUES (1) ON CONFLICT DO UPDATE SET a = 1", ("INSERT", ("users",))),
    ("UPDATE ONLY users SET a = 1 FROM b WHERE c", ("UPDATE", ("users", "b"))),
    ("DELETE FROM users USING bans", ("DELETE", ("users", "bans"))),
    ("WITH x(a) AS (SELECT 1 FROM y) INSERT INTO t SELECT * FROM x", ("INSERT", ("t", "y"))),
    ('/* hi */ SELECT 1 FROM "Users"', ("SELECT", ('"Users"',))),
    ("TRUNCATE users", ("TRUNCATE", ("users",))),
    ("CREATE TABLE IF NOT EXISTS users (id int)", ("CREATE", ("users",))),
    ("LISTEN channel", ("LISTEN", ())),
    ("SELECT 'FROM lies' -- FROM more", ("SELECT", ())),
    ("", ("", ())),
    ("FROM", ("FROM", ())),
    ("SELECT 1 FROM 'unfinished", ("SELECT", ())),
    (")))(((", ("", ())),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[each[0] for each in VALUES])
def test_reads_literals_as_values(text: str, value: object) -> None:
    assert render(bind(tokenize(text), None)) == ("$1", (value,))


@pytest.mark.parametrize(("text", "shown"), TEXTS, ids=[each[0] for each in TEXTS])
def test_shows_words_in_one_way(text: str, shown: str) -> None:
    assert render(bind(tokenize(text), None))[0] == shown


@pytest.mark.parametrize(
    "text", ["'a", 'b "c', "/* a /* b */", "$$ a $b$", "a $x$ $", "`", "\\", "E'a\\'", "{"]
)
def test_what_is_unfinished_is_one_last_token(text: str) -> None:
    tokens = tokenize(text)
    assert tokens[-1].kind == "broken"
    assert text.endswith(tokens[-1].text)


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "''",
        "'''",
        '"',
        '"a',
        "$a$ ",
        "$",
        "/*",
        "/* */",
        "--",
        "(",
        "$1",
        "$(a",
        "$(a)p",
        "::",
        "1.",
        "1e",
        "E'\\",
        "+-",
        "a.",
        "%s%(",
    ],
)
def test_a_long_text_takes_no_more_than_its_length(text: str) -> None:
    for style in ("$", "%", "?:"):
        tokens = tokenize(text * 20_000, style)
        assert len(tokens) <= len(text) * 20_000


@given(
    st.text(alphabet=st.sampled_from(list("abE$1()'\"`/*-:.,;%s?= \n\\[]@{né")), max_size=60),
    st.sampled_from(["$", "%", "?", ":$"]),
)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_text_breaks_the_tokens_and_nothing_is_lost(text: str, style: str) -> None:
    tokens = tokenize(text, style)
    rest = text
    for token in tokens:
        if token.kind in ("mark", "broken", "verbatim", "placeholder"):
            assert token.text in rest
            rest = rest[rest.index(token.text) + len(token.text) :]
    verb, tables = verb_and_tables(text)
    assert verb == verb.upper()
    assert all(tables)
    assert placeholders(text) >= 0
    shown, values = render(bind(tokens, None))
    assert render(bind(tokenize(shown), values))[0] == shown or any(t.kind == "broken" for t in tokens)


@pytest.mark.parametrize(
    ("statement", "highest", "names"),
    [
        ("SELECT $1, $3", 3, ()),
        ("SELECT '$4', \"$5\", $$ $6 $$, $1 -- $7\n/* $8 */", 1, ()),
        ("SELECT $(b)p, $(a)p, $(b)p, '$(c)p'", 0, ("b", "a")),
        ("SELECT a$9, E'\\'$2'", 0, ()),
        ("", 0, ()),
    ],
)
def test_counts_placeholders(statement: str, highest: int, names: tuple[str, ...]) -> None:
    assert placeholders(statement) == highest
    assert named(statement) == names


@pytest.mark.parametrize(("statement", "found"), TABLES, ids=[each[0] for each in TABLES])
def test_tells_the_verb_and_the_tables(statement: str, found: Any) -> None:
    assert verb_and_tables(statement) == found


CALL = SimpleNamespace(statement="SELECT Id, 'X' -- why\nFROM \"users\" WHERE a != $1;", parameters=(1,))


@pytest.mark.parametrize(
    "text", ["select id,'X' from users where a<>$1", "SELECT id, 'X'\n FROM USERS WHERE a != $1;"]
)
def test_the_same_text_in_other_spacing_and_case(text: str) -> None:
    same_text(CALL, text)
    same_text(CALL, text, [1])
    same_text(CALL.statement, text)


def test_a_difference_of_text_is_shown_by_clause() -> None:
    with pytest.raises(AssertionError) as raised:
        same_text(CALL, "SELECT id, 'x' FROM users WHERE a <> $1")
    assert "-SELECT id, 'x'\n+SELECT id, 'X'\n FROM users\n WHERE a <> $1" in str(raised.value)


def test_a_difference_of_parameters_is_shown() -> None:
    with pytest.raises(AssertionError, match=r"--- with|-- with \[2\]"):
        same_text(CALL, CALL.statement, [2])
    with pytest.raises(AssertionError, match=r"-- with \[\]"):
        same_text(CALL, CALL.statement, None)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id, 'X' FROM users",
        "SELECT id, 'X' FROM users WHERE a <> $2",
        "SELECT id, 'X' FROM \"Users\" WHERE a <> $1",
    ],
)
def test_another_text_is_not_the_same(text: str) -> None:
    with pytest.raises(AssertionError, match="differs"):
        same_text(CALL, text)


def test_parameters_need_a_call() -> None:
    with pytest.raises(TypeError, match="pass the call"):
        same_text("SELECT 1", "SELECT 1", [])
