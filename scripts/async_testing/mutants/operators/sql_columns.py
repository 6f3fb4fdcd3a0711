"""Bugs in what a statement names: tables, columns, values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from async_testing.mutants.edits import Edits
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Token, table_of

ORDER = 10
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "sql-table",
    {
        'Q = "SELECT id FROM users u JOIN roles ON true"': [
            'Q = "SELECT id FROM users_archive u JOIN roles ON true"',
            'Q = "SELECT id FROM users u JOIN roles_archive ON true"',
        ],
        'Q = "INSERT INTO public.users (id) VALUES ($1)"': [
            'Q = "INSERT INTO public.users_archive (id) VALUES ($1)"'
        ],
        'Q = "UPDATE users SET id = $1"': ['Q = "UPDATE users_archive SET id = $1"'],
        'Q = "DELETE FROM users"': ['Q = "DELETE FROM users_archive"'],
    },
)
def wrong_table(source: Source) -> Iterator[Edits]:
    """Another table, whose name begins with the right one."""
    for block in source.blocks:
        for clause in block.clauses:
            named = clause.name in ("from", "insert into", "update", "delete from", "using")
            table = table_of(clause.body) if named or clause.name.endswith("join") else None
            if table is not None:
                name = f'{table.text[:-1]}_archive"' if table.kind == "quoted" else f"{table.text}_archive"
                yield block.write(table, name)


@operator(
    "sql-insert-column",
    {
        'Q = "INSERT INTO users (name, email) VALUES ($1, $2)"': [
            'Q = "INSERT INTO users (email) VALUES ($2)"',
            'Q = "INSERT INTO users (name) VALUES ($1)"',
        ]
    },
)
def dropped_insert_column(source: Source) -> Iterator[Edits]:
    """A column left out of an INSERT, with its value."""
    for block in source.blocks:
        columns, rows = block.columns(), block.rows()
        for index, column in enumerate(columns):
            if len(columns) > 1 and all(len(row) == len(columns) for row in rows):
                yield block.remove(column, columns) + tuple(
                    edit for row in rows for edit in block.remove(row[index], row)
                )


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
    },
)
def dropped_select_column(source: Source) -> Iterator[Edits]:
    """A column left out of what is selected."""
    yield from _each_dropped(source, "select", "select distinct", "columns")


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
    yield from _each_dropped(source, "returning")
    for block in source.blocks:
        for clause in block.all("returning"):
            yield block.drop(clause)


@operator(
    "sql-swapped-columns",
    {
        'Q = "INSERT INTO users (a, b, c) VALUES ($1, $2, $3)"': [
            'Q = "INSERT INTO users (b, a, c) VALUES ($1, $2, $3)"',
            'Q = "INSERT INTO users (a, c, b) VALUES ($1, $2, $3)"',
        ],
        'Q = "UPDATE users SET a = $1, b = $2"': ['Q = "UPDATE users SET b = $1, a = $2"'],
    },
)
def swapped_columns(source: Source) -> Iterator[Edits]:
    """Two neighbouring columns written to, exchanged."""
    for block in source.blocks:
        for first, second in pairwise(block.columns()):
            yield _swap(block, first, second)
        for clause in block.all("set"):
            for first, second in pairwise(clause.items()):
                if first[0].kind == second[0].kind == "word":
                    yield _swap(block, first[:1], second[:1])


@operator(
    "sql-swapped-placeholders",
    {
        'Q = "UPDATE users SET a = $1 WHERE b = $2"': ['Q = "UPDATE users SET a = $2 WHERE b = $1"'],
        'Q = "SELECT id FROM users WHERE a = %(a)s AND b = %(b)s"': [
            'Q = "SELECT id FROM users WHERE a = %(b)s AND b = %(a)s"'
        ],
    },
)
def swapped_placeholders(source: Source) -> Iterator[Edits]:
    """Two neighbouring placeholders, exchanged."""
    for block in source.blocks:
        if block.is_outermost:
            every = [token for clause in block.clauses for token in (*clause.head, *clause.body)]
            places = [token for token in every if token.kind == "placeholder"]
            for first, second in pairwise(places):
                if block.literal.raw(first.start, first.end) != block.literal.raw(second.start, second.end):
                    yield _swap(block, [first], [second])


@operator(
    "sql-set",
    {
        'Q = "UPDATE users SET a = $1, b = now() WHERE id = $2"': [
            'Q = "UPDATE users SET a_old = $1, b = now() WHERE id = $2"',
            'Q = "UPDATE users SET b = now() WHERE id = $2"',
            'Q = "UPDATE users SET a = $1, b_old = now() WHERE id = $2"',
            'Q = "UPDATE users SET a = $1 WHERE id = $2"',
        ]
    },
)
def wrong_assignment(source: Source) -> Iterator[Edits]:
    """SET of a column that is not meant, or of one column less."""
    for block in source.blocks:
        for clause in block.all("set"):
            items = clause.items()
            for item in items:
                if item[0].kind == "word":
                    yield block.write(item[0], f"{item[0].text}_old")
                yield block.remove(item, items)


@operator(
    "sql-value",
    {
        "Q = \"UPDATE users SET status = 'on', tries = 0\"": [
            "Q = \"UPDATE users SET status = 'on_', tries = 0\"",
            "Q = \"UPDATE users SET status = 'on', tries = 1\"",
        ],
        'Q = "SELECT lower(email), max(age) FROM users"': [
            'Q = "SELECT upper(email), max(age) FROM users"',
            'Q = "SELECT lower(email), min(age) FROM users"',
        ],
        'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a"': [
            'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = users.a"'
        ],
    },
)
def wrong_value(source: Source) -> Iterator[Edits]:
    """Another literal or function in the statement, or the old value kept by an upsert."""
    for block in source.blocks:
        table = block.table()
        for token in (token for clause in block.clauses for token in clause.body if block.is_outermost):
            if token.kind == "string":
                yield block.write(token, f"{token.text[:-1]}_'")
            elif token.kind == "number":
                yield block.write(token, "1" if token.text == "0" else "0")
            elif token.kind == "word" and token.text.lower() in _FUNCTIONS:
                yield block.write(token, _FUNCTIONS[token.text.lower()])
            elif token.is_word("EXCLUDED") and table is not None:
                yield block.write(token, table.text)


_FUNCTIONS = {"lower": "upper", "upper": "lower", "max": "min", "min": "max", "sum": "avg", "avg": "sum"}


def _each_dropped(source: Source, *names: str) -> Iterator[Edits]:
    for block in source.blocks:
        for clause in block.all(*names):
            items = clause.items()
            for item in items:
                yield block.remove(item, items)


def _swap(block: Block, first: Sequence[Token], second: Sequence[Token]) -> Edits:
    ranges = [(first[0].start, first[-1].end), (second[0].start, second[-1].end)]
    return block.literal.permute(ranges, [1, 0])
