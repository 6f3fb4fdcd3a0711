"""Which column of which table a word of a statement names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from async_testing.mutants.schema import Schema, Table
from async_testing.mutants.sql import Block, Token, table_of

_TABLES = ("from", "insert into", "update", "delete from", "using")
_NO_COLUMNS = {
    *(
        "AND",
        "OR",
        "NOT",
        "NULL",
        "IS",
        "IN",
        "AS",
        "ASC",
        "DESC",
        "TRUE",
        "FALSE",
        "LIKE",
        "ILIKE",
        "BETWEEN",
    ),
    *("CASE", "WHEN", "THEN", "ELSE", "END", "DISTINCT", "ANY", "ALL", "EXISTS", "NULLS", "FIRST", "LAST"),
    *("DEFAULT", "INTERVAL", "COLLATE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "EXCLUDED"),
}
_GUESSED = (
    (r"(?:.*_)?(?:id|count|position|version|year|age|quantity|number)", "int"),
    (r".*_(?:at|on|date|time)|created|updated|date|timestamp", "time"),
    (r"(?:is|has|can)_.*|active|deleted|enabled", "bool"),
)


@dataclass(frozen=True)
class Named:
    """A word that names a column, with the table it is of."""

    token: Token
    table: Table
    column: str


@dataclass(frozen=True)
class Used:
    """A table in a statement: where it is named, what it is called there, and what is known of it."""

    token: Token
    alias: str
    table: Table | None


def used_tables(block: Block, schema: Schema) -> list[Used]:
    """Return the tables of a statement, those of its subqueries aside."""
    found = []
    for clause in block.clauses:
        if clause.name in _TABLES or clause.name.endswith("join"):
            for item in clause.items():
                token = table_of(item)
                if token is not None:
                    rest = [one for one in item if one.start >= token.end and not one.is_word("AS")]
                    alias = rest[0].text if rest and rest[0].kind in ("word", "quoted") else token.text
                    found.append(Used(token, alias.strip('"`').lower(), schema.table(token.text)))
    return found


def inserted_into(block: Block, blocks: Sequence[Block], schema: Schema) -> Used | None:
    """Return the table of the INSERT that a block is part of: what follows its SELECT is in a block of that."""
    inserts = [other for other in blocks if other.literal is block.literal and other.verb == "INSERT"]
    before = [other for other in inserts if other.clauses[0].start <= block.clauses[0].start]
    return next(iter(used_tables(before[-1], schema)), None) if before else None


def columns(block: Block, body: Sequence[Token], schema: Schema) -> Iterator[Named]:
    """Yield the words of some tokens of a statement that name a column of a table whose columns are known."""
    tables = used_tables(block, schema)
    own = list(without_subqueries(body))
    for index, token in enumerate(own):
        following = own[index + 1].text if index + 1 < len(own) else ""
        if token.kind not in ("word", "quoted") or following in ("(", ".") or token.is_word(*_NO_COLUMNS):
            continue
        name = token.text.strip('"`')
        if index > 1 and own[index - 1].text == ".":
            qualifier = own[index - 2].text.strip('"`').lower()
            candidates = [one.table for one in tables if one.alias == qualifier]
        else:
            candidates = [one.table for one in tables]
        fits = [table for table in candidates if table is None or name in table.columns]
        if len(fits) == 1 and fits[0] is not None and not (index and own[index - 1].text == "::"):
            yield Named(token, fits[0], name)


def without_subqueries(body: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens that are not part of a subquery."""
    deep: int | None = None
    for token in body:
        if deep is not None and (token.depth < deep or (token.text == ")" and token.depth == deep)):
            deep = None
        if deep is None and token.is_word("SELECT"):
            deep = token.depth
        if deep is None:
            yield token


def guessed(blocks: Sequence[Block]) -> dict[str, Table]:
    """Return the tables that nothing defines, with the columns that the statements name and what they sound like."""
    found: dict[str, Table] = {}
    for block in blocks:
        tables = used_tables(block, Schema())
        if len(tables) != 1:
            continue
        name = tables[0].token.text.strip('"`')
        table = found.setdefault(name.lower(), Table(name, is_guessed=True))
        for column in _written(block):
            table.columns.setdefault(column, _guess(column))
    return found


def _written(block: Block) -> Iterator[str]:
    """Yield the words that can be nothing but columns: alone in a list, or before a comparison."""
    lists: list[tuple[Token, ...]] = list(block.columns())
    for clause in block.all("select", "select distinct", "returning", "order by"):
        lists += clause.items()
    yield from (
        item[0].text
        for item in lists
        if item[0].kind == "word"
        and not item[0].is_word(*_NO_COLUMNS)
        and all(token.is_word("ASC", "DESC") for token in item[1:])
    )
    for clause in block.all("where", "set"):
        yield from (
            token.text
            for token, following in zip(clause.body, clause.body[1:], strict=False)
            if token.kind == "word" and following.text in ("=", "<>", "<", ">", "<=", ">=")
        )


def _guess(column: str) -> str:
    return next((kind for pattern, kind in _GUESSED if re.fullmatch(pattern, column)), "text")
