"""Bugs in what a statement names: tables and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from async_testing.mutants.arguments import arguments
from async_testing.mutants.edits import Edits, hinted
from async_testing.mutants.naming import columns, used_tables
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.schema import Table
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause, Token, is_distinct_on, is_referred_to, tokens

ORDER = 10
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_USERS = 'D = "CREATE TABLE users (id int, name text, email text, at timestamp)"\n'


@operator(
    "sql-table",
    {
        'D = "CREATE TABLE a (id int, x text); CREATE TABLE b (id int, x text, y text)"\n'
        'Q = "SELECT x FROM a WHERE id = $1"\nR = "SELECT y FROM b"': [
            'D = "CREATE TABLE a (id int, x text); CREATE TABLE b (id int, x text, y text)"\n'
            'Q = "SELECT x FROM b WHERE id = $1"\nR = "SELECT y FROM b"'
        ],
        _USERS + 'Q = "SELECT id FROM users"': [],
    },
)
def wrong_table(source: Source) -> Iterator[Edits]:
    """Another table that has the columns too."""
    for block in source.blocks:
        used = used_tables(block, source.schema)
        names = {one.token.text.strip('"`').lower() for one in used}
        for one in used:
            if one.table is not None:
                other = _substitute(source, block, one.table, names | {one.alias})
                if other is not None and _qualifies_alias(block, one.token, one.alias):
                    hint = f"assert that the statement's table is {one.table.name}, not {other.name}"
                    yield hinted(block.write(one.token, other.name), hint)


def _substitute(source: Source, block: Block, table: Table, taken: set[str]) -> Table | None:
    """Return another table with every column of this one that the statement names."""
    found = tokens(block.literal.text)
    if any(token.text == "*" and token.kind == "op" for token in found) and not _counts(found):
        return None
    named = {token.text.strip('"`') for token in found if token.kind in ("word", "quoted")} & set(
        table.columns
    )
    for name, other in source.schema.tables.items():
        alike = all(other.columns.get(column) == table.columns[column] for column in named)
        if alike and name not in taken and named and other.is_guessed == table.is_guessed:
            return other
    return None


def _counts(found: Sequence[Token]) -> bool:
    return all(
        before.text == "(" for before, token in pairwise(found) if token.text == "*" and token.kind == "op"
    )


def _qualifies_alias(block: Block, token: Token, alias: str) -> bool:
    """Whether no column is written with the table's own name before it."""
    if alias != token.text.strip('"`').lower():
        return True
    return not any(
        first.text.strip('"`').lower() == alias and second.text == "."
        for first, second in pairwise(tokens(block.literal.text))
    )


@operator(
    "sql-column",
    {
        _USERS + 'Q = "SELECT name AS n FROM users WHERE email = $1 ORDER BY at"': [
            _USERS + 'Q = "SELECT email AS n FROM users WHERE email = $1 ORDER BY at"',
            _USERS + 'Q = "SELECT name AS n FROM users WHERE name = $1 ORDER BY at"',
        ],
        _USERS + 'Q = "UPDATE users SET name = $1 WHERE id = $2"': [
            _USERS + 'Q = "UPDATE users SET email = $1 WHERE id = $2"'
        ],
        _USERS + 'Q = "INSERT INTO users (name, at) VALUES ($1, now())"': [
            _USERS + 'Q = "INSERT INTO users (email, at) VALUES ($1, now())"'
        ],
        'Q = "SELECT name, email FROM people WHERE email = $1"': [
            'Q = "SELECT name, email FROM people WHERE name = $1"'
        ],
    },
)
def wrong_column(source: Source) -> Iterator[Edits]:
    """Another column of the same table and type."""
    for block in source.blocks:
        for clause in block.clauses:
            place = _PLACES.get(clause.name)
            if clause.name == "order by" and block.first("select distinct", "group by") is not None:
                continue
            if clause.name == "on" and is_distinct_on(block):
                continue
            for body in _bodies(block, clause) if place else []:
                for named in columns(block, body, source.schema):
                    taken = {token.text.strip('"`') for item in clause.items() for token in item[:1]}
                    if clause.name == "insert into":
                        taken = {token.text.strip('"`') for token in clause.body}
                    allowed = taken if clause.name in ("set", "insert into") else set()
                    other = next(
                        (name for name in named.table.like(named.column) if name not in allowed), None
                    )
                    if other is not None and (
                        not named.table.is_guessed or _is_compared(clause, named.token)
                    ):
                        new = f'"{other}"' if named.token.kind == "quoted" else other
                        hint = f"assert that the statement's {place} has {named.column}, not {other}"
                        yield hinted(block.write(named.token, new), hint)


