"""The same statement in other letters: case, white space, comments, names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from async_testing.mutants.edits import Edits
from async_testing.mutants.literals import HOLE
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Token, predicates, table_of, tokens

ORDER = 10
OPERATORS: list[Operator] = []
rewrite = collector(OPERATORS)

KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "SELECT INSERT INTO UPDATE DELETE FROM WHERE AND OR NOT NULL IS IN AS ON SET VALUES RETURNING ORDER GROUP"
        " BY ASC DESC LIMIT OFFSET JOIN LEFT RIGHT INNER OUTER CONFLICT DO NOTHING DISTINCT FOR WITH UNION ALL"
        " ANY LIKE ILIKE BETWEEN EXISTS HAVING CASE WHEN THEN ELSE END DEFAULT TRUE FALSE",
    )
)


def statements(source: Source) -> Iterator[Block]:
    """Yield the outermost block of each whole statement that is written in Python."""
    for blocks in source.statements.values():
        block = next((block for block in blocks if block.is_outermost and block.verb != "FRAGMENT"), None)
        if block is not None:
            yield block


@rewrite(
    "sql-keywords-lower",
    {'Q = "SELECT id FROM users WHERE id = $1"': ['Q = "select id from users where id = $1"']},
)
def keywords_lower(source: Source) -> Iterator[Edits]:
    """Keywords in small letters."""
    for block in statements(source):
        found = (token for token in tokens(block.literal.text) if token.is_word(*KEYWORDS))
        yield tuple(edit for token in found for edit in block.write(token, token.text.lower()))


@rewrite(
    "sql-names-upper",
    {'Q = "SELECT id FROM users WHERE id = $1"': ['Q = "SELECT ID FROM USERS WHERE ID = $1"']},
)
def names_upper(source: Source) -> Iterator[Edits]:
    """Unquoted names in capital letters."""
    for block in statements(source):
        found = (token for token in tokens(block.literal.text) if token.kind == "word")
        yield tuple(edit for token in found for edit in block.write(token, token.text.upper()))


@rewrite(
    "sql-newlines",
    {'Q = "SELECT id FROM users WHERE id = $1"': ['Q = "SELECT id\\n    FROM users\\n    WHERE id = $1"']},
)
def newlines(source: Source) -> Iterator[Edits]:
    """Each clause on a line of its own."""
    for block in statements(source):
        text = block.literal.text
        starts = [clause.start for clause in block.clauses[1:] if text[clause.start - 1] == " "]
        yield tuple(edit for start in starts for edit in block.literal.edit(start - 1, start, "\n    "))


@rewrite("sql-one-line", {'Q = """\n    SELECT id\n    FROM users\n"""': ['Q = """SELECT id FROM users"""']})
def one_line(source: Source) -> Iterator[Edits]:
    """The whole statement on one line."""
    for block in statements(source):
        text = block.literal.text
        if "\n" in text.strip() and "--" not in text:
            edits: Edits = ()
            for gap in re.finditer(r"\s*\n\s*", text):
                at_edge = gap.start() == 0 or gap.end() == len(text)
                edits += block.literal.edit(gap.start(), gap.end(), "" if at_edge else " ")
            yield edits


@rewrite(
    "sql-spaces",
    {
        'Q = "SELECT id,name FROM users WHERE id IN ($1)"': [
            'Q = "SELECT id , name FROM users WHERE id IN ( $1 )"'
        ]
    },
)
def spaces(source: Source) -> Iterator[Edits]:
    """White space around commas and inside parentheses."""
    for block in statements(source):
        edits: Edits = ()
        for token in tokens(block.literal.text):
            if token.text == "," and not block.literal.text[token.end : token.end + 1].isspace():
                edits += block.write(token, " , ")
            elif token.text in (",", ")"):
                edits += block.write(token, f" {token.text}")
            elif token.text == "(":
                edits += block.write(token, "( ")
        yield edits


@rewrite("sql-semicolon", {'Q = "SELECT 1 "': ['Q = "SELECT 1; "']})
def semicolon(source: Source) -> Iterator[Edits]:
    """A semicolon at the end."""
    for block in statements(source):
        end = len(block.literal.text.rstrip())
        if not block.literal.text[:end].endswith(";"):
            yield block.literal.edit(end, end, ";")


@rewrite(
    "sql-comment",
    {'Q = "SELECT id FROM users"': ['Q = "SELECT /* as asked */ id FROM users"']},
)
def comment(source: Source) -> Iterator[Edits]:
    """A comment in the statement."""
    for block in statements(source):
        head = block.clauses[0].head[-1]
        yield block.literal.edit(head.end, head.end, " /* as asked */")


@rewrite(
    "sql-schema",
    {
        'Q = "SELECT a FROM users JOIN roles ON true"': [
            'Q = "SELECT a FROM public.users JOIN public.roles ON true"'
        ],
        'Q = "SELECT a FROM public.users"': [],
    },
)
def schema(source: Source) -> Iterator[Edits]:
    """Tables with the name of their schema."""
    for block in statements(source):
        if "WITH" not in block.literal.text.upper():
            yield tuple(
                edit
                for table in _tables(block)
                if block.literal.text[table.start - 1] != "."
                for edit in block.literal.edit(table.start, table.start, "public.")
            )


@rewrite("sql-quoted", {"Q = 'SELECT a FROM users'": ["Q = 'SELECT a FROM \"users\"'"]})
def quoted(source: Source) -> Iterator[Edits]:
    """Tables in quotes."""
    for block in statements(source):
        yield tuple(
            edit
            for table in _tables(block)
            if table.kind == "word"
            for edit in block.write(table, f'"{table.text.lower()}"')
        )


@rewrite(
    "sql-alias",
    {
        'Q = "SELECT users.id FROM users JOIN roles ON roles.id = users.role"': [
            'Q = "SELECT t1.id FROM users AS t1 JOIN roles AS t2 ON t2.id = t1.role"'
        ],
        'Q = "SELECT u.id FROM users u"': [],
    },
)
def alias(source: Source) -> Iterator[Edits]:
    """Tables with another name in the statement."""
    for block in statements(source):
        found = tokens(block.literal.text)
        names = {table.text: f"t{number}" for number, table in enumerate(_tables(block), start=1)}
        if _has_alias(found, _tables(block)) or sum(token.is_word("SELECT") for token in found) > 1:
            continue
        edits: Edits = ()
        for token, following in zip(found, [*found[1:], None], strict=True):
            if following is not None and following.text == "." and token.text in names:
                edits += block.write(token, names[token.text])
        for table in _tables(block):
            edits += block.literal.edit(table.end, table.end, f" AS {names[table.text]}")
        yield edits


@rewrite(
    "sql-qualified",
    {
        'Q = "SELECT id FROM users WHERE lower(id) = $1"': [
            'Q = "SELECT users.id FROM users WHERE lower(users.id) = $1"'
        ]
    },
)
def qualified(source: Source) -> Iterator[Edits]:
    """Columns with the name of their table."""
    for block in statements(source):
        tables = _tables(block)
        if (
            block.verb != "SELECT"
            or len(tables) != 1
            or "." in block.literal.text
            or HOLE in block.literal.text
        ):
            continue
        clauses = block.all("select", "where", "order by")
        if _has_alias(tokens(block.literal.text), tables) or "AS" in block.literal.text.upper().split():
            continue
        edits: Edits = ()
        for clause in clauses:
            for token, following in zip(clause.body, (*clause.body[1:], None), strict=True):
                is_name = token.kind == "word" and not token.is_word(*KEYWORDS)
                if is_name and (following is None or following.text != "("):
                    edits += block.literal.edit(token.start, token.start, f"{tables[0].text}.")
        yield edits


@rewrite(
    "sql-not-equal",
    {'Q = "SELECT id FROM users WHERE a <> $1"': ['Q = "SELECT id FROM users WHERE a != $1"']},
)
def not_equal(source: Source) -> Iterator[Edits]:
    """The other sign for the same comparison."""
    for block in source.blocks:
        for token in (token for clause in block.clauses for token in clause.body):
            if token.text in ("<>", "!="):
                yield block.write(token, "!=" if token.text == "<>" else "<>")


@rewrite(
    "sql-explicit-order",
    {'Q = "SELECT a FROM b ORDER BY a, c DESC"': ['Q = "SELECT a FROM b ORDER BY a ASC, c DESC"']},
)
def explicit_order(source: Source) -> Iterator[Edits]:
    """ASC where it goes without saying."""
    for block in source.blocks:
        for clause in block.all("order by"):
            yield tuple(
                edit
                for item in clause.items()
                if not any(token.is_word("ASC", "DESC") for token in item)
                for edit in block.literal.edit(item[-1].end, item[-1].end, " ASC")
            )


@rewrite(
    "sql-inner-join", {'Q = "SELECT a FROM b JOIN c ON true"': ['Q = "SELECT a FROM b INNER JOIN c ON true"']}
)
def inner_join(source: Source) -> Iterator[Edits]:
    """INNER JOIN for JOIN."""
    for block in source.blocks:
        for clause in block.all("join"):
            yield block.write(clause.head[0], "INNER JOIN")


@rewrite(
    "sql-brackets",
    {
        'Q = "SELECT a FROM b WHERE a = $1 AND c IS NULL"': [
            'Q = "SELECT a FROM b WHERE (a = $1) AND (c IS NULL)"'
        ]
    },
)
def brackets(source: Source) -> Iterator[Edits]:
    """Each predicate in parentheses."""
    for block in statements(source):
        for clause in block.all("where"):
            if not any(token.kind == "hole" for token in clause.body):
                yield tuple(
                    edit
                    for part in predicates(clause)
                    for edit in (
                        *block.literal.edit(part[0].start, part[0].start, "("),
                        *block.literal.edit(part[-1].end, part[-1].end, ")"),
                    )
                )


def _tables(block: Block) -> list[Token]:
    found = []
    for clause in block.clauses:
        named = clause.name in ("from", "insert into", "update", "delete from")
        table = table_of(clause.body) if named or clause.name.endswith("join") else None
        if table is not None:
            found.append(table)
    return found


def _has_alias(found: list[Token], tables: list[Token]) -> bool:
    for table in tables:
        place = found.index(table)
        following = found[place + 1] if place + 1 < len(found) else None
        if following is not None and (following.is_word("AS") or not _ends_name(following)):
            return True
    return False


def _ends_name(token: Token) -> bool:
    return token.kind != "word" or token.is_word(*KEYWORDS)
