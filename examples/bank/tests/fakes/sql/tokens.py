# async-testing-expert 0.1.0 sha256:4cfbea6891371011 (scaffold.py --update renews it)
"""What is a string, a comment, a name or a placeholder in a SQL text: the words below `statements`.

Nothing here raises on a text that is no SQL: what cannot be read becomes a token of kind "broken".
Every function takes time in proportion to the length of the text.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Token(NamedTuple):
    """One word of a statement.

    `kind` is word (lower case), quoted (a name without its quotes), value, placeholder, op, mark
    (brackets, comma, dot, semicolon, cast), verbatim (rendered as it stands) or broken.
    """

    kind: str
    text: str
    value: object = None


class Missing:
    """Stands for a parameter that the call did not give; equals nothing, itself included."""

    def __init__(self, key: int | str) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Missing({self.key!r})"


class Each(list[object]):
    """The values that one placeholder takes in turn, when one statement runs with many parameter sets."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Each) and list.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return f"Each({list.__repr__(self)})"


# Words that can't be a bare column name: shown in capitals, kept in quotes when they come quoted.
_WORDS = (
    "all and any array as asc between both by case cast collate conflict constraint cross current_catalog "
    "current_date current_role current_schema current_time current_timestamp current_user default delete desc "
    "distinct do else end except exists false fetch filter for from full group having ilike in inner insert "
    "intersect interval into is isnull join lateral left like limit localtime localtimestamp natural not notnull "
    "null nulls offset on or order outer over partition primary references regexp returning right row select "
    "session_user set similar some symmetric table then to true union update user using values when where "
    "window with within"
)
KEYWORDS = frozenset(_WORDS.split())
VALUE_WORDS = {"null": None, "true": True, "false": False}
RESERVED = frozenset(("word", word) for word in KEYWORDS)
_OPENERS = RESERVED - {("word", word) for word in (*VALUE_WORDS, "end")}
_PAIRS = {
    "nulls": ("first", "last"),
    "update": ("skip", "nowait"),
    "share": ("skip", "nowait"),
    "skip": ("locked",),
}
_PLACEHOLDERS = {
    "$": r"\$\d+|\$\([^()]*+\)p",
    "%": r"%s|%\([^()]*+\)s",
    "?": r"\?\d*+",
    ":": r":(?:[^\W\d]\w*+|\d++)",
}
_SIMPLE_NAME = re.compile(r"[^\W\dA-Z][^\WA-Z]*\Z")
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*+)?\$")
_COMMENT = re.compile(r"/\*|\*/")
_ESCAPE = re.compile(r"''|\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)


@lru_cache
def _pattern(style: str) -> re.Pattern[str]:
    """One expression for all that needs no counting; its alternatives never back up (hence the ++ and *+)."""
    holders = "|".join(_PLACEHOLDERS[mark] for mark in style) or r"(?!)"
    stop = "|".join([r"--", r"/\*", *(_PLACEHOLDERS[mark] for mark in style if mark in "%?")])
    return re.compile(
        rf"""(?P<space>\s++|--[^\n]*+)
        |(?P<escaped>[eE]'(?:[^'\\]++|''|\\.)*+')|(?P<unfinished>[eE]')
        |(?P<verbatim>(?:[bBxXnN]|[uU]&)'(?:[^']++|'')*+'|[uU]&"(?:[^"]++|"")*+")
        |(?P<word>[^\W\d][\w$]*+)
        |(?P<string>'(?:[^']++|'')*+')
        |(?P<quoted>"(?:[^"]++|"")*+"|`(?:[^`]++|``)*+`)
        |(?P<number>(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d{{1,4}})?)
        |(?P<cast>::)|(?P<placeholder>{holders})
        |(?P<mark>[()\[\],;.])
        |(?P<op>(?:(?!{stop})[-+*/<>=~!@\#%^&|?]){{1,63}}+|:=?)""",
        re.VERBOSE | re.DOTALL,
    )


def tokenize(text: str, style: str = "$") -> list[Token]:
    """Cut a SQL text into tokens; white space and comments are left out.

    Arguments: the text, and the marks that begin a placeholder in it: any of `$`, `%`, `?` and `:`.
    Returns the tokens. An unfinished string or comment becomes one last token of kind "broken".
    """
    match = _pattern(style).match
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text.startswith("/*", place):
            end = _comment_end(text, place)
            if end is None or text.startswith("/*!", place):
                return [*tokens, Token("broken", text[place:])]
            place = end
            continue
        dollar = _DOLLAR.match(text, place) if text[place] == "$" else None
        if dollar:
            end = text.find(dollar[0], dollar.end())
            if end < 0:
                return [*tokens, Token("broken", text[place:])]
            place, inside = end + len(dollar[0]), text[dollar.end() : end]
            tokens.append(Token("value", text[dollar.start() : place], inside))
            continue
        found = match(text, place)
        if found is None or found.lastgroup == "unfinished":
            return [*tokens, Token("broken", text[place:])]
        kind, word = str(found.lastgroup), found[0]
        if kind == "op":
            word = _operator(word)
        place += len(word)
        if kind != "space":
            tokens.append(_token(kind, word))
    return tokens


def _comment_end(text: str, start: int) -> int | None:
    depth = 0
    for bracket in _COMMENT.finditer(text, start):
        depth += 1 if bracket[0] == "/*" else -1
        if depth == 0:
            return bracket.end()
    return None


def _operator(text: str) -> str:
    """As PostgreSQL cuts: `=-1` is `=` and `-`, but `@-` is one operator."""
    if set(text) & set("~!@#%^&|?"):
        return text
    return text.rstrip("+-") or text[0]


def _token(kind: str, text: str) -> Token:
    match kind:
        case "word":
            return Token("word", text.lower())
        case "string":
            return Token("value", text, text[1:-1].replace("''", "'"))
        case "escaped":
            return Token("value", text, _ESCAPE.sub(_unescape, text[2:-1]))
        case "quoted":
            return Token("quoted", text[1:-1].replace(text[0] * 2, text[0]))
        case "number":
            return Token("value", text, _number(text))
        case "cast":
            return Token("mark", text)
        case "placeholder":
            return Token("placeholder", text, _key(text))
        case "op":
            return Token("op", {"!=": "<>", "%%": "%"}.get(text, text))
    return Token(kind, text)


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if code is None:
        return "'"
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else found[0]
    if code[0] in "01234567":
        return chr(int(code, 8))
    return {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(code, code)


def _number(text: str) -> int | float | Decimal:
    plain = text.replace("_", "")
    if plain.isdecimal() and len(plain) < 1000:
        return int(plain)
    exact = Decimal(plain)
    short = float(plain)
    return short if Decimal(repr(short)) == exact else exact


def _key(text: str) -> int | str | None:
    """The name or number in a placeholder; None for one that takes the next parameter."""
    name = text[2:-2] if "(" in text else text[1:]
    if text in ("%s", "?"):
        return None
    return int(name) if name.isdecimal() and len(name) < 10 else name


def bind(tokens: Sequence[Token], parameters: object, *, many: bool = False) -> list[Token]:
    """Put the parameters in the place of their placeholders, and make values of NULL, TRUE, FALSE and -1.

    Arguments: tokens; parameters as the driver takes them (sequence, mapping or None), or with `many`
    the list of such sets. A value that was not given becomes `Missing`; casts of plain values are dropped.
    """
    sets = list(parameters) if many and isinstance(parameters, Sequence) else []
    bound: list[Token] = []
    place = turn = 0
    while place < len(tokens):
        token = tokens[place]
        place += 1
        if token.kind == "placeholder":
            turn += token.value is None
            key = turn if token.value is None else token.value
            value = Each(_parameter(each, key) for each in sets) if many else _parameter(parameters, key)
            token = Token("value", token.text, value)
        elif token.kind == "word" and token.text in VALUE_WORDS and not is_mark(bound[-1:], "."):
            token = Token("value", token.text, VALUE_WORDS[token.text])
        elif isinstance(token.value, int | float | Decimal) and _is_sign(bound):
            bound.pop()
            token = Token("value", "-" + token.text, -token.value)
        bound.append(token)
        if token.kind == "value":
            place = _skip_casts(tokens, place, bound)
    return bound


def _parameter(parameters: object, key: object) -> object:
    if isinstance(parameters, Mapping):
        return parameters[key] if key in parameters else Missing(str(key))
    if isinstance(key, int) and isinstance(parameters, Sequence) and 0 < key <= len(parameters):
        return parameters[key - 1]
    return Missing(key if isinstance(key, int) else str(key))


def _is_sign(before: Sequence[Token]) -> bool:
    if not before or before[-1] != ("op", "-", None):
        return False
    left = before[-2] if len(before) > 1 else Token("op", "")
    return left.kind == "op" or (left.kind == "mark" and left.text in "([,") or left[:2] in _OPENERS


def _skip_casts(tokens: Sequence[Token], place: int, bound: list[Token]) -> int:
    """Where to go on behind `value::type` and `CAST(value AS type)`; takes `CAST (` off what is bound."""
    while place < len(tokens):
        if is_mark(tokens[place : place + 1], "::"):
            if not _names_a_type(tokens[place + 1 : place + 2]):
                break
            place = _type_end(tokens, place + 1)
            continue
        called = [token.text for token in bound[-3:-1]] == ["cast", "("]
        end = _type_end(tokens, place + 1) if called and tokens[place].text == "as" else place
        if end == place or not is_mark(tokens[end : end + 1], ")"):
            break
        del bound[-3:-1]
        place = end + 1
    return place


def _names_a_type(tokens: Sequence[Token]) -> bool:
    named = [token for token in tokens if token.kind in ("word", "quoted") and token[:2] not in RESERVED]
    return bool(named) or is_word(tokens, "interval")


def _type_end(tokens: Sequence[Token], place: int) -> int:
    texts = [token.text for token in tokens[place : place + 12]]
    end = 1
    while texts[end : end + 1] == ["."]:
        end += 2
    while texts[end : end + 1] and texts[end] in ("precision", "varying", "with", "without", "time", "zone"):
        end += 1
    if texts[end : end + 1] == ["("] and ")" in texts[end:]:
        end = texts.index(")", end) + 1
    while texts[end : end + 1] == ["["] and "]" in texts[end : end + 3]:
        end = texts.index("]", end) + 1
    return min(place + end, len(tokens))


def is_mark(tokens: Sequence[Token], text: str) -> bool:
    """Whether the first of the tokens is this bracket, comma, dot or cast."""
    return bool(tokens) and tokens[0].kind == "mark" and tokens[0].text == text


def is_word(tokens: Sequence[Token], *words: str) -> bool:
    """Whether the tokens begin with these words, one after another."""
    return len(tokens) >= len(words) and all(
        token.kind == "word" and token.text == word for token, word in zip(tokens, words, strict=False)
    )


def name_text(token: Token) -> str:
    """A name as one writes it: in quotes only where it needs them to keep its letters."""
    if token.kind != "quoted" or _SIMPLE_NAME.match(token.text):
        return token.text
    return '"' + token.text.replace('"', '""') + '"'


def show(token: Token) -> str:
    """One token as text: keywords in capitals, names folded, a reserved name in its quotes."""
    if token.kind == "quoted" and token.text in KEYWORDS:
        return f'"{token.text}"'
    if token.kind == "word" and token.text in KEYWORDS:
        return token.text.upper()
    return name_text(token)


def render(tokens: Sequence[Token]) -> tuple[str, tuple[object, ...]]:
    """The tokens as one line of text, its values replaced by $1, $2 …, and these values."""
    values = [token.value for token in tokens if token.kind == "value"]
    numbers = iter(range(1, len(values) + 1))
    texts = [Token("verbatim", f"${next(numbers)}") if t.kind == "value" else t for t in tokens]
    return join(texts), tuple(values)


def join(tokens: Sequence[Token]) -> str:
    """The tokens as one line of text, spaced as people space SQL."""
    parts: list[str] = []
    before = Token("mark", "(")
    for token in tokens:
        tight = before.kind == "mark" and before.text in "([.::"
        tight = tight or (token.kind == "mark" and token.text in ")],.;::")
        called = before.kind != "op" and before.text != "," and (before.kind, before.text) not in _OPENERS
        tight = tight or (called and token.kind == "mark" and token.text in "([")
        second = token.kind == "word" and token.text in _PAIRS.get(before.text, ())
        parts += ["" if tight else " ", token.text.upper() if second else show(token)]
        before = token
    return "".join(parts[1:])
