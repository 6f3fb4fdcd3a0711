"""Bugs in what a statement asks for: order, limits, conflicts, joins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from async_testing.mutants.arguments import arguments
from async_testing.mutants.edits import Edits, hinted
from async_testing.mutants.naming import inserted_into, used_tables
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause, is_distinct_on, predicates, tokens
from async_testing.mutants.taking import is_first_of_one

ORDER = 22
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


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
            hint = f"assert that the statement has ORDER BY {block.written(clause.body)}, or the order of its rows"
            yield hinted(block.drop(clause), hint)
            items = clause.items()
            for item in items:
                direction = next((token for token in item if token.is_word("ASC", "DESC")), None)
                if direction is None:
                    nulls = next((token for token in item if token.is_word("NULLS")), None)
                    end = item[item.index(nulls) - 1].end if nulls is not None else item[-1].end
                    yield hinted(block.literal.edit(end, end, " DESC"), hint)
                else:
                    other = "ASC" if direction.is_word("DESC") else "DESC"
                    yield hinted(block.write(direction, other), hint)
                if not is_distinct_on(block):
                    yield hinted(block.remove(item, items), hint)


@operator(
    "sql-clause",
    {
        'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT 1 OFFSET 2 FOR UPDATE"': [
            'Q = "SELECT a FROM users GROUP BY a LIMIT 1 OFFSET 2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users LIMIT 1 OFFSET 2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a OFFSET 2 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT 1 FOR UPDATE"',
            'Q = "SELECT DISTINCT a FROM users GROUP BY a LIMIT 1 OFFSET 2"',
        ],
        'Q = "SELECT a, count(*) FROM t GROUP BY a LIMIT $1"': [],
        'async def f(c): await c.fetch("SELECT a FROM t LIMIT $1 OFFSET $2", x, y)': [
            'async def f(c): await c.fetch("SELECT a FROM t OFFSET $1", y)',
            'async def f(c): await c.fetch("SELECT a FROM t LIMIT $1", x)',
        ],
        'async def f(c): return await c.fetchrow("SELECT a FROM t LIMIT 1")': [],
        'async def f(c):\n    r = await c.execute("SELECT a FROM t LIMIT 1")\n    return await r.fetchone()': [],
        'async def f(c):\n    r = await c.execute("SELECT a FROM t LIMIT 1")\n    return await r.fetchall()': [
            'async def f(c):\n    r = await c.execute("SELECT a FROM t")\n    return await r.fetchall()'
        ],
        'Q = "SELECT a FROM t UNION SELECT b FROM u UNION ALL SELECT c FROM v"': [
            'Q = "SELECT a FROM t UNION ALL SELECT b FROM u UNION ALL SELECT c FROM v"',
            'Q = "SELECT a FROM t UNION SELECT b FROM u UNION SELECT c FROM v"',
        ],
    },
)
def dropped_clause(source: Source) -> Iterator[Edits]:
    """DISTINCT, GROUP BY, LIMIT, OFFSET or the lock left out, UNION ALL for UNION."""
    for block in source.blocks:
        for clause in block.clauses:
            if clause.name == "select distinct" and not is_distinct_on(block):
                edits = block.literal.edit(clause.head[0].end, clause.head[1].end, "")
                yield hinted(edits, "give two rows that are alike, or assert on the statement's DISTINCT")
            elif clause.name == "group by" and not _aggregates(block):
                yield hinted(block.drop(clause), "give two rows of one group, or assert on the GROUP BY")
            elif clause.name in ("limit", "offset") and not (
                _is_by_key(source, block) or is_first_of_one(source, block, clause)
            ):
                edits = arguments(source).cut(block, block.drop(clause), (clause.start, clause.end))
                hint = f"assert that the statement has {clause.name.upper()} {block.written(clause.body)}"
                yield hinted(edits, hint)
            elif clause.name.startswith("for "):
                yield hinted(block.drop(clause), f"assert that the statement locks: {clause.name.upper()}")
    yield from _unions(source)


def _is_by_key(source: Source, block: Block) -> bool:
    """Whether the statement can find one row only, so that a limit changes nothing."""
    where, used = block.first("where"), used_tables(block, source.schema)
    if where is None or len(used) != 1 or used[0].table is None:
        return False
    parts = [part for part in predicates(where) if len(part) > 2 and part[-2].text == "="]
    equal = {part[-3].text.strip('"`') for part in parts}
    return any(key <= equal for key in used[0].table.keys)


def _aggregates(block: Block) -> bool:
    """Whether a column could not stand beside what is selected or asked for without its group."""
    text = [token.text.lower() for clause in block.clauses for token in clause.body]
    return block.first("having") is not None or any(
        name in _AGGREGATES and following == "(" for name, following in pairwise(text)
    )


_AGGREGATES = {
    *("count", "sum", "avg", "min", "max", "array_agg", "string_agg", "json_agg", "jsonb_agg", "bool_or"),
    *("bool_and", "group_concat", "json_object_agg", "jsonb_object_agg", "every", "stddev", "variance"),
}


def _unions(source: Source) -> Iterator[Edits]:
    for literal in {block.literal.node: block.literal for block in source.blocks}.values():
        for token, following in pairwise(tokens(literal.text)):
            if token.is_word("UNION"):
                is_all = following.is_word("ALL")
                edits = literal.edit(
                    token.end, following.end if is_all else token.end, "" if is_all else " ALL"
                )
                yield hinted(edits, "give a row that both parts have, or assert on the statement's UNION")


@operator(
    "sql-conflict",
    {
        'Q = "INSERT INTO users (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET a = :a RETURNING id"': [
            'Q = "INSERT INTO users (a) VALUES (:a) RETURNING id"',
            'Q = "INSERT INTO users (a) VALUES (:a) ON CONFLICT (a) DO NOTHING RETURNING id"',
        ],
        'D = "CREATE TABLE u (a int UNIQUE, b int, UNIQUE (a, b))"\n'
        'Q = "INSERT INTO u (a) VALUES ($1) ON CONFLICT (a, b) DO NOTHING"': [
            'D = "CREATE TABLE u (a int UNIQUE, b int, UNIQUE (a, b))"\nQ = "INSERT INTO u (a) VALUES ($1)"',
            'D = "CREATE TABLE u (a int UNIQUE, b int, UNIQUE (a, b))"\n'
            'Q = "INSERT INTO u (a) VALUES ($1) ON CONFLICT (a) DO NOTHING"',
        ],
        'Q = "INSERT IGNORE INTO users (a) VALUES (%s)"': ['Q = "INSERT INTO users (a) VALUES (%s)"'],
        'Q = "INSERT INTO users (a) VALUES (%s) ON DUPLICATE KEY UPDATE a = VALUES(a)"': [
            'Q = "INSERT INTO users (a) VALUES (%s)"'
        ],
    },
)
def wrong_conflict(source: Source) -> Iterator[Edits]:
    """ON CONFLICT left out, on other columns, or doing nothing."""
    for block in source.blocks:
        insert = block.first("insert into")
        if insert is not None and len(insert.head) > 2:
            edits = block.literal.edit(insert.head[0].end, insert.head[-2].end, "")
            yield hinted(edits, "insert the same row twice, or assert that the statement ignores it")
        for clause in block.all("on duplicate key update"):
            edits = arguments(source).cut(block, block.drop(clause), (clause.start, clause.end))
            yield hinted(edits, "insert the same row twice, or assert on the statement's ON DUPLICATE KEY")
        for conflict in block.all("on conflict"):
            yield from _conflicts(source, block, conflict)


def _conflicts(source: Source, block: Block, conflict: Clause) -> Iterator[Edits]:
    hint = (
        f"insert the same row twice, or assert on the statement's ON CONFLICT {block.written(conflict.body)}"
    )
    start = len(block.literal.text[: conflict.start].rstrip())
    action = block.first("do update", "do nothing")
    settings = [clause for clause in block.all("set", "where") if clause.start > conflict.start]
    end = settings[-1].end if settings else action.end if action else conflict.end
    cut = arguments(source).cut
    yield hinted(cut(block, block.literal.edit(start, end, ""), (start, end)), hint)
    if action is not None and action.name == "do update":
        edits = cut(block, block.literal.edit(action.start, end, "DO NOTHING"), (action.start, end))
        yield hinted(edits, "insert a row that is there with other values, and assert that they are written")
    group = [token for token in conflict.body if token.text not in "()"]
    names = [(token,) for token in group if token.text != ","]
    target = inserted_into(block, source.blocks, source.schema)
    keys = target.table.keys if target is not None and target.table is not None else []
    for name in names:
        if frozenset(other[0].text for other in names if other != name) in keys:
            yield hinted(block.remove(name, names), hint)


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
        locks = any(clause.name.startswith("for ") for clause in block.clauses)
        for clause in block.clauses:
            other = "LEFT JOIN" if clause.name in ("join", "inner join") else "JOIN"
            if not clause.name.endswith("join") or clause.name == "cross join":
                continue
            if other == "JOIN" or not locks:  # PostgreSQL does not lock what may be missing
                hint = f"assert on the statement's {clause.name.upper()}: a row without a partner tells"
                yield hinted(block.literal.edit(clause.start, clause.head[-1].end, other), hint)
