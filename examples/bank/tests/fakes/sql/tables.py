# async-testing-expert 0.1.0 sha256:7cfa88a1265d908f (scaffold.py --update renews it)
"""The clauses of a statement, its tables, and whose columns its qualifiers mean."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .expressions import Expression, Meaning, UnreadableStatement, column_name, expression, outside
from .tokens import RESERVED, Token, is_mark, is_word, join, name_text

Tokens = Sequence[Token]
_QUERIES = ("select", "insert", "update", "delete", "with")


@dataclass(frozen=True)
class Scope:
    """Which table a qualifier means; `dropped` are those not worth telling, there being one table."""

    names: Mapping[str, str]
    dropped: frozenset[str] = frozenset()


def with_subqueries(tokens: Tokens, scope: Scope | None = None) -> list[Token]:
    """Each readable query in parentheses becomes one value; qualifiers get the name of their table."""
    from .reader import read_tokens

    scope = scope or Scope({})
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if is_mark([token], "(") and tokens[place + 1 : place + 2] and tokens[place + 1].text in _QUERIES:
            end = closing(tokens, place)
            try:
                found = read_tokens(list(tokens[place + 1 : end]), outer=scope.names)
            except UnreadableStatement:
                inner = with_subqueries(tokens[place + 1 : end], Scope(scope.names))
                result += [token, *inner, tokens[end]]
            else:
                result.append(Token("value", "", found))
            place = end + 1
        elif token.kind in ("word", "quoted") and is_mark(tokens[place + 1 : place + 2], "."):
            end = _chain_end(tokens, place)
            result += _qualified(tokens[place:end], scope, called=is_mark(tokens[end : end + 1], "("))
            place = end
        elif is_mark([token], ")") and is_mark(result[-2:-1], "(") and _is_query(result[-1]):
            result[-2:] = result[-1:]
            place += 1
        else:
            result.append(token)
            place += 1
    return result


def _is_query(token: Token) -> bool:
    return isinstance(token.value, Meaning)


def closing(tokens: Tokens, start: int) -> int:
    """The place of the parenthesis that shuts the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += is_mark(tokens[place : place + 1], "(") - is_mark(tokens[place : place + 1], ")")
        if depth == 0:
            return place
    raise UnreadableStatement("a parenthesis without its partner")


def _chain_end(tokens: Tokens, place: int) -> int:
    while is_mark(tokens[place + 1 : place + 2], ".") and place + 2 < len(tokens):
        place += 2
    return place + 1


def _qualified(chain: Tokens, scope: Scope, *, called: bool) -> list[Token]:
    if called or len(chain) < 3:
        return list(chain)
    qualifier, column = column_name(_without_public(chain[:-2])), chain[-1]
    if qualifier in scope.dropped:
        return [column]
    named = scope.names.get(qualifier)
    return [Token("verbatim", named), chain[-2], column] if named else list(chain)


def _without_public(chain: Tokens) -> Tokens:
    return chain[2:] if len(chain) > 2 and name_text(chain[0]) == "public" else chain


def clauses(tokens: Tokens, *markers: str, refused: Sequence[str] = ()) -> dict[str, list[Token]]:
    """The tokens behind each marker (one or two words); markers may come once, in the given order.

    Those after "limit" may come in any order. Raises UnreadableStatement, at a `refused` marker too.
    """
    found: dict[str, list[Token]] = {}
    current, place = "", 0
    places = [inside for _, inside in outside(tokens)]
    while place < len(tokens):
        marker = "" if places[place] else marker_at(tokens, place, (*markers, *refused))
        if marker in refused:
            raise UnreadableStatement(marker.upper())
        if marker:
            rank = markers.index(marker)
            later = markers[rank + 1 :] if "limit" not in markers[: rank + 1] else ()
            if marker in found or found.keys() & later:
                raise UnreadableStatement(f"{marker.upper()}, which stands twice or in the wrong place")
            current, found[marker] = marker, []
            place += len(marker.split())
        elif not current:
            raise UnreadableStatement(join(tokens[place : place + 3]))
        else:
            found[current].append(tokens[place])
            place += 1
    for marker, behind in found.items():
        if not behind:
            raise UnreadableStatement(f"{marker.upper()} with nothing behind it")
    return found