_PLACES = {
    "select": "SELECT",
    "returning": "RETURNING",
    "where": "WHERE",
    "on": "JOIN",
    "set": "SET",
    "insert into": "list of columns",
    "order by": "ORDER BY",
}


def _bodies(block: Block, clause: Clause) -> Iterator[Sequence[Token]]:
    """Yield the tokens of a clause whose columns can be others without another shape of the rows."""
    if clause.name in ("select", "returning"):
        if block.first("group by") is None:
            yield from (item for item in clause.items() if any(token.is_word("AS") for token in item[1:]))
    elif clause.name == "set":
        yield from (item[:1] for item in clause.items())
    elif clause.name == "insert into":
        yield from block.columns()
    else:
        yield clause.body


def _is_compared(clause: Clause, token: Token) -> bool:
    """Whether a column stands beside a mere placeholder, which takes whatever type is there."""
    if clause.name == "insert into":
        return True
    place = clause.body.index(token)
    following = clause.body[place + 1 : place + 4]
    return (
        len(following) > 1
        and following[0].kind == "op"
        and following[1].kind == "placeholder"
        and (len(following) == 2 or following[2].kind == "word" or following[2].text in ",)")
    )


@operator(
    "sql-insert-column",
    {
        'Q = "INSERT INTO users (name, at) VALUES (:name, now())"': [
            'Q = "INSERT INTO users (at) VALUES (now())"',
            'Q = "INSERT INTO users (name) VALUES (:name)"',
        ],
        'async def f(c, d):\n    await c.execute("INSERT INTO users (name, email) VALUES ($1, $2)", d.name, d.email)': [
            'async def f(c, d):\n    await c.execute("INSERT INTO users (email) VALUES ($1)", d.email)',
            'async def f(c, d):\n    await c.execute("INSERT INTO users (name) VALUES ($1)", d.name)',
        ],
        'Q = "INSERT INTO users (name, email) VALUES ($1, $2)"': [],
    },
)
def dropped_insert_column(source: Source) -> Iterator[Edits]:
    """A column left out of an INSERT, with its value."""
    for block in source.blocks:
        named, rows = block.columns(), block.rows()
        for index, column in enumerate(named):
            if len(named) > 1 and rows and all(len(row) == len(named) for row in rows):
                edits = block.remove(column, named) + tuple(
                    edit for row in rows for edit in block.remove(row[index], row)
                )
                ranges = [(row[index][0].start, row[index][-1].end) for row in rows]
                hint = f"assert that the INSERT gives {column[0].text} the value it should have"
                yield hinted(arguments(source).cut(block, edits, *ranges), hint)


@operator(
    "sql-select-column",
    {
        'Q = "SELECT id, name AS n FROM users"': [
            'Q = "SELECT name AS n FROM users"',
            'Q = "SELECT id FROM users"',
        ],
        'COLUMNS = "id, name"\nQ = f"SELECT {COLUMNS} FROM users"': [
            'COLUMNS = "name"\nQ = f"SELECT {COLUMNS} FROM users"',
            'COLUMNS = "id"\nQ = f"SELECT {COLUMNS} FROM users"',
        ],
        'Q = "INSERT INTO a (b, c) SELECT d, e FROM f UNION SELECT g, h FROM i"': [],
        'Q = "SELECT DISTINCT a, b, f(c) AS d FROM t ORDER BY b, d"': [
            'Q = "SELECT DISTINCT b, f(c) AS d FROM t ORDER BY b, d"'
        ],
        'Q = "SELECT a, b FROM t ORDER BY 2 DESC"': [],
    },
)
def dropped_select_column(source: Source) -> Iterator[Edits]:
    """A column left out of what is selected."""
    for block in source.blocks:
        if _gives_rows(block):
            yield from _each_dropped(source, block, "select", "select distinct", "columns")


