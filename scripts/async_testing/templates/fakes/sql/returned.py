"""What a text gives back: a result for each of its statements, and the names of the columns of each."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from .text import _EVERY_STYLE, _VERBS, _behind_with, verb_and_tables
from .tokens import KEYWORDS, Token, is_mark, is_word, tokenize

_ENDS = frozenset(
    [
        "from",
        "into",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "offset",
        "fetch",
        "for",
        "union",
        "except",
        "intersect",
        "window",
    ]
)
_NAMED_KEYWORDS = frozenset(word for word in KEYWORDS if word.startswith("current_")) | {"case", "array"}


@lru_cache(512)
def statements(text: str) -> tuple[str, ...]:
    """The statements of a text, without their semicolons; one text at least."""
    if ";" not in text:
        return (text,)
    found: list[list[str]] = [[]]
    for token in tokenize(text, _EVERY_STYLE):
        if is_mark([token], ";"):
            found.append([])
        else:
            found[-1].append(f'"{token.text}"' if token.kind == "quoted" else token.text)
    several = tuple(" ".join(words) for words in found if words)
    return several if len(several) > 1 else (text,)


@lru_cache(512)
def columns(statement: str, *, expressions: bool = True) -> tuple[str, ...]:
    """The names of the columns that a statement gives, none where one of them cannot be told, as of `*`.

    Arguments: one statement; whether to name what is neither a column nor has a name, as PostgreSQL does.
    """
    names = [_name(item, expressions) for item in _items(tokenize(statement, _EVERY_STYLE))]
    return tuple(name for name in names if name) if all(names) else ()


def written_by(statement: str, verbs: Sequence[str]) -> str:
    """What the server calls a statement that writes, or locks to write: its verb; nothing where it only reads."""
    verb = verb_and_tables(statement)[0]
    if verb in verbs or verb != "SELECT":
        return verb if verb in verbs else ""
    tokens = tokenize(statement, _EVERY_STYLE)
    for place, token in enumerate(tokens):
        behind = [each.text.upper() for each in tokens[place + 1 : place + 4]]
        if is_mark([token], "(") and is_word(tokens, "with") and behind[:1] and behind[0] in verbs:
            return verb
        for lock in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE") if is_word([token], "for") else ():
            if behind[: len(lock.split())] == lock.split():
                return f"SELECT FOR {lock}"
    return ""


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between the commas of the list of a SELECT, or behind RETURNING."""
    while is_mark(tokens[:1], "("):
        tokens = tokens[1:]
    verb = _behind_with(tokens)[0] if is_word(tokens, "with") else tokens[0].text if tokens else ""
    start = verb if verb == "select" else "returning"
    depth, item, begun = 0, list[Token](), False
    for token in tokens if verb in _VERBS else ():
        depth += is_mark([token], "(") - is_mark([token], ")")
        outside = depth == 0 and token.kind in ("word", "mark")
        if not begun:
            begun = outside and token.text == start
        elif depth < 0 or (outside and (token.text in _ENDS or token.text == ";")):
            break
        elif outside and token.text == ",":
            yield item
            item = []
        elif not (is_word([token], "distinct") or is_word([token], "all")) or item:
            item.append(token)
    if begun:
        yield item


def _name(item: list[Token], expressions: bool) -> str | None:
    if len(item) > 1 and _is_name(item[-1]) and not _goes_on(item[-2]):
        return item[-1].text
    cut = next((place for place, token in enumerate(item) if is_mark([token], "::")), len(item))
    item, cast = item[:cut], cut < len(item)
    if item and all(_is_name(t) if not place % 2 else is_mark([t], ".") for place, t in enumerate(item)):
        return item[-1].text
    if not item or not expressions:
        return None
    if item[0].kind == "word" and (len(item) == 1 or _is_call(item)):
        named = _is_name(item[0]) or item[0].text in _NAMED_KEYWORDS
        return item[0].text if named else "?column?" if item[0].text == "null" and not cast else None
    plain = all(token.kind in ("value", "placeholder", "op") or _is_name(token) for token in item)
    return "?column?" if plain and not cast and item[-1].text != "*" else None


def _is_name(token: Token) -> bool:
    return token.kind == "quoted" or (token.kind == "word" and token.text not in KEYWORDS)


def _goes_on(token: Token) -> bool:
    """Whether what comes behind a token still belongs to the expression, and is no name given to it."""
    return token.kind == "op" or (token.kind == "mark" and token.text in (".", "::", "(", "[", ","))


def _is_call(item: list[Token]) -> bool:
    """Whether a pair of brackets behind its name is all that there is."""
    depth = 0
    for place, token in enumerate(item[1:], 1):
        depth += is_mark([token], "(") - is_mark([token], ")")
        if depth == 0:
            return place == len(item) - 1
    return False
