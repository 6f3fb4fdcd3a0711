"""Bugs in which parameter stands where in a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from async_testing.mutants.edits import Edits, hinted
from async_testing.mutants.naming import columns
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Token

ORDER = 12
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "sql-swapped-placeholders",
    {
        'Q = "UPDATE users SET a = $1 WHERE b = $2"': ['Q = "UPDATE users SET a = $2 WHERE b = $1"'],
        'Q = "SELECT id FROM users WHERE a = %(a)s AND b = %(b)s"': [
            'Q = "SELECT id FROM users WHERE a = %(b)s AND b = %(a)s"'
        ],
        'Q = "SELECT id FROM users WHERE a = $1 AND b = $2 AND c > $1"': [],
    },
)
def swapped_placeholders(source: Source) -> Iterator[Edits]:
    """Two neighbouring placeholders, exchanged."""
    for block, places in _placeholders(source):
        for first, second in pairwise(places):
            if block.literal.raw(first.start, first.end) != block.literal.raw(second.start, second.end):
                hint = f"assert which parameter {first.text} stands for and which {second.text}"
                if _is_used_once(places, first) and _is_used_once(places, second):
                    yield hinted(block.swap([first], [second]), hint)


@operator(
    "sql-repeated-placeholder",
    {
        'Q = "SELECT id FROM users WHERE a = :a AND b = :b"': [
            'Q = "SELECT id FROM users WHERE a = :a AND b = :a"'
        ],
        'Q = "SELECT id FROM users WHERE a = $1 AND b = $2 AND c > $2"': [
            'Q = "SELECT id FROM users WHERE a = $1 AND b = $1 AND c > $2"'
        ],
        'Q = "SELECT id FROM users WHERE a = :a AND a_id = :b"': [],
        'Q = "SELECT id FROM users WHERE a = $1 AND b = $2"': [],
    },
)
def repeated_placeholder(source: Source) -> Iterator[Edits]:
    """The placeholder before it once more, where no parameter is left over by that."""
    for block, places in _placeholders(source):
        for first, second in pairwise(places):
            named = second.text.startswith((":", "%(", "$("))
            if (
                second.text not in (first.text, "%s", "?")
                and (named or not _is_used_once(places, second))
                and _kind(source, block, first) == _kind(source, block, second) != ""
            ):
                hint = f"assert that {second.text} is where it belongs: pass values that differ"
                yield hinted(block.write(second, first.text), hint)


def _placeholders(source: Source) -> Iterator[tuple[Block, list[Token]]]:
    for block in source.blocks:
        if block.is_outermost:
            every = [token for clause in block.clauses for token in (*clause.head, *clause.body)]
            yield block, [token for token in every if token.kind == "placeholder"]


def _is_used_once(places: Sequence[Token], token: Token) -> bool:
    return token.text in ("%s", "?") or sum(other.text == token.text for other in places) == 1


def _kind(source: Source, block: Block, token: Token) -> str:
    """Return the kind of the column that a placeholder is compared with or written to, if that is known."""
    column: list[Token] = []
    for row in block.rows():
        place = next((index for index, value in enumerate(row) if value == (token,)), None)
        if place is not None and place < len(block.columns()):
            column = list(block.columns()[place])
    for clause in block.all("where", "set", "on", "having"):
        if token in clause.body:
            place = clause.body.index(token)
            operator = clause.body[place - 1] if place > 1 else None
            if operator is not None and operator.kind == "op":
                before = clause.body[place - 2]
                column = [one for one in clause.body[max(place - 4, 0) : place - 1] if one.end <= before.end]
    named = list(columns(block, column, source.schema))
    return named[-1].table.columns[named[-1].column] if named else ""
