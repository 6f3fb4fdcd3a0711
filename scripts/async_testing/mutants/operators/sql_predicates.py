"""Bugs in which rows a statement is about."""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.mutants.arguments import arguments
from async_testing.mutants.edits import Edits, hinted
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause, Token, is_distinct_on, predicates

ORDER = 20
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "sql-where",
    {
        'Q = "SELECT id FROM users WHERE a = :a AND b = :b LIMIT 1"': [
            'Q = "SELECT id FROM users LIMIT 1"',
            'Q = "SELECT id FROM users WHERE b = :b LIMIT 1"',
            'Q = "SELECT id FROM users WHERE a = :a LIMIT 1"',
        ],
        'async def f(c): await c.fetchrow("SELECT a FROM b WHERE c = $1 AND d IS NULL AND e > $2", x, y)': [
            'async def f(c): await c.fetchrow("SELECT a FROM b")',
            'async def f(c): await c.fetchrow("SELECT a FROM b WHERE d IS NULL AND e > $1", y)',
            'async def f(c): await c.fetchrow("SELECT a FROM b WHERE c = $1 AND e > $2", x, y)',
            'async def f(c): await c.fetchrow("SELECT a FROM b WHERE c = $1 AND d IS NULL", x)',
        ],
        'Q = "DELETE FROM users WHERE id = $1 AND (a OR b)"': [
            'Q = "DELETE FROM users WHERE id = $1 AND (a OR b) OR TRUE"',
            'Q = "DELETE FROM users WHERE (id = $1 OR TRUE) AND (a OR b)"',
            'Q = "DELETE FROM users WHERE id = $1"',
        ],
        'Q = "SELECT a FROM b WHERE c = 1 OR d = 2"': [
            'Q = "SELECT a FROM b"',
            'Q = "SELECT a FROM b WHERE d = 2"',
            'Q = "SELECT a FROM b WHERE c = 1"',
        ],
    },
)
def dropped_predicate(source: Source) -> Iterator[Edits]:
    """WHERE left out, or one of its predicates; one that always holds where its parameter is passed elsewhere."""
    for block in source.blocks:
        for clause in block.all("where", "having", "on"):
            if clause.name == "on" and is_distinct_on(block):
                continue
            if clause.name != "on" and clause.body:
                edits = arguments(source).cut(block, block.drop(clause), (clause.start, clause.end))
                end = clause.body[-1].end
                hint = f"assert that the statement has {clause.name.upper()} {block.written(clause.body)}"
                yield hinted(edits or block.literal.edit(end, end, " OR TRUE"), hint)
            parts = predicates(clause) or [clause.body]
            for part in parts if len(parts) > 1 else alternatives(clause):
                siblings = parts if len(parts) > 1 else alternatives(clause)
                yield _dropped(source, block, part, siblings, is_and=len(parts) > 1)


def _dropped(
    source: Source, block: Block, part: tuple[Token, ...], siblings: list[tuple[Token, ...]], *, is_and: bool
) -> Edits:
    start, end = part[0].start, part[-1].end
    hint = f"assert that the statement asks for {block.written(part)}: a row that differs only there"
    edits = arguments(source).cut(block, block.remove(part, siblings), (start, end))
    if not edits and is_and and len(siblings) > 1:
        edits = block.literal.edit(start, start, "(") + block.literal.edit(end, end, " OR TRUE)")
    return hinted(edits, hint)


def alternatives(clause: Clause) -> list[tuple[Token, ...]]:
    """Split a condition that is nothing but ORs of its level."""
    level = [token for token in clause.body if token.depth == clause.depth]
    if not any(token.is_word("OR") for token in level) or any(token.is_word("AND") for token in level):
        return []
    parts: list[list[Token]] = [[]]
    for token in clause.body:
        if token.depth == clause.depth and token.is_word("OR"):
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


