"""SQL in a string: tokens, and the clauses of each statement, found without a parser of the whole language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from async_testing.mutants.edits import Edits
from async_testing.mutants.literals import HOLE, Literal

_TOKEN = re.compile(
    rf"""(?P<gap>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>[eE]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<placeholder>\$\d+|\${HOLE}|\$\(\w+\)p|%s|%\(\w+\)s|(?<!:):[A-Za-z_]\w*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<hole>{HOLE})
    |(?P<op><>|!=|<=|>=|::|\|\||->>|->|=|<|>|[-+*/%~!@#&|^?])
    |(?P<punct>[(),;.\[\]:])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_START = re.compile(
    rf"[\s({HOLE}]*(?:SELECT\b(?=.*\bFROM\b|\s*[\d$(]|\s+\w+\()|INSERT\s+INTO\b|DELETE\s+FROM\b"
    r"|UPDATE\s+\S+\s+(?:AS\s+\w+\s+)?SET\b|WITH\s+\w+\s+AS\b)",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(
    r"\s*(?:WHERE|ORDER\s+BY|GROUP\s+BY|HAVING|LIMIT|OFFSET|RETURNING|ON\s+CONFLICT|SET|VALUES"
    r"|(?:LEFT\s+|INNER\s+)?JOIN|FROM)\s+\S"
)
_PREDICATE = re.compile(
    rf"\s*[\w.{HOLE}]+\s*(?:=|<>|!=|<=|>=|<|>|\bI?LIKE\b|\bIN\b)\s*(?:ANY\s*)?\(?\s*[$%:{HOLE}']"
    r"|\s*[\w.]+\s+IS\s+(?:NOT\s+)?NULL"
)
_COLUMNS = re.compile(r"\s*[\w.\"]+(?:\s*,\s*[\w.\"]+)+\s*\Z")
_VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
_HEADS = _VERBS | {
    *("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "RETURNING", "VALUES", "SET", "USING"),
    *("JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "ON", "DO", "FOR", "UNION", "EXCEPT", "INTERSECT"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, string, placeholder, operator…: its text, where it is in the literal, how deep in parentheses."""

    kind: str
    text: str
    start: int
    end: int
    depth: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, in whatever case."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> list[Token]:
    """Split SQL into tokens without white space and comments; an opening parenthesis is as deep as its inside."""
    found = []
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "gap":
            continue
        depth += match[0] == "("
        found.append(Token(kind, match[0], match.start(), match.end(), depth))
        depth -= match[0] == ")"
    return found


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its name, e.g. `order by`, its keywords, and what follows them."""

    name: str
    depth: int
    head: tuple[Token, ...]
    body: tuple[Token, ...]

    @property
    def start(self) -> int:
        """Where the clause begins."""
        return (self.head or self.body)[0].start

    @property
    def end(self) -> int:
        """Where its last token ends."""
        return (*self.head, *self.body)[-1].end

    def items(self) -> list[tuple[Token, ...]]:
        """Return the body split at its own commas."""
        return split(self.body, self.depth)


def split(body: Sequence[Token], depth: int) -> list[tuple[Token, ...]]:
    """Split tokens at the commas of one level."""
    items: list[list[Token]] = [[]]
    for token in body:
        if token.text == "," and token.depth == depth:
            items.append([])
        else:
            items[-1].append(token)
    return [tuple(item) for item in items if item]


def predicates(clause: Clause) -> list[tuple[Token, ...]]:
    """Split the body of a WHERE or ON at its own ANDs; one with an OR of the same level is one predicate."""
    depth = clause.depth
    level = [token for token in clause.body if token.depth == depth]
    if any(token.is_word("OR") for token in level):
        return [clause.body]
    parts: list[list[Token]] = [[]]
    between = False
    for token in clause.body:
        between |= token.depth == depth and token.is_word("BETWEEN")
        if token.depth == depth and token.is_word("AND") and not between:
            parts.append([])
            continue
        if token.is_word("AND"):
            between = False
        parts[-1].append(token)
    return [tuple(part) for part in parts if part]


@dataclass(frozen=True, slots=True)
class Block:
    """One SELECT, INSERT, UPDATE or DELETE of a literal, or a fragment of one."""

    literal: Literal
    verb: str
    clauses: tuple[Clause, ...]

    def all(self, *names: str) -> list[Clause]:
        """Return the clauses of these names, in order."""
        return [clause for clause in self.clauses if clause.name in names]

    def first(self, *names: str) -> Clause | None:
        """Return the first clause of these names."""
        return next(iter(self.all(*names)), None)

    @property
    def is_outermost(self) -> bool:
        """Whether this is the statement itself, not a subquery."""
        return self.clauses[0].head[0].depth == 0 if self.clauses and self.clauses[0].head else True

    def columns(self) -> list[tuple[Token, ...]]:
        """Return the column list of an INSERT."""
        insert = self.first("insert into")
        return split(_group(insert.body)[1:-1], insert.depth + 1) if insert else []

    def rows(self) -> list[list[tuple[Token, ...]]]:
        """Return the rows of a VALUES, each as its values."""
        values = self.first("values")
        if values is None:
            return []
        return [split(item[1:-1], values.depth + 1) for item in values.items() if item[0].text == "("]

    def table(self) -> Token | None:
        """Return the name of the table that is written to, or of the first one read."""
        clause = self.first("insert into", "update", "delete from", "from")
        return table_of(clause.body) if clause else None

    def remove(self, item: Sequence[Token], siblings: Sequence[Sequence[Token]]) -> Edits:
        """Return the edits that take one item with its comma out of a list."""
        place = list(siblings).index(item)
        if len(siblings) == 1:
            return ()
        if place + 1 < len(siblings):
            return self.literal.edit(item[0].start, siblings[place + 1][0].start, "")
        return self.literal.edit(siblings[place - 1][-1].end, item[-1].end, "")

    def drop(self, clause: Clause) -> Edits:
        """Return the edits that take a clause out with the white space before it."""
        start = clause.start
        while start > 0 and self.literal.text[start - 1].isspace():
            start -= 1
        return self.literal.edit(start, clause.end, "")

    def write(self, token: Token, text: str) -> Edits:
        """Return the edits that write something else for a token."""
        return self.literal.edit(token.start, token.end, text)


def table_of(body: Sequence[Token]) -> Token | None:
    """Return the token of a table's own name: `users` of `public.users AS u`."""
    name = None
    dotted = False
    for token in body:
        if token.text == ".":
            dotted = True
        elif token.kind not in ("word", "quoted") or (name is not None and not dotted):
            break
        elif not token.is_word("ONLY", "LATERAL"):
            name, dotted = token, False
    return name


def _group(body: Sequence[Token]) -> list[Token]:
    """Return the first parenthesised group, parentheses included."""
    start = next((index for index, token in enumerate(body) if token.text == "("), None)
    if start is None:
        return []
    depth = body[start].depth
    for index in range(start + 1, len(body)):
        if body[index].text == ")" and body[index].depth == depth:
            return list(body[start : index + 1])
    return []


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
        if not token.is_word(*_VERBS) or (previous is not None and previous.is_word("DO", "FOR", "ON")):
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
        name = " ".join(token.text.lower() for token in head)
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
        return previous is None or not previous.is_word("DO", "FOR", "ON")
    return True


def _head(part: Sequence[Token]) -> list[Token]:
    """Return the keywords that begin a clause."""
    allowed = {
        "INSERT": ("INTO",),
        "DELETE": ("FROM",),
        "GROUP": ("BY",),
        "ORDER": ("BY",),
        "DO": ("UPDATE", "NOTHING"),
        "ON": ("CONFLICT",),
        "SELECT": ("DISTINCT",),
        **dict.fromkeys(("LEFT", "RIGHT", "FULL", "INNER", "CROSS"), ("JOIN", "OUTER")),
        "FOR": ("UPDATE", "SHARE", "NO", "KEY"),
    }.get(part[0].text.upper(), ())
    count = 1
    while count < len(part) and part[count].is_word(*allowed):
        count += 1
    return list(part[:count])
