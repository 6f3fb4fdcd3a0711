# async-testing-expert 0.1.0 sha256:bf9f20fcc1f4ea24 (scaffold.py --update renews it)
"""Expressions and conditions of SQL in the one form in which two of them compare."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .tokens import (
    KEYWORDS,
    Each,
    Missing,
    Token,
    bind,
    is_mark,
    is_word,
    join,
    name_text,
    render,
    tokenize,
)


class UnreadableStatement(AssertionError):
    """A statement of a form that `read` doesn't know; `construct` says which part of it."""

    def __init__(self, construct: str, statement: str = "") -> None:
        self.construct = construct
        text = " ".join(statement.split())
        text = text if len(text) <= 300 else text[:299] + "…"
        super().__init__(
            f"cannot tell what this statement means, because of {construct}: {text}\n"
            'Compare its whole text instead: same_text(call, "the statement", [its parameters])'
        )


class Meaning:
    """What a statement means; inside another one it stands as a value."""

    def embedded(self) -> "Meaning":
        """The same as part of another statement."""
        return self


class AnyOrder(list[Any]):
    """A list whose order has no meaning."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list) or len(self) != len(other):
            return False
        rest = list(other)
        for item in self:
            if item not in rest:
                return False
            rest.remove(item)
        return True

    def __ne__(self, other: object) -> bool:
        return not self == other


@dataclass(frozen=True, repr=False, init=False)
class Raw:
    """SQL that is no plain value: `Raw("now()")`, `Raw("hits + $1", 5)`; literals count as values too.

    Arguments: the SQL, and the values of its `$1`, `$2` …
    """

    text: str
    values: tuple[object, ...]

    def __init__(self, text: str, *values: object) -> None:
        text, values = render(_bound(text, values))
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", tuple(map(_embedded, values)))

    def tokens(self) -> list[Token]:
        """The SQL in words, its values in their places."""
        return bind(tokenize(self.text), self.values)

    def __repr__(self) -> str:
        text = inline(self.tokens())
        return (
            f"Raw({', '.join([repr(self.text), *map(repr, self.values)] if '«' in text else [repr(text)])})"
        )


def _bound(text: str, values: Sequence[object] = ()) -> list[Token]:
    from .tables import with_subqueries

    tokens = tokenize(text)
    if tokens and tokens[-1].kind == "broken":
        raise ValueError(f"no SQL: {text!r} (from {tokens[-1].text[:40]!r} on)")
    return with_subqueries(bind(tokens, values))


def inline(tokens: Sequence[Token]) -> str:
    """The tokens as text with their values in it; one that SQL cannot write stands in «»."""
    return join([Token("verbatim", _literal(t.value)) if t.kind == "value" else t for t in tokens])


def _literal(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).upper().replace("NONE", "NULL")
    if type(value) in (int, float, Decimal):
        return str(value)
    if type(value) is str:
        return "'" + value.replace("'", "''") + "'"
    return f"«{value!r}»"


def _embedded(value: object) -> object:
    return value.embedded() if isinstance(value, Meaning) else value


Expression = str | Raw
Condition = Mapping[str, Any] | Expression | None


def expression(tokens: Sequence[Token]) -> Expression:
    """SQL in a place where a name is usual: text, or Raw if it holds values."""
    if _is_plain(tokens):
        return name_text(tokens[0])
    text, values = render(tokens)
    return Raw(text, *values) if values else text


# Keywords that stand for a value: in quotes they are another thing, a column.
_FUNCTIONS = [word for word in KEYWORDS if word.startswith(("current_", "local", "session_", "user"))]


def _is_plain(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].kind in ("word", "quoted") and tokens[0].text not in _FUNCTIONS


def table_name(given: Expression) -> Expression:
    """A table as one writes it, or the SQL that stands for one."""
    tokens = written(given)
    parts = split(tokens, ".")
    if all(len(part) == 1 and part[0].kind in ("word", "quoted") for part in parts):
        return ".".join(name_text(part[0]) for part in parts)
    return expression(tokens)


def value(tokens: Sequence[Token]) -> Any:
    """SQL in a place where a value is usual: the value, else Raw."""
    tokens = unwrap(tokens)
    if len(tokens) == 1 and tokens[0].kind == "value":
        return _embedded(tokens[0].value)
    text, values = render(tokens)
    return Raw(text, *values)


def written(given: Expression) -> list[Token]:
    """The words of an expression as somebody wrote it in an assertion."""
    return given.tokens() if isinstance(given, Raw) else _bound(given)


def column_name(tokens: Sequence[Token]) -> str:
    """The column that takes a value."""
    return name_text(tokens[0]) if len(tokens) == 1 else inline(tokens)


def split(tokens: Sequence[Token], *words: str) -> list[list[Token]]:
    """Cut at these words or marks, where they stand outside of brackets and CASE."""
    parts: list[list[Token]] = [[]]
    for place, inside in outside(tokens):
        token = tokens[place]
        if not inside and token.kind in ("word", "mark") and token.text in words:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def outside(tokens: Sequence[Token]) -> Iterator[tuple[int, bool]]:
    """Each place, and whether it is inside of (or is) a bracket or CASE … END."""
    depth = 0
    for place, token in enumerate(tokens):
        word = token.kind == "word" and not is_mark(tokens[place - 1 : place], ".")
        opens = (token.kind == "mark" and token.text in "([") or (word and token.text == "case")
        closes = (token.kind == "mark" and token.text in ")]") or (word and token.text == "end")
        depth += opens
        yield place, depth > 0
        depth -= closes and depth > 0


def unwrap(tokens: Sequence[Token]) -> list[Token]:
    """Without the parentheses around the whole, if they hold one expression."""
    tokens = list(tokens)
    while bracketed(tokens):
        query = len(tokens) > 2 and tokens[1].text in ("select", "with", "values")
        if query or len(tokens) == 2 or len(split(tokens[1:-1], ",")) > 1:
            break
        tokens = tokens[1:-1]
    return tokens


def bracketed(tokens: Sequence[Token]) -> bool:
    """Whether one pair of parentheses holds all of the tokens."""
    depth = 0
    for token in tokens[:-1]:
        depth += is_mark([token], "(") - is_mark([token], ")")
        if depth == 0:
            return False
    return depth == 1 and is_mark(tokens[-1:], ")")


_OPERATORS = "+ - * / % ^ | & # || -> ->> #> #>> #- : := @ <-> <#> <=> <+>"
_ARITHMETIC = frozenset(_OPERATORS.split())
_COMPARING = ("in", "like", "ilike", "is", "between", "similar", "regexp", "rlike", "glob")


def _comparison(tokens: Sequence[Token]) -> tuple[int, int, str] | None:
    """Where the first comparison begins and ends, and how it is written: `(1, 3, "= ANY")`."""
    for place, inside in outside(tokens):
        token = tokens[place]
        if inside or place == 0:
            continue
        if token.kind == "op" and token.text not in _ARITHMETIC:
            end = place + 1
        elif token.kind == "word" and (token.text in _COMPARING or token.text == "not"):
            end = place + 1 + (token.text == "not")
        else:
            continue
        end = min(end, len(tokens))
        if tokens[end - 1].text == "is":
            end += is_word(tokens[end:], "not")
            end += 2 * is_word(tokens[end:], "distinct", "from")
        following = tokens[end].text if end < len(tokens) and tokens[end].kind == "word" else ""
        end += following in ("any", "all", "some", "symmetric", "asymmetric", "to")
        return place, end, join(tokens[place:end]).upper()
    return None


def predicates(tokens: Sequence[Token]) -> dict[str, Any]:
    """Conditions as a mapping, predicate → value; groups under "OR", "NOT" and "AND"."""
    arms = split(unwrap(tokens), "or")
    if len(arms) > 1:
        return {"OR": _any_of(map(predicates, arms))}
    parts: list[list[Token]] = []
    for part in split(unwrap(tokens), "and"):
        between = parts and _comparison(parts[-1])
        if between and "BETWEEN" in between[2] and not split(parts[-1], "and")[1:]:
            parts[-1] += [Token("word", "and"), *part]
        else:
            parts.append(part)
    return merged(pair for part in parts for pair in _predicate(part))


def _any_of(arms: Iterable[dict[str, Any]]) -> AnyOrder:
    flat = AnyOrder()
    for arm in arms:
        flat.extend(arm["OR"] if arm.keys() == {"OR"} else [arm])
    return flat


def merged(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """One mapping; predicates of the same key stand in a list under "AND"."""
    pairs = list(pairs)
    count = Counter(key for key, _ in pairs)
    result = {key: found for key, found in pairs if count[key] == 1}
    again = AnyOrder({key: found} for key, found in pairs if count[key] > 1)
    return {**result, "AND": again} if again else result


def _pairs(group: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, found in group.items():
        if key == "AND":
            for single in found:
                yield from single.items()
        else:
            yield key, found


def _predicate(tokens: Sequence[Token]) -> list[tuple[str, Any]]:
    inner = unwrap(tokens)
    if not inner:
        raise UnreadableStatement("an empty condition")
    if len(inner) < len(tokens):
        return list(_pairs(predicates(inner)))
    subquery = inner[-1].value if inner[-1].kind == "value" else None
    if inner[0].text in ("not", "exists") and isinstance(subquery, Meaning):
        heads = {1: ("exists",), 2: ("not", "exists")}
        if is_word(inner, *heads.get(len(inner) - 1, ("?",))):
            return [(join(inner[:-1]), _embedded(subquery))]
    if is_word(inner, "not"):
        return [("NOT", predicates(inner[1:]))]
    found = _comparison(inner)
    if found is None or found[1] == len(inner):
        return [(inline(inner), _missing(inner, True))]
    start, end, operator = found
    return [_pair(inner[:start], operator, _missing(inner[:start], _right(inner[end:], operator)))]


def _missing(tokens: Sequence[Token], found: object) -> object:
    """What a key says can be equal though a parameter of it is missing: the value must not be, then."""
    return next((token.value for token in tokens if isinstance(token.value, Missing)), found)


def _right(tokens: list[Token], operator: str) -> Any:
    parts = split(tokens, "and")
    if "BETWEEN" in operator and len(parts) == 2:
        return [value(part) for part in parts]
    if operator in ("IN", "NOT IN") and bracketed(tokens) and not is_word(tokens[1:], "select"):
        return [value(part) for part in split(tokens[1:-1], ",")]
    return value(tokens)


def _pair(left: Sequence[Token], operator: str, right: Any) -> tuple[str, Any]:
    if isinstance(right, Raw):
        right = value(right.tokens())
    if operator in ("IN", "NOT IN") and isinstance(right, list | tuple | set | frozenset):
        right = right if isinstance(right, Each) else AnyOrder(right)
    if "BETWEEN" in operator and isinstance(right, tuple):
        right = list(right)
    left = unwrap(left)
    name = name_text(left[0]) if _is_plain(left) else inline(left)
    return (name if operator == "=" else f"{name} {operator}"), _embedded(right)


def conditions(given: Condition) -> dict[str, Any]:
    """Conditions as written in an assertion, in the one form in which they compare."""
    if given is None or isinstance(given, str | Raw):
        return predicates(written(given)) if given else {}
    return merged(pair for key, found in given.items() for pair in _condition(key, found))


def _condition(key: str, found: Any) -> list[tuple[str, Any]]:
    word = " ".join(key.upper().split())
    if word == "OR":
        return [("OR", _any_of(map(conditions, found)))]
    if word == "AND":
        return [pair for each in found for pair in _pairs(conditions(each))]
    if word == "NOT":
        return [("NOT", conditions(found))]
    if word in ("EXISTS", "NOT EXISTS"):
        return [(word, _embedded(found))]
    tokens = written(key)
    operator = _comparison(tokens)
    if operator is None:
        return [_pair(tokens, "=", found)]
    if operator[1] == len(tokens):
        return [_pair(tokens[: operator[0]], operator[2], found)]
    if found is True:
        return list(_pairs(predicates(tokens)))
    raise ValueError(f"a key of conditions is an expression or ends in an operator, but here is {key!r}")
