"""Bugs in what a statement asks for: predicates, order, limits, conflicts, joins."""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.mutants.edits import Edits
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause, Token, predicates

ORDER = 20
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "sql-where",
    {
        'Q = "SELECT id FROM users WHERE a = $1 AND b = $2 LIMIT 1"': [
            'Q = "SELECT id FROM users LIMIT 1"',
            'Q = "SELECT id FROM users WHERE b = $2 LIMIT 1"',
            'Q = "SELECT id FROM users WHERE a = $1 LIMIT 1"',
        ],
        'Q = "DELETE FROM users WHERE id = $1"': ['Q = "DELETE FROM users"'],
    },
)
def dropped_predicate(source: Source) -> Iterator[Edits]:
    """WHERE left out, or one of its predicates."""
    for block in source.blocks:
        for clause in block.all("where", "having"):
            yield block.drop(clause)
            yield from _each_predicate_dropped(block, clause)
        for clause in block.all("on"):
            yield from _each_predicate_dropped(block, clause)


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
            for token, following in zip(clause.body, (*clause.body[1:], None), strict=True):
                yield from _other_comparison(block, token, following)


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
                    yield block.write(token, "OR" if token.is_word("AND") else "AND")
                if token.is_word("AND"):
                    between = False
    for literal in source.literals:
        if literal.text.strip() in ("AND", "OR"):
            start = literal.text.index(literal.text.strip())
            other = "OR" if literal.text.strip() == "AND" else "AND"
            yield literal.edit(start, start + len(literal.text.strip()), other)


@operator(
    "sql-order",
    {
        'Q = "SELECT id FROM users ORDER BY a DESC, b LIMIT 2"': [
            'Q = "SELECT id FROM users LIMIT 2"',
            'Q = "SELECT id FROM users ORDER BY a ASC, b LIMIT 2"',
            'Q = "SELECT id FROM users ORDER BY b LIMIT 2"',
            'Q = "SELECT id FROM users ORDER BY a DESC, b DESC LIMIT 2"',
            'Q = "SELECT id FROM users ORDER BY a DESC LIMIT 2"',
        ]
    },
)
def wrong_order(source: Source) -> Iterator[Edits]:
    """ORDER BY left out, in the other direction, or by one column less."""
    for block in source.blocks:
        for clause in block.all("order by"):
            yield block.drop(clause)
            items = clause.items()
            for item in items:
                direction = next((token for token in item if token.is_word("ASC", "DESC")), None)
                if direction is None:
                    yield block.literal.edit(item[-1].end, item[-1].end, " DESC")
                else:
                    yield block.write(direction, "ASC" if direction.is_word("DESC") else "DESC")
                yield block.remove(item, items)


@operator(
    "sql-clause",
    {
        'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT $1 OFFSET $2 FOR UPDATE"': [
            'Q = "SELECT a FROM users GROUP BY a LIMIT $1 OFFSET $2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users LIMIT $1 OFFSET $2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a OFFSET $2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT $1 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT $1 OFFSET $2"',
        ]
    },
)
def dropped_clause(source: Source) -> Iterator[Edits]:
    """DISTINCT, GROUP BY, LIMIT, OFFSET or the lock left out."""
    for block in source.blocks:
        for clause in block.clauses:
            if clause.name == "select distinct":
                yield block.literal.edit(clause.head[0].end, clause.head[1].end, "")
            elif clause.name in ("group by", "limit", "offset") or clause.name.startswith("for "):
                yield block.drop(clause)


@operator(
    "sql-conflict",
    {
        'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = $1 RETURNING id"': [
            'Q = "INSERT INTO users (a) VALUES ($1) RETURNING id"',
            'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a) DO NOTHING RETURNING id"',
        ],
        'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a, b) DO NOTHING"': [
            'Q = "INSERT INTO users (a) VALUES ($1)"',
            'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (b) DO NOTHING"',
            'Q = "INSERT INTO users (a) VALUES ($1) ON CONFLICT (a) DO NOTHING"',
        ],
    },
)
def wrong_conflict(source: Source) -> Iterator[Edits]:
    """ON CONFLICT left out, on other columns, or doing nothing."""
    for block in source.blocks:
        for conflict in block.all("on conflict"):
            text = block.literal.text
            start = len(text[: conflict.start].rstrip())
            action = block.first("do update", "do nothing")
            settings = [clause for clause in block.all("set", "where") if clause.start > conflict.start]
            end = settings[-1].end if settings else action.end if action else conflict.end
            yield block.literal.edit(start, end, "")
            if action is not None and action.name == "do update":
                yield block.literal.edit(action.start, end, "DO NOTHING")
            group = [token for token in conflict.body if token.text not in "()"]
            names = [(token,) for token in group if token.text != ","]
            for name in names:
                yield block.remove(name, names)


@operator(
    "sql-join",
    {
        'Q = "SELECT a FROM b JOIN c ON true LEFT JOIN d ON true"': [
            'Q = "SELECT a FROM b LEFT JOIN c ON true LEFT JOIN d ON true"',
            'Q = "SELECT a FROM b JOIN c ON true JOIN d ON true"',
        ]
    },
)
def wrong_join(source: Source) -> Iterator[Edits]:
    """JOIN for LEFT JOIN and the other way round."""
    for block in source.blocks:
        for clause in block.clauses:
            if clause.name in ("join", "inner join"):
                yield block.literal.edit(clause.start, clause.head[-1].end, "LEFT JOIN")
            elif clause.name.endswith("join") and clause.name != "cross join":
                yield block.literal.edit(clause.start, clause.head[-1].end, "JOIN")


def _each_predicate_dropped(block: Block, clause: Clause) -> Iterator[Edits]:
    parts = predicates(clause)
    for part in parts:
        yield block.remove(part, parts)
