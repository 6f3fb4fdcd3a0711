# async-testing-expert 0.1.0 sha256:72bc81917522e0dc (scaffold.py --update renews it)
"""What can be told from the text of a statement alone: its placeholders, its verb and tables, its wording."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from .tokens import Token, is_mark, is_word, join, name_text, tokenize

_EVERY_STYLE = "$%?:"
_CLAUSES = (
    "select from where group having order limit offset for insert values on returning update set delete using "
    "with union intersect except join left right full inner cross window and or"
)
_BEFORE_TABLE = ("from", "join", "into", "update", "using", "table", "truncate")
_AFTER_TABLES = ("where", "set", "group", "order", "select", "values", "on")
_VERBS = ("select", "insert", "update", "delete", "merge")
_ROWS = ("values", "table", "show", "explain", "fetch", "describe", "pragma")
_UNGIVEN = object()


def as_sequence(parameters: Any, style: str, *, many: bool = False) -> Any:
    """Parameters as a sequence or a mapping: where `%s` is a placeholder, drivers of MySQL take a value alone."""
    if many:
        return [as_sequence(each, style) for each in parameters or ()]
    several = isinstance(parameters, Sequence | Mapping) and not isinstance(
        parameters, str | bytes | bytearray
    )
    return parameters if several or parameters is None or "%" not in style else [parameters]


@lru_cache(512)
def holders(statement: str) -> tuple[object, ...]:
    """The placeholders of a statement in their order: n of `$n`, name of `$(name)p`; not those in strings, comments."""
    return tuple(token.value for token in tokenize(statement) if token.kind == "placeholder")


def placeholders(statement: str) -> int:
    """The highest n of the `$n` in a statement, 0 without any; strings, names and comments don't count."""
    return max((key for key in holders(statement) if isinstance(key, int)), default=0)


def named(statement: str) -> tuple[str, ...]:
    """The names of the `$(name)p` in a statement, each once, in the order of their first use."""
    return tuple(dict.fromkeys(key for key in holders(statement) if isinstance(key, str)))


@lru_cache(512)
def verb_and_tables(statement: str) -> tuple[str, tuple[str, ...]]:
    """What a statement does, and to which tables; never raises, whatever the text.

    Returns the verb in capitals ("" for an empty text) and the tables as `Select("users")` writes them, each
    once, the verb's own first. Tables of subqueries count, names given by WITH don't.
    """
    return verb_and_tables_of(tokenize(statement, _EVERY_STYLE))


def verb_and_tables_of(tokens: Sequence[Token]) -> tuple[str, tuple[str, ...]]:
    """The same of a statement that is cut into tokens already."""
    words = [token.text for token in tokens if token.kind == "word"]
    verb = words[0] if words else ""
    made: set[str] = set()
    if verb == "with":
        verb, made = _behind_with(tokens)
    tables: list[str] = []
    for place, table in _table_places(tokens):
        main = tokens[place].text in ("into", "update") and verb in ("insert", "update", "merge")
        tables.insert(0, table) if main else tables.append(table)
    return verb.upper(), tuple(dict.fromkeys(table for table in tables if table not in made))


@lru_cache(512)
def gives_rows(statement: str) -> bool:
    """Whether a statement returns rows, be it none of them; of several statements the last one counts."""
    tokens = tokenize(statement, _EVERY_STYLE)
    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    starts = [0, *(place + 1 for place, token in enumerate(tokens) if is_mark([token], ";"))]
    tokens = tokens[starts[-1] :]
    while is_mark(tokens[:1], "("):
        tokens = tokens[1:]
    verb = tokens[0].text if tokens and tokens[0].kind == "word" else ""
    if verb == "with":
        verb = _behind_with(tokens)[0]
    depth, outside = 0, set()
    for token in tokens:
        depth += is_mark([token], "(") - is_mark([token], ")")
        if depth == 0 and token.kind == "word":
            outside.add(token.text)
    if verb == "select":
        return "into" not in outside
    return verb in _ROWS or (verb in _VERBS and "returning" in outside)


def _behind_with(tokens: Sequence[Token]) -> tuple[str, set[str]]:
    made, verb, depth = set(), "with", 0
    for place, token in enumerate(tokens):
        depth += is_mark([token], "(") - is_mark([token], ")")
        if depth == 0 and token.kind == "word" and token.text in _VERBS:
            verb = token.text
            break
        if depth == 0 and token.kind in ("word", "quoted") and _names_a_query(tokens, place + 1):
            made.add(name_text(token))
    return verb, made