def _gives_rows(block: Block) -> bool:
    """Whether what is selected is the result, not a part of another statement that counts on its columns."""
    found = tokens(block.literal.text)
    if block.verb == "FRAGMENT":
        return True
    statement = [token for token in found if token.depth == 0]
    return block.is_outermost and not any(
        token.is_word("UNION", "EXCEPT", "INTERSECT", "INSERT") for token in statement
    )


@operator(
    "sql-returning",
    {
        'Q = "DELETE FROM users RETURNING id, name"': [
            'Q = "DELETE FROM users RETURNING name"',
            'Q = "DELETE FROM users RETURNING id"',
            'Q = "DELETE FROM users"',
        ]
    },
)
def dropped_returning(source: Source) -> Iterator[Edits]:
    """A column left out of RETURNING, or all of it."""
    for block in source.blocks:
        if block.is_outermost:
            yield from _each_dropped(source, block, "returning")
            for clause in block.all("returning"):
                edits = arguments(source).cut(block, block.drop(clause), (clause.start, clause.end))
                yield hinted(edits, "use what RETURNING gives: assert on the result made of its row")


@operator(
    "sql-swapped-columns",
    {
        'Q = "INSERT INTO users (a, b, c) VALUES ($1, $2, $3)"': [
            'Q = "INSERT INTO users (b, a, c) VALUES ($1, $2, $3)"',
            'Q = "INSERT INTO users (a, c, b) VALUES ($1, $2, $3)"',
        ],
        'Q = "UPDATE users SET a = $1, b = $2"': ['Q = "UPDATE users SET b = $1, a = $2"'],
        "Q = \"INSERT INTO users (a, b) VALUES ($1, 'new')\"": [],
    },
)
def swapped_columns(source: Source) -> Iterator[Edits]:
    """Two neighbouring columns written to, exchanged."""
    for block in source.blocks:
        rows = block.rows()
        for (place, first), (_, second) in pairwise(enumerate(block.columns())):
            values = [row[place : place + 2] for row in rows]
            if _are_alike(source, block, first, second) or (values and all(map(_take_any_type, values))):
                yield _swapped(block, first, second)
        for clause in block.all("set"):
            for first, second in pairwise(clause.items()):
                if first[0].kind == second[0].kind == "word" and (
                    _are_alike(source, block, first[:1], second[:1])
                    or _take_any_type([first[2:], second[2:]])
                ):
                    yield _swapped(block, first[:1], second[:1])


def _are_alike(source: Source, block: Block, first: Sequence[Token], second: Sequence[Token]) -> bool:
    found = list(columns(block, [*first, *second], source.schema))
    kinds = [named.table.columns[named.column] for named in found if not named.table.is_guessed]
    return len(kinds) == 2 and kinds[0] == kinds[1] != ""


def _take_any_type(values: Sequence[Sequence[Token]]) -> bool:
    return all(len(value) == 1 and value[0].kind == "placeholder" for value in values)


def _swapped(block: Block, first: Sequence[Token], second: Sequence[Token]) -> Edits:
    one, other = first[0].text, second[0].text
    return hinted(block.swap(first, second), f"assert which value goes into {one} and which into {other}")


def _each_dropped(source: Source, block: Block, *names: str) -> Iterator[Edits]:
    for clause in block.all(*names):
        items = clause.items()
        for item in items:
            if is_referred_to(block, clause, item):
                continue
            span = (item[0].start, item[-1].end)
            yield hinted(
                arguments(source).cut(block, block.remove(item, items), span),
                f"assert what becomes of {item[-1].text}, or on the columns that the statement asks for",
            )
