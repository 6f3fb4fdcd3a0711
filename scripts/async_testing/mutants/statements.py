"""The statements in a string, and the clauses of each, found without a parser of the whole language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from async_testing.mutants.literals import HOLE, Literal
from async_testing.mutants.sql import Block, Clause, Token, tokens

_START = re.compile(
    rf"[\s({HOLE}]*(?:SELECT\b(?=.*\bFROM\b|\s*[\d$(]|\s+\w+\()|INSERT\s+(?:IGNORE\s+|OR\s+\w+\s+)?INTO\b|DELETE\s+FROM\b"
    r"|UPDATE\s+\S+\s+(?:AS\s+\w+\s+)?SET\b|WITH\s+\w+\s+AS\b)",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(
    r"\s*(?:WHERE|ORDER\s+BY|GROUP\s+BY|HAVING|LIMIT|OFFSET|RETURNING|ON\s+CONFLICT|SET|VALUES"
    r"|(?:LEFT\s+|INNER\s+)?JOIN|FROM)\s+\S"
)
_PREDICATE = re.compile(
    rf"\s*[\w.{HOLE}]+\s+(?:=|<>|!=|<=|>=|<|>|LIKE|ILIKE|IN|NOT IN)\s+(?:(?:ANY|ALL)\s*)?\(?"
    rf"(?:\$\d|\${HOLE}|%s\b|%\(|:[a-z_]|\?(?!\S))"
    r"|\s*[\w.]+ IS (?:NOT )?NULL|\s*[\w.]+ (?:=|<>|!=) '[^']*'\s*\Z"
)
_COLUMNS = re.compile(r"\s*[\w.\"]+(?:\s*,\s*[\w.\"]+)+\s*\Z")
_VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
_HEADS = _VERBS | {
    *("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "RETURNING", "VALUES", "SET", "USING"),
    *("JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "ON", "DO", "FOR", "UNION", "EXCEPT", "INTERSECT"),
}
_BEFORE_NO_VERB = ("DO", "FOR", "ON", "KEY")


def blocks(literal: Literal, *, fragment: bool = False) -> list[Block]:
    """Find the statements in a literal; with `fragment` also a bare list of columns is taken for SQL."""
    text = literal.text
    if not literal.pieces[0].quote:
        return [block for part in _file_statements(text) for block in _statement_blocks(literal, part)]
    if _START.match(text) and not text.split(maxsplit=1)[0].istitle():
        return _statement_blocks(literal, tokens(text))
    found = tokens(text)
    if _FRAGMENT.match(text):
        clauses = tuple(_clauses(found, 0))
        return [Block(literal, "FRAGMENT", clauses)] if clauses else []
    if fragment and _COLUMNS.match(text):
        return [Block(literal, "FRAGMENT", (Clause("columns", 0, (), tuple(found)),))]
    if _PREDICATE.match(text):
        return [Block(literal, "FRAGMENT", (Clause("predicates", 0, (), tuple(found)),))]
    return []


def _file_statements(text: str) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens(text):
        if token.text == ";":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _statement_blocks(literal: Literal, found: list[Token]) -> list[Block]:
    if not found or not (found[0].is_word(*_VERBS, "WITH") or found[0].text in ("(", HOLE)):
        return []
    result = []
    for index, token in enumerate(found):
        previous = found[index - 1] if index else None
        if not token.is_word(*_VERBS) or (previous is not None and previous.is_word(*_BEFORE_NO_VERB)):
            continue
        end = index + 1
        while end < len(found) and found[end].depth >= token.depth and found[end].text != ";":
            closes = found[end].text == ")" and found[end].depth == token.depth
            unites = found[end].depth == token.depth and found[end].is_word("UNION", "EXCEPT", "INTERSECT")
            if closes or unites or (end > index + 1 and _starts_query(found, end, token)):
                break
            end += 1
        result.append(Block(literal, token.text.upper(), tuple(_clauses(found[index:end], token.depth))))
    return result


def _starts_query(found: Sequence[Token], index: int, verb: Token) -> bool:
    """Whether the SELECT of an INSERT … SELECT begins here: it is a block of its own."""
    return found[index].depth == verb.depth and found[index].is_word("SELECT")


def _clauses(found: Sequence[Token], depth: int) -> Iterator[Clause]:
    starts = [
        index
        for index, token in enumerate(found)
        if token.depth == depth and token.is_word(*_HEADS) and _is_head(found, index)
    ]
    for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
        head = _head(found[start:end])
        name = "insert into" if head[0].is_word("INSERT") else " ".join(token.text.lower() for token in head)
        yield Clause(name, depth, tuple(head), tuple(found[start + len(head) : end]))


def _is_head(found: Sequence[Token], index: int) -> bool:
    token = found[index]
    previous = found[index - 1] if index else None
    following = found[index + 1] if index + 1 < len(found) else None
    if previous is not None and previous.text == ".":
        return False
    if token.is_word("LEFT", "RIGHT", "FULL", "INNER", "CROSS"):
        return following is not None and following.is_word("JOIN", "OUTER")
    if token.is_word("JOIN"):
        return previous is None or not previous.is_word("LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER")
    if token.is_word("FROM"):
        return previous is None or not previous.is_word("DELETE", "DISTINCT")
    if token.is_word("UPDATE", "DELETE"):
        return previous is None or not previous.is_word(*_BEFORE_NO_VERB)
    if token.is_word("VALUES"):
        return previous is None or not (previous.kind == "op" or previous.text in ",(")
    return True


def _head(part: Sequence[Token]) -> list[Token]:
    """Return the keywords that begin a clause."""
    allowed = {
        "INSERT": ("INTO", "IGNORE", "OR", "REPLACE", "ABORT", "FAIL", "ROLLBACK"),
        "DELETE": ("FROM",),
        "GROUP": ("BY",),
        "ORDER": ("BY",),
        "DO": ("UPDATE", "NOTHING"),
        "ON": ("CONFLICT", "DUPLICATE", "KEY", "UPDATE"),
        "SELECT": ("DISTINCT",),
        **dict.fromkeys(("LEFT", "RIGHT", "FULL", "INNER", "CROSS"), ("JOIN", "OUTER")),
        "FOR": ("UPDATE", "SHARE", "NO", "KEY"),
    }.get(part[0].text.upper(), ())
    count = 1
    while count < len(part) and part[count].is_word(*allowed):
        count += 1
    return list(part[:count])
