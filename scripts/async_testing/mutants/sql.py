"""SQL in a string: tokens, the clauses of a statement, and the edits that change them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from async_testing.mutants.edits import Edits, shortened
from async_testing.mutants.literals import HOLE, Literal

_TOKEN = re.compile(
    rf"""(?P<gap>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>[eE]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*"|`[^`]*`)
    |(?P<placeholder>\$\d+|\${HOLE}|\$\(\w+\)p|%s|%\(\w+\)s|(?<!:):[A-Za-z_]\w*|\?(?![|&])(?!\s*['$%:]))
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<hole>{HOLE})
    |(?P<op>\#>>|\#>|\#-|@>|<@|<=>|<->|&&|!~~?\*?|~~?\*|<<|>>|<>|!=|<=|>=|::|\|\||->>|->|=|<|>|[-+*/%~!@#&|^?])
    |(?P<punct>[(),;.\[\]:])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


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

    def swap(self, first: Sequence[Token], second: Sequence[Token]) -> Edits:
        """Return the edits that exchange two parts."""
        ranges = [(first[0].start, first[-1].end), (second[0].start, second[-1].end)]
        return self.literal.permute(ranges, [1, 0])

    def written(self, part: Sequence[Token]) -> str:
        """Return a part of the statement as one short line."""
        return shortened(self.literal.text[part[0].start : part[-1].end].replace(HOLE, "…")) if part else ""

    def write(self, token: Token, text: str) -> Edits:
        """Return the edits that write something else for a token."""
        return self.literal.edit(token.start, token.end, text)


def is_distinct_on(block: Block) -> bool:
    """Whether this is a SELECT DISTINCT ON, whose columns the ORDER BY has to begin with."""
    names = [clause.name for clause in block.clauses[:2]]
    return names == ["select distinct", "on"] and not block.clauses[0].body


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


def is_referred_to(block: Block, clause: Clause, item: Sequence[Token]) -> bool:
    """Whether the statement counts on an item further on: by its place, its alias, or since it is distinct."""
    after = [token for other in block.all("order by", "group by", "having") for token in other.body]
    counts = any(
        part[0].kind == "number" for other in block.all("order by", "group by") for part in (other.items())
    )
    is_named = clause.name == "select distinct" or any(token.is_word("AS") for token in item)
    return counts or (is_named and any(token.text == item[-1].text for token in after))
