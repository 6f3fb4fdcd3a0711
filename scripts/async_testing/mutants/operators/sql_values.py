"""Bugs in what a statement writes and computes: SET, texts and numbers, functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from async_testing.mutants.arguments import arguments
from async_testing.mutants.edits import Edits, hinted
from async_testing.mutants.naming import columns, inserted_into
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Clause, Token
from async_testing.mutants.taking import is_first_of_one

ORDER = 14
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "sql-set",
    {
        'Q = "UPDATE users SET a = b, b = now() WHERE id = $2"': [
            'Q = "UPDATE users SET b = now() WHERE id = $2"',
            'Q = "UPDATE users SET a = b WHERE id = $2"',
        ],
        'async def f(c): await c.execute("UPDATE t SET a = %s, b = %s WHERE id = %s", (x, y, z))': [
            'async def f(c): await c.execute("UPDATE t SET b = %s WHERE id = %s", (y, z))',
            'async def f(c): await c.execute("UPDATE t SET a = %s WHERE id = %s", (x, z))',
        ],
        'Q = "UPDATE users SET a = $1, b = $2"': [],
    },
)
def dropped_assignment(source: Source) -> Iterator[Edits]:
    """SET of one column less."""
    for block in source.blocks:
        for clause in block.all("set", "on duplicate key update"):
            items = clause.items()
            for item in items:
                edits = arguments(source).cut(block, block.remove(item, items), (item[0].start, item[-1].end))
                yield hinted(edits, f"assert that the statement sets {item[0].text}, and to what")


@operator(
    "sql-value",
    {
        "Q = \"UPDATE users SET status = 'on', tries = 0\"": [
            "Q = \"UPDATE users SET status = 'on_', tries = 0\"",
            "Q = \"UPDATE users SET status = 'on', tries = 1\"",
        ],
        "D = \"CREATE TABLE t (s text CHECK (s IN ('a', 'b')))\"\nQ = \"SELECT s FROM t WHERE s = 'a' ORDER BY 1\"": [
            "D = \"CREATE TABLE t (s text CHECK (s IN ('a', 'b')))\"\nQ = \"SELECT s FROM t WHERE s = 'b' ORDER BY 1\""
        ],
        "Q = \"SELECT a + 3 FROM t WHERE b > now() - interval '1 day' AND c = '{}'::jsonb\"": [
            "Q = \"SELECT a + 4 FROM t WHERE b > now() - interval '1 day' AND c = '{}'::jsonb\""
        ],
        'async def f(c):\n    await c.execute("SELECT a FROM t LIMIT 1")\n    return await c.fetchone()': [],
    },
)
def wrong_value(source: Source) -> Iterator[Edits]:
    """Another text or number in the statement."""
    for block in source.blocks:
        for clause in block.clauses if block.is_outermost else ():
            if clause.name not in ("order by", "group by", "on conflict"):
                for place, token in enumerate(clause.body):
                    new = _other_value(source, block, clause, place)
                    if new:
                        hint = f"assert that the statement has {token.text}, not {new}"
                        yield hinted(block.write(token, new), hint)


def _other_value(source: Source, block: Block, clause: Clause, place: int) -> str:
    token = clause.body[place]
    before = clause.body[place - 1] if place else None
    after = clause.body[place + 1] if place + 1 < len(clause.body) else None
    if after is not None and after.text == "::":
        return ""
    if token.kind == "number" and is_first_of_one(source, block, clause):
        return ""
    if token.kind == "number":
        is_alone = before is None and after is None and clause.name == "select"
        return "" if is_alone or "." in token.text else str(int(token.text) + 1)
    if token.kind != "string" or before is None or place < 2:
        return ""
    if before.kind == "op" and before.text in ("=", "<>", "!=") and not token.text.startswith(("e", "E")):
        return _other_text(source, block, clause.body[max(place - 4, 0) : place - 1], token)
    return ""


def _other_text(source: Source, block: Block, before: Sequence[Token], token: Token) -> str:
    """Return another text for a column: one that it is known to take where there are any."""
    named = list(columns(block, before, source.schema))
    if not named or named[-1].token is not before[-1]:
        return ""
    table, column = named[-1].table, named[-1].column
    known = table.texts.get(column, ())
    if token.text in known:
        return known[(known.index(token.text) + 1) % len(known)]
    return f"{token.text[:-1]}_'" if table.columns[column] == "text" else ""


@operator(
    "sql-function",
    {
        'Q = "SELECT lower(email), max(age), count(DISTINCT a) FROM users"': [
            'Q = "SELECT upper(email), max(age), count(DISTINCT a) FROM users"',
            'Q = "SELECT lower(email), min(age), count(DISTINCT a) FROM users"',
            'Q = "SELECT lower(email), max(age), count(a) FROM users"',
        ],
        'Q = "SELECT coalesce(sum(a), 0) FROM t"': [
            'Q = "SELECT sum(a) FROM t"',
            'Q = "SELECT coalesce(avg(a), 0) FROM t"',
        ],
        'Q = "INSERT INTO users (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a"': [
            'Q = "INSERT INTO users (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = users.a"'
        ],
    },
)
def wrong_function(source: Source) -> Iterator[Edits]:
    """Another function, an aggregate of all instead of the distinct, or the old value kept by an upsert."""
    for block in source.blocks:
        target = inserted_into(block, source.blocks, source.schema)
        for clause in block.clauses if block.is_outermost else ():
            for place, (token, following) in enumerate(pairwise((*clause.body, _END))):
                name = token.text.lower()
                if token.kind != "word":
                    continue
                if following.text == "(" and name in _FUNCTIONS:
                    hint = (
                        f"assert on rows for which {name} and {_FUNCTIONS[name]} differ, or on the statement"
                    )
                    yield hinted(block.write(token, _FUNCTIONS[name]), hint)
                elif following.text == "(" and name in ("coalesce", "ifnull"):
                    yield hinted(_first_only(block, clause, place), "assert what comes of a NULL there")
                elif name == "distinct" and place and clause.body[place - 1].text == "(":
                    edits = block.literal.edit(token.start, following.start, "")
                    yield hinted(
                        edits, "count rows of which two are alike, or assert on the statement's DISTINCT"
                    )
                elif name == "excluded" and target is not None and following.text == ".":
                    hint = "insert a row that is there with another value, and assert that it is written"
                    yield hinted(block.write(token, target.alias), hint)


_END = Token("end", "", 0, 0, 0)
_FUNCTIONS = {"lower": "upper", "upper": "lower", "max": "min", "min": "max", "sum": "avg", "avg": "sum"}


def _first_only(block: Block, clause: Clause, place: int) -> Edits:
    """Return the edits that leave the first argument of a call."""
    depth = clause.body[place + 1].depth
    inside = [token for token in clause.body[place + 2 :] if token.depth >= depth]
    comma = next((token for token in inside if token.text == "," and token.depth == depth), None)
    close = next((token for token in inside if token.text == ")" and token.depth == depth), None)
    if comma is None or close is None or comma.start > close.start:
        return ()
    if any(token.kind == "placeholder" for token in inside if token.end <= close.end):
        return ()
    return block.literal.edit(clause.body[place].start, inside[0].start, "") + block.literal.edit(
        comma.start, close.end, ""
    )
