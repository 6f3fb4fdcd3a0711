"""The same statement in another order, with its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from async_testing.mutants.calls import Call, calls
from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Token, predicates, tokens

from mutation.rewrites.sql_text import statements

ORDER = 20
OPERATORS: list[Operator] = []
rewrite = collector(OPERATORS)


@rewrite(
    "sql-insert-columns",
    {
        'Q = "INSERT INTO t (a, b, c) VALUES ($1, $2, now())"': [
            'Q = "INSERT INTO t (c, b, a) VALUES (now(), $2, $1)"'
        ]
    },
)
def insert_columns(source: Source) -> Iterator[Edits]:
    """Columns and values of an INSERT the other way round; the parameters stay."""
    for block in statements(source):
        columns, rows = block.columns(), block.rows()
        if len(columns) > 1 and rows and all(len(row) == len(columns) for row in rows):
            edits = [_reversed(block, columns), *(_reversed(block, row) for row in rows)]
            if all(edits):
                yield tuple(edit for part in edits for edit in part)


@rewrite(
    "sql-insert-together",
    {
        'async def f(c): await c.execute("INSERT INTO t (a, b, c) VALUES ($1, $2, now())", [x, y])': [
            'async def f(c): await c.execute("INSERT INTO t (b, a, c) VALUES ($1, $2, now())", [y, x])'
        ]
    },
)
def insert_together(source: Source) -> Iterator[Edits]:
    """Columns of an INSERT the other way round, and the parameters with them."""
    for call, block in _calls(source):
        columns, rows = block.columns(), block.rows()
        if len(rows) != 1 or len(rows[0]) != len(columns) or len(call.items) < 2:
            continue
        places = [index for index, value in enumerate(rows[0]) if value[0].kind == "placeholder"]
        written = [rows[0][index][0].text for index in places]
        every = [token.text for token in tokens(block.literal.text) if token.kind == "placeholder"]
        if written == every == [f"${number}" for number in range(1, len(call.items) + 1)]:
            yield _reversed(block, [columns[index] for index in places]) + _swapped_items(source, call)


@rewrite(
    "sql-renumbered",
    {
        'async def f(c): await c.execute("UPDATE t SET a = $1 WHERE b = $2 OR c = $1", [x, y])': [
            'async def f(c): await c.execute("UPDATE t SET a = $2 WHERE b = $1 OR c = $2", [y, x])'
        ]
    },
)
def renumbered(source: Source) -> Iterator[Edits]:
    """Placeholders with other numbers, and the parameters with them."""
    for call, block in _calls(source):
        places = [token for token in tokens(block.literal.text) if token.kind == "placeholder"]
        count = len(call.items)
        if count > 1 and {token.text for token in places} == {f"${number}" for number in range(1, count + 1)}:
            edits = (block.write(token, f"${count + 1 - int(token.text[1:])}") for token in places)
            yield tuple(edit for part in edits for edit in part) + _swapped_items(source, call)


@rewrite(
    "sql-literal-as-parameter",
    {
        "async def f(c): await c.execute(\"UPDATE t SET a = 'x' WHERE b = $1\", [y])": [
            "async def f(c): await c.execute(\"UPDATE t SET a = $2 WHERE b = $1\", [y, 'x'])"
        ]
    },
)
def literal_as_parameter(source: Source) -> Iterator[Edits]:
    """A text that the statement contained, passed as a parameter."""
    for call, block in _calls(source):
        holder = source.parents[call.items[-1]] if call.items else None
        if not isinstance(holder, ast.List) or not all(
            token.text.startswith("$") for token in tokens(block.literal.text) if token.kind == "placeholder"
        ):
            continue
        for token in tokens(block.literal.text):
            if token.kind == "string" and "''" not in token.text:
                end = source.span(call.items[-1])[1]
                passed = Edit(end, end, f", {token.text[1:-1]!r}")
                yield (*block.write(token, f"${len(call.items) + 1}"), passed)


@rewrite("sql-set-order", {'Q = "UPDATE t SET a = $1, b = now()"': ['Q = "UPDATE t SET b = now(), a = $1"']})
def set_order(source: Source) -> Iterator[Edits]:
    """The assignments of a SET the other way round."""
    for block in source.blocks:
        for clause in block.all("set"):
            yield _reversed(block, clause.items())


@rewrite(
    "sql-select-order",
    {
        'Q = "SELECT a, b FROM t"': ['Q = "SELECT b, a FROM t"'],
        'Q = "DELETE FROM t RETURNING a, b"': ['Q = "DELETE FROM t RETURNING b, a"'],
    },
)
def select_order(source: Source) -> Iterator[Edits]:
    """The columns of rows that are read by name the other way round."""
    for block in statements(source):
        for clause in block.all("select", "returning"):
            yield _reversed(block, clause.items())


@rewrite(
    "sql-predicate-order",
    {'Q = "SELECT a FROM t WHERE a = $1 AND b = $2"': ['Q = "SELECT a FROM t WHERE b = $2 AND a = $1"']},
)
def predicate_order(source: Source) -> Iterator[Edits]:
    """The predicates of a WHERE the other way round."""
    for block in source.blocks:
        for clause in block.all("where", "on"):
            yield _reversed(block, predicates(clause))


def _calls(source: Source) -> Iterator[tuple[Call, Block]]:
    """Yield the calls whose statement and parameters are written out where they are called."""
    written = {block.literal.node: block for block in statements(source)}
    for call in calls(source):
        if call.statement in written and not any(isinstance(item, ast.Starred) for item in call.items):
            yield call, written[call.statement]


def _reversed(block: Block, items: Sequence[Sequence[Token]]) -> Edits:
    ranges = [(item[0].start, item[-1].end) for item in items]
    return block.literal.permute(ranges, list(reversed(range(len(ranges))))) if len(ranges) > 1 else ()


def _swapped_items(source: Source, call: Call) -> Edits:
    return tuple(
        source.replace(item, source.code(other))
        for item, other in zip(call.items, reversed(call.items), strict=True)
        if item is not other
    )
