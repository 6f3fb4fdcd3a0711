"""Nothing in a statement is lost: a rewrite that keeps its meaning is equal, any other change is not."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from async_testing.templates.fakes.sql.statements import Select, Statement, UnreadableStatement, read
from hypothesis import given, settings
from hypothesis import strategies as st

CORPUS = [
    "SELECT id, name FROM users WHERE id = $1",
    "SELECT DISTINCT u.id, lower(u.email) AS mail FROM public.users AS u WHERE u.age >= $1 AND (u.name ILIKE $2 OR "
    "u.gone IS NOT NULL) ORDER BY u.made DESC NULLS LAST, u.id ASC LIMIT $3 OFFSET $4 FOR UPDATE SKIP LOCKED",
    "SELECT count(*) AS total FROM users",
    "SELECT u.id, p.title FROM users u INNER JOIN posts p ON p.user_id = u.id LEFT OUTER JOIN tags t ON "
    "t.post_id = p.id AND t.kind = $1 WHERE p.id = ANY($2) AND u.id NOT IN ($3, $4) AND u.age BETWEEN $5 AND $6",
    "SELECT DISTINCT ON (role) role, count(*) FROM users GROUP BY role, 2 HAVING count(*) > $1",
    "SELECT EXISTS(SELECT 1 FROM users WHERE email = $1)",
    "SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id AND NOT p.hidden)",
    "SELECT CASE WHEN age > $1 THEN 'old' ELSE 'young' END AS kind FROM users WHERE data->>'a' = $2 AND tags @> $3",
    "SELECT id FROM users WHERE id IN (SELECT user_id FROM posts WHERE score > $1) AND active = true AND age = -1",
    "INSERT INTO users (name, email, made) VALUES ($1, $2, now()) RETURNING id, name AS n",
    "INSERT INTO users (name, email) VALUES ($1, lower($2)) ON CONFLICT (email) WHERE active DO UPDATE SET "
    "name = EXCLUDED.name, hits = users.hits + $3 WHERE users.age < $4 RETURNING *",
    "INSERT INTO users (name) VALUES ($1), ($2) ON CONFLICT ON CONSTRAINT users_pk DO NOTHING",
    "INSERT INTO users (name, email) SELECT n.name, $1 FROM unnest($2) AS n WHERE n.name <> $3",
    "INSERT INTO users (name, email) SELECT * FROM unnest($1, $2) AS t(name, email)",
    "INSERT INTO logs VALUES ($1, $2)",
    "INSERT INTO hits (id) VALUES ($1) ON DUPLICATE KEY UPDATE n = n + $2",
    "INSERT INTO users DEFAULT VALUES",
    "UPDATE users SET name = $1, count = count + $2, seen = now() WHERE id = $3 AND gone IS NULL RETURNING id",
    "UPDATE users AS u SET total = o.total, (a, b) = ($1, $2) FROM orders o WHERE o.user_id = u.id AND o.id = $3",
    "DELETE FROM users WHERE id = $1 OR email = $2",
    "DELETE FROM users USING bans b WHERE b.user_id = users.id RETURNING users.id",
    "WITH old AS (SELECT id FROM users WHERE age > $1), gone AS (DELETE FROM posts WHERE user_id = $2 RETURNING id) "
    "SELECT o.id FROM old o WHERE o.id > $3",
    'UPDATE "User" SET "fullName" = $1 WHERE "Id" = $2',
]
PARAMETERS = [f"p{number}" for number in range(1, 8)]
WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|\$?\w+|->>|@>|>=|<>|[^\w\s]")
NO_MEANING = ("AS", "ASC", "INNER", "OUTER")  # may be left out
CHANGES = {
    "AND": "OR",
    "OR": "AND",
    "DESC": "ASC",
    "ASC": "DESC",
    "INNER": "LEFT",
    "LEFT": "RIGHT",
    "LAST": "FIRST",
    "IN": "LIKE",
    "=": "<>",
    ">": ">=",
    "<": "<=",
    ">=": ">",
    "<>": "=",
    "+": "-",
    "NULL": "TRUE",
    "true": "false",
    "$1": "$2",
    "$2": "$1",
    "$3": "$1",
    "$4": "$1",
    "1": "2",
    "UPDATE": "SHARE",
    "users": "users_archive",
}


def meaning(statement: str) -> Statement | str:
    try:
        return read(statement, PARAMETERS)
    except UnreadableStatement as error:
        return error.construct


def changed(statement: str) -> Iterator[tuple[str, str]]:
    """Each way to leave out, replace, double or move one word of the statement."""
    spots = [found.span() for found in WORDS.finditer(statement)]
    for place, (start, end) in enumerate(spots):
        word, before, after = statement[start:end], statement[:start], statement[end:]
        if word not in NO_MEANING:
            yield f"without {word}", f"{before} {after}"
        other = CHANGES.get(word, "other" if word[0].isalnum() or word[0] in "'\"" else ";")
        yield f"{word} becomes {other}", f"{before} {other} {after}"
        if (
            not (word[0].isalpha() or word[0] == '"') or word.isupper()
        ):  # `users users` is a table with an alias
            yield f"{word} twice", f"{before} {word} {word} {after}"
        if place + 1 < len(spots):
            next_start, next_end = spots[place + 1]
            following = statement[next_start:next_end]
            if following != word:
                moved = f"{before} {following} {word} {statement[next_end:]}"
                yield f"{word} behind {following}", moved


def test_the_words_of_the_corpus_cover_it() -> None:
    for statement in CORPUS:
        assert "".join(WORDS.findall(statement)) == re.sub(r"\s", "", statement)


@pytest.mark.parametrize("statement", CORPUS, ids=range(len(CORPUS)))
def test_no_single_word_can_change_unnoticed(statement: str) -> None:
    expected = read(statement, PARAMETERS)
    unnoticed = [f"{what}: {other}" for what, other in changed(statement) if meaning(other) == expected]
    assert unnoticed == []


REWRITES: dict[str, Callable[[str], str]] = {
    "lower case": lambda text: "".join(
        w if w[0] in "'\"" else w.lower() for w in re.split("('[^']*'|\"[^\"]*\")", text) if w
    ),
    "spread out": lambda text: "\n\t".join(WORDS.findall(text)),
    "comments": lambda text: re.sub(r"(?<=\w) (?=[A-Z])", " /* it's a ) 'comment' */ -- and\n", text),
    "semicolon": lambda text: text + " ;",
    "casts": lambda text: re.sub(r"(\$\d)", r"\1::app.kind[]", text),
    "other casts": lambda text: re.sub(r"(\$\d)", r"CAST(\1 AS double precision)", text),
    "schema": lambda text: re.sub(
        r"(FROM|INTO|JOIN|UPDATE) (?=users|posts|tags|logs|hits)", r"\1 public.", text
    ),
    "without AS": lambda text: re.sub(r" AS (?=\w+( |,|$))(?!old|gone)", " ", text),
}


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("statement", CORPUS, ids=range(len(CORPUS)))
def test_a_rewrite_that_keeps_the_meaning_is_equal(statement: str, rewrite: str) -> None:
    other = REWRITES[rewrite](statement)
    assert read(other, PARAMETERS) == read(statement, PARAMETERS)


@pytest.mark.parametrize("statement", CORPUS, ids=range(len(CORPUS)))
def test_placeholders_may_be_renumbered_with_their_parameters(statement: str) -> None:
    other = re.sub(r"\$(\d)", lambda found: f"${8 - int(found[1])}", statement)
    assert read(other, PARAMETERS[::-1]) == read(statement, PARAMETERS)


@dataclass(frozen=True)
class Query:
    """A SELECT to be written in one way or another."""

    table: str
    columns: tuple[str, ...]
    where: tuple[tuple[str, str, Any], ...]
    either: tuple[tuple[str, str, Any], ...]
    order: tuple[tuple[str, bool], ...]
    limit: int | None

    def written(self, luck: random.Random) -> tuple[str, list[Any]]:
        """Any of the ways to write it, with its parameters."""
        alias = luck.choice(["", "u", "x1"])
        dot = f"{alias}." if alias else luck.choice(["", f"{self.table}."])
        parameters: list[Any] = []

        def value(of: Any) -> str:
            if luck.random() < 0.4:
                return repr(of) if not isinstance(of, str) else "'" + of.replace("'", "''") + "'"
            parameters.append(of)
            return f"${len(parameters)}" + luck.choice(["", "::text"])

        def predicates(group: tuple[tuple[str, str, Any], ...], glue: str) -> str:
            parts = [f"{dot}{column} {operator} {value(of)}" for column, operator, of in shuffled(group)]
            return f" {glue} ".join(f"({part})" if luck.random() < 0.3 else part for part in parts)

        def shuffled(of: tuple[Any, ...]) -> list[Any]:
            return luck.sample(of, len(of))

        text = f"SELECT {', '.join(dot + column for column in shuffled(self.columns))} "
        text += f"FROM {luck.choice(['', 'public.'])}{self.table}{luck.choice([' ', ' AS ']) + alias if alias else ''}"
        groups = [predicates(self.where, "AND")] if self.where else []
        groups += [f"({predicates(self.either, 'OR')})"] if self.either else []
        text += " WHERE " + " AND ".join(luck.sample(groups, len(groups))) if groups else ""
        orders = [
            f"{dot}{column}{' DESC' if down else luck.choice(['', ' ASC'])}" for column, down in self.order
        ]
        text += " ORDER BY " + ", ".join(orders) if orders else ""
        text += f" LIMIT {value(self.limit)}" if self.limit is not None else ""
        if luck.random() < 0.3:
            text = re.sub(r"\b[A-Z]+\b(?=(?:[^']*'[^']*')*[^']*$)", lambda found: found[0].lower(), text)
        if luck.random() < 0.3:
            text = re.sub(
                r" (?=(?:[^']*'[^']*')*[^']*$)", lambda _: luck.choice([" ", "\n  ", " /* ' */ "]), text
            )
        return text, parameters

    def meant(self) -> Select:
        """What it means, as a person would write it."""
        where: dict[str, Any] = {f"{column} {operator}": of for column, operator, of in self.where}
        if self.either:
            where["OR"] = [{f"{column} {operator}": of} for column, operator, of in self.either]
        order = [f"{column} DESC" if down else column for column, down in self.order]
        return Select(self.table, self.columns, where=where, order_by=order, limit=self.limit)


COLUMNS = st.sampled_from(["id", "name", "email", "age", "role"])
FREE_OF_QUOTES = st.text(alphabet="abAB %_$1?:", max_size=5)
PREDICATES = st.tuples(
    COLUMNS, st.sampled_from(["=", "<>", ">", "<=", "LIKE", "~*"]), st.integers() | FREE_OF_QUOTES
)
QUERIES = st.builds(
    Query,
    table=st.sampled_from(["users", "accounts"]),
    columns=st.lists(COLUMNS, min_size=1, unique=True).map(tuple),
    where=st.lists(PREDICATES, max_size=3, unique_by=lambda each: each[:2]).map(tuple),
    either=st.just(()) | st.lists(PREDICATES, min_size=2, max_size=3, unique=True).map(tuple),
    order=st.lists(st.tuples(COLUMNS, st.booleans()), max_size=2, unique_by=lambda each: each[0]).map(tuple),
    limit=st.none() | st.integers(min_value=0, max_value=100),
)
FIXED = settings(max_examples=150, derandomize=True, deadline=None)


@given(QUERIES, st.integers())
@FIXED
def test_every_way_to_write_a_query_means_what_a_person_writes(query: Query, seed: int) -> None:
    statement, parameters = query.written(random.Random(seed))
    assert read(statement, parameters) == query.meant(), statement


def slips(query: Query) -> Iterator[Query]:
    """Each query that differs in one thing."""
    yield replace(query, table=query.table + "_archive")
    yield replace(query, columns=(*query.columns, "extra"))
    yield replace(query, columns=(*query.columns[:-1], "other"))
    yield replace(query, limit=1 if query.limit is None else query.limit + 1)
    yield replace(query, limit=1 if query.limit is None else None)
    yield replace(query, where=(*query.where, ("extra", "=", 1)))
    yield replace(query, order=(*query.order, ("extra", False)))
    if len(query.order) > 1:
        yield replace(query, order=query.order[::-1])
    for place, (column, down) in enumerate(query.order):
        yield replace(query, order=(*query.order[:place], (column, not down), *query.order[place + 1 :]))
        yield replace(query, order=query.order[:place] + query.order[place + 1 :])
    for place, (column, operator, of) in enumerate(query.where):
        rest = query.where[:place] + query.where[place + 1 :]
        wrong = f"{of}!" if isinstance(of, str) else of + 1
        yield replace(query, where=rest)
        yield replace(query, where=(*rest, (column, ">=", of)))
        yield replace(query, where=(*rest, ("other", operator, of)))
        yield replace(query, where=(*rest, (column, operator, wrong)))
    if query.either:
        yield replace(query, either=())
        yield replace(query, either=(*query.either, ("extra", "=", 1)))
        yield replace(query, where=query.where + query.either, either=())


@given(QUERIES, st.integers())
@FIXED
def test_a_query_that_differs_in_one_thing_is_unequal_however_it_is_written(query: Query, seed: int) -> None:
    luck = random.Random(seed)
    for slip in slips(query):
        statement, parameters = slip.written(luck)
        assert read(statement, parameters) != query.meant(), statement


@given(
    st.lists(st.sampled_from(" ".join(CORPUS).replace("(", " ( ").replace(")", " ) ").split()), max_size=25)
)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    for start in ("SELECT", "INSERT INTO t", "UPDATE t SET", "DELETE FROM t", "WITH"):
        found = meaning(f"{start} {' '.join(words)}")
        assert isinstance(found, str) or found == read(f"{start}\n{'  '.join(words)}", PARAMETERS)