def marker_at(tokens: Tokens, place: int, markers: Sequence[str]) -> str:
    """Which of the markers, of one or two words, stands here; "" for none."""
    if tokens[place].kind != "word" or is_mark(tokens[place - 1 : place], "."):
        return ""
    if (
        place > 1
        and tokens[place - 2].text in ("is", "not")
        and is_word(tokens[place - 1 :], "distinct", "from")
    ):
        return ""
    return next((each for each in markers if is_word(tokens[place : place + 2], *each.split())), "")


_JOINS = ("natural", "inner", "left", "right", "full", "cross", "outer", "straight_join", "join")
_JOIN = re.compile("|,|(NATURAL )?((INNER|(LEFT|RIGHT|FULL)( OUTER)?) )?JOIN|CROSS JOIN|straight_join")
_CONDITIONS = (("word", "on"), ("word", "using"))
_NO_NAMES = (("word", "lateral"), ("word", "only"))


def sources(tokens: Tokens, outer: Mapping[str, str]) -> tuple[list[Expression], Scope]:
    """What stands behind FROM, first table and joins, and which table each qualifier means."""
    segments: list[tuple[list[Token], list[Token]]] = [([], [])]
    for place, inside in outside(tokens):
        token = tokens[place]
        head, body = segments[-1]
        called = is_mark(tokens[place + 1 : place + 2], "(") and token.text in ("left", "right")
        joins = token.kind == "word" and token.text in _JOINS and not called
        if not inside and (joins or is_mark([token], ",")):
            if body or not segments[1:]:
                segments.append(([token], []))
            else:
                head.append(token)
        else:
            body.append(token)
    parts = [(head, *source_parts(body)) for head, body in segments]
    count = Counter([*(name for _, name, *_ in parts), *outer.values()])
    names, shown = dict(outer), []
    for _, name, alias, extra, _ in parts:
        key = alias or name.rpartition(".")[2]
        own = bool(extra) or count[name] > 1
        names |= {each: key if own else name for each in (key, key if alias else name) if each}
        shown.append([*([Token("verbatim", name)] if name else extra), *as_alias(alias if own else "")])
    scope = Scope(names, frozenset(names.keys() - outer.keys()) if len(parts) == 1 else frozenset())
    texts = []
    for (head, _, _, _, rest), source in zip(parts, shown, strict=True):
        if not _JOIN.fullmatch(join(head)):
            raise UnreadableStatement(join(head))
        kept = [token for token in head if token.text not in ("inner", "outer")]
        texts.append(expression([*kept, *with_subqueries([*source, *rest], scope)]))
    return texts, scope


def as_alias(alias: str) -> list[Token]:
    """`AS alias`, or nothing for no alias."""
    return [Token("word", "as"), Token("verbatim", alias)] if alias else []


def source_parts(tokens: list[Token]) -> tuple[str, str, list[Token], list[Token]]:
    """Name, alias, the tokens of what is no plain table, and what stands behind (ON …, USING …)."""
    ends = (p for p, inside in outside(tokens) if not inside and tokens[p][:2] in _CONDITIONS)
    end = next(ends, len(tokens))
    source, rest = tokens[:end], tokens[end:]
    if not source:
        raise UnreadableStatement("FROM or JOIN with no table")
    chain = _chain_end(source, 0)
    called = is_mark(source[chain : chain + 1], "(")
    if source[0].kind in ("word", "quoted") and not called and source[0][:2] not in _NO_NAMES:
        behind = source[chain + is_word(source[chain:], "as") :]
        if (
            len(behind) > 1
            or is_word(source[-1:], "as")
            or any(t.kind not in ("word", "quoted") or t[:2] in RESERVED for t in behind)
        ):
            raise UnreadableStatement(join(source))
        return column_name(_without_public(source[:chain])), "".join(map(name_text, behind)), [], rest
    alias, body = _alias(source)
    return "", alias, body, rest


def _alias(source: list[Token]) -> tuple[str, list[Token]]:
    """The alias of a function or a subquery; one with a list of columns stays with the source."""
    if source[-1].kind in ("word", "quoted") and len(source) > 1:
        return name_text(source[-1]), source[: -2 if is_word(source[-2:], "as") else -1]
    return "", source