_COMPARISONS = {"=": "<>", "<>": "=", "!=": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_KEYWORDS = {"ANY": "ALL", "ALL": "ANY", "ILIKE": "LIKE", "IN": "NOT IN", "EXISTS": "NOT EXISTS"}


@operator(
    "sql-comparison",
    {
        'Q = "SELECT id FROM users WHERE a = $1 AND b >= 3"': [
            'Q = "SELECT id FROM users WHERE a <> $1 AND b >= 3"',
            'Q = "SELECT id FROM users WHERE a = $1 AND b > 3"',
        ],
        'Q = "DELETE FROM users WHERE a ILIKE $1 OR b IS NULL OR c IS NOT NULL OR d NOT IN (1)"': [
            'Q = "DELETE FROM users WHERE a LIKE $1 OR b IS NULL OR c IS NOT NULL OR d NOT IN (1)"',
            'Q = "DELETE FROM users WHERE a ILIKE $1 OR b IS NOT NULL OR c IS NOT NULL OR d NOT IN (1)"',
            'Q = "DELETE FROM users WHERE a ILIKE $1 OR b IS NULL OR c IS NULL OR d NOT IN (1)"',
            'Q = "DELETE FROM users WHERE a ILIKE $1 OR b IS NULL OR c IS NOT NULL OR d IN (1)"',
        ],
        'P = ["id = ANY($1)"]': ['P = ["id <> ANY($1)"]', 'P = ["id = ALL($1)"]'],
    },
)
def wrong_comparison(source: Source) -> Iterator[Edits]:
    """Another comparison in WHERE, ON, HAVING or a predicate that is put together."""
    for block in source.blocks:
        for clause in block.all("where", "having", "on", "predicates"):
            for place, token in enumerate(clause.body):
                following = clause.body[place + 1] if place + 1 < len(clause.body) else None
                around = block.written(clause.body[max(place - 1, 0) : place + 2])
                hint = f"assert that the statement has {around}: a row for which only that decides"
                for edits in _other_comparison(block, token, following):
                    yield hinted(edits, hint)


def _other_comparison(block: Block, token: Token, following: Token | None) -> Iterator[Edits]:
    if token.kind == "op" and token.text in _COMPARISONS:
        yield block.write(token, _COMPARISONS[token.text])
    elif token.is_word("NOT") and following is not None:
        yield block.literal.edit(token.start, following.start, "")
    elif token.is_word("IS") and following is not None and not following.is_word("NOT"):
        yield block.write(token, "IS NOT")
    elif token.kind == "word" and token.text.upper() in _KEYWORDS:
        before = block.literal.text[: token.start].rstrip().upper()
        if not before.endswith("NOT"):
            yield block.write(token, _KEYWORDS[token.text.upper()])


@operator(
    "sql-connective",
    {
        'Q = "SELECT id FROM users WHERE a = 1 AND b = 2 OR c"': [
            'Q = "SELECT id FROM users WHERE a = 1 OR b = 2 OR c"',
            'Q = "SELECT id FROM users WHERE a = 1 AND b = 2 AND c"',
        ],
        'Q = "SELECT id FROM users WHERE a BETWEEN 1 AND 2"': [],
        'Q = " AND ".join(parts)': ['Q = " OR ".join(parts)'],
    },
)
def wrong_connective(source: Source) -> Iterator[Edits]:
    """AND for OR and the other way round."""
    for block in source.blocks:
        for clause in block.all("where", "having", "on", "predicates"):
            between = False
            for token in clause.body:
                between |= token.is_word("BETWEEN")
                if token.is_word("AND", "OR") and not between:
                    other = "OR" if token.is_word("AND") else "AND"
                    hint = (
                        f"assert on the statement's {token.text}, or give a row for which only one side holds"
                    )
                    yield hinted(block.write(token, other), hint)
                if token.is_word("AND"):
                    between = False
    for literal in source.literals:
        if literal.text.strip() in ("AND", "OR"):
            start = literal.text.index(literal.text.strip())
            other = "OR" if literal.text.strip() == "AND" else "AND"
            hint = "ask by two things at once, and give a row for which only one holds"
            yield hinted(literal.edit(start, start + len(literal.text.strip()), other), hint)