def _names_a_query(tokens: Sequence[Token], place: int) -> bool:
    if is_mark(tokens[place : place + 1], "("):
        ends = [i for i in range(place, min(place + 200, len(tokens))) if is_mark(tokens[i : i + 1], ")")]
        place = ends[0] + 1 if ends else place
    return is_word(tokens[place : place + 1], "as")


def _table_places(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Each table named in the tokens with the place of the word that announces it."""
    found: list[tuple[int, str]] = []
    queries = [True]  # per open bracket: whether a query stands in it (in EXTRACT(year FROM day) none does)
    listing = [-1]  # per open bracket: the place of its FROM while commas go on with tables
    for place, token in enumerate(tokens):
        after = tokens[place + 1 : place + 2]
        if is_mark([token], "("):
            queries.append(bool(after) and after[0].text in (*_VERBS, "with"))
            listing.append(-1)
        elif is_mark([token], ")"):
            if len(queries) > 1:
                queries.pop()
                listing.pop()
        elif is_mark([token], ",") and listing[-1] >= 0:
            found += _table(tokens, place + 1, listing[-1])
        elif token.kind == "word" and token.text in _BEFORE_TABLE and queries[-1]:
            before = tokens[place - 1].text if place else ""
            if (token.text, before) not in {("from", "distinct")} and before not in ("for", "do", "key", "."):
                found += _table(tokens, place + 1, place)
                listing[-1] = place if token.text in ("from", "using") else -1
        elif token.kind == "word" and token.text in _AFTER_TABLES:
            listing[-1] = -1
    return found


def _table(tokens: Sequence[Token], place: int, announced: int) -> list[tuple[int, str]]:
    while tokens[place : place + 1] and tokens[place].text in ("only", "lateral", "if", "not", "exists"):
        place += 1
    parts: list[str] = []
    while tokens[place : place + 1] and tokens[place].kind in ("word", "quoted"):
        parts.append(name_text(tokens[place]))
        place += 1
        if not is_mark(tokens[place : place + 1], "."):
            break
        place += 1
    made = tokens[announced].text in ("into", "table")
    if (
        not parts
        or parts[0] in (*_VERBS, "table", "set")
        or (is_mark(tokens[place : place + 1], "(") and not made)
    ):
        return []
    return [(announced, ".".join(parts[1:] if parts[0] == "public" and len(parts) > 1 else parts))]


def same_text(call: Any, expected: str, parameters: object = _UNGIVEN) -> None:
    """Assert that a statement reads as expected; for what `read` cannot make sense of.

    Arguments: a recorded call or the text of a statement; the text it should have; with `parameters` (then
    `call` must be a call) what was sent along. White space, the case of keywords and of unquoted names,
    comments and a last semicolon make no difference.
    Raises: AssertionError with the difference, one clause a line.
    """
    actual = _lines(str(getattr(call, "statement", call)))
    wanted = _lines(expected)
    if parameters is not _UNGIVEN:
        if not hasattr(call, "parameters"):
            raise TypeError(
                "same_text compares parameters of a recorded call: pass the call, not its statement"
            )
        sent = call.parameters
        if _as_list(sent) != _as_list(parameters):
            actual.append(f"-- with {_as_list(sent)!r}")
            wanted.append(f"-- with {_as_list(parameters)!r}")
    if actual != wanted:
        import difflib

        diff = difflib.unified_diff(wanted, actual, "expected", "sent", lineterm="", n=20)
        raise AssertionError("the statement differs from the expected one:\n" + "\n".join(diff))


def _as_list(parameters: object) -> object:
    return list(parameters or ()) if parameters is None or isinstance(parameters, tuple) else parameters


def _lines(statement: str) -> list[str]:
    lines: list[list[Token]] = [[]]
    tokens = tokenize(statement, _EVERY_STYLE)
    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    depth = 0
    for place, token in enumerate(tokens):
        depth += is_mark([token], "(") - is_mark([token], ")")
        joined = place and tokens[place - 1].text in ("left", "right", "full", "inner", "cross", "for", "do")
        if token.kind == "word" and token.text in _CLAUSES.split() and depth == 0 and not joined:
            lines.append([])
        lines[-1].append(Token("verbatim", token.text) if token.kind == "value" else token)
    return [join(line) for line in lines if line]
