# async-testing-expert 0.1.0 sha256:56556e893a714927 (scaffold.py --update renews it)
"""Reads the words of a statement into what it means, verb by verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .expressions import (
    Expression,
    Raw,
    UnreadableStatement,
    bracketed,
    column_name,
    outside,
    split,
    value,
    written,
)
from .statements import Delete, Insert, Select, Statement, Update, unnamed
from .tables import (
    Scope,
    Tokens,
    as_alias,
    clauses,
    closing,
    marker_at,
    source_parts,
    sources,
    with_subqueries,
)
from .tokens import Each, Token, is_mark, is_word, join, render


def read_tokens(
    tokens: list[Token], sets: int | None = None, outer: Mapping[str, str] | None = None
) -> Statement:
    """What a statement means: its bound tokens, how many parameter sets it ran with, the tables around it."""
    while is_mark(tokens[-1:], ";"):
        tokens = tokens[:-1]
    depth = 0
    for token in tokens:
        depth += is_mark([token], "(") - is_mark([token], ")")
        if token.kind == "broken":
            raise UnreadableStatement(f"what is unfinished or unknown from {token.text[:40]!r} on")
        if is_mark([token], ";"):
            raise UnreadableStatement("a second statement behind the semicolon")
        if depth < 0:
            break
    if depth:
        raise UnreadableStatement("a parenthesis without its partner")
    outer = outer or {}
    ctes: dict[str, Any] = {}
    if is_word(tokens, "with"):
        ctes, tokens = _with(tokens, outer)
    verb = tokens[0].text if tokens and tokens[0].kind == "word" else ""
    readers: dict[str, Callable[..., Statement]] = {"select": _select, "update": _update, "delete": _delete}
    if verb == "insert":
        return _insert(tokens, outer, ctes, sets)
    if verb not in readers:
        begin = join(tokens[:1]).upper() or "an empty text"
        raise UnreadableStatement(f"{begin} (known are SELECT, INSERT, UPDATE and DELETE)")
    return readers[verb](tokens, outer, ctes)


_VERBS = [("word", word) for word in ("select", "insert", "update", "delete")]


def _with(tokens: list[Token], outer: Mapping[str, str]) -> tuple[dict[str, Any], list[Token]]:
    place = next((p for p, inside in outside(tokens) if not inside and tokens[p][:2] in _VERBS), 0)
    ctes: dict[str, Any] = {}
    for part in split(tokens[1:place], ","):
        recursive = is_word(part, "recursive")
        names = split(part[recursive:], "as")
        twice = any(column_name(names[0]) == name.rpartition(" ")[2] for name in ctes)
        if len(names) != 2 or not is_mark(names[1][-1:], ")") or twice:
            raise UnreadableStatement("WITH " + join(part)[:60])
        head = ("recursive " if recursive else "") + column_name(names[0])
        ctes[head] = value(with_subqueries(names[1], Scope(outer)))
    return ctes, tokens[place:]


def _select(tokens: Tokens, outer: Mapping[str, str], ctes: dict[str, Any]) -> Select:
    unread = ("into", "window", "union", "intersect", "except", "fetch", "procedure")
    middle = ("from", "where", "group by", "having", "order by")
    found = clauses(tokens, "select", *middle, "limit", "offset", "for", refused=unread)
    tables, scope = sources(found["from"], outer) if "from" in found else ([""], Scope(outer))
    clause = {key: with_subqueries(behind, scope) for key, behind in found.items() if key != "from"}
    listed, distinct = _distinct(clause["select"])
    return Select(
        tables[0],
        [_raw(each) for each in split(listed, ",")],
        joins=tables[1:],
        where=_condition(clause.get("where")),
        group_by=_items(clause.get("group by")),
        having=_condition(clause.get("having")),
        order_by=_items(clause.get("order by")),
        limit=value(clause["limit"]) if "limit" in clause else None,
        offset=value(clause["offset"]) if "offset" in clause else None,
        distinct=distinct,
        lock=join([Token("word", "for"), *clause["for"]]) if "for" in clause else "",
        ctes=ctes,
    )


def _distinct(tokens: list[Token]) -> tuple[list[Token], bool | list[Expression]]:
    if not is_word(tokens, "distinct"):
        return tokens[is_word(tokens, "all") :], False
    if not is_word(tokens, "distinct", "on") or not is_mark(tokens[2:], "("):
        return tokens[1:], True
    end = closing(tokens, 2)
    return tokens[end + 1 :], _items(tokens[3:end])


def _raw(tokens: Tokens) -> Raw:
    if not tokens:
        raise UnreadableStatement("an empty item in a list")
    text, values = render(tokens)
    return Raw(text, *values)


def _items(tokens: Tokens | None) -> list[Expression]:
    """A list of expressions; a bare number stays text, to be told from a parameter."""
    parts = split(tokens, ",") if tokens else []
    return [join(_numbers_shown(part)) if _is_ordinal(part) else _raw(part) for part in parts]


def _is_ordinal(tokens: Tokens) -> bool:
    values = [token for token in tokens if token.kind == "value"]
    return bool(values) and values == list(tokens[:1]) and values[0].text.isdecimal()


def _numbers_shown(tokens: Tokens) -> list[Token]:
    return [Token("verbatim", t.text) if t.kind == "value" else t for t in tokens]


def _condition(tokens: Tokens | None) -> Raw | None:
    return _raw(tokens) if tokens is not None else None


def _own_table(tokens: list[Token]) -> tuple[str, str]:
    name, alias, extra, rest = source_parts(tokens)
    if extra or rest or not name:
        raise UnreadableStatement(f"the table {join(tokens)}")
    return name, alias


def _assigned(tokens: Tokens) -> dict[str, Any]:
    """What SET says, column → value."""
    result: dict[str, Any] = {}
    for part in split(tokens, ","):
        sides = split_first(part, "=")
        columns, values = [sides[0]], [sides[1]]
        if is_mark(sides[0], "("):
            row = sides[1][is_word(sides[1], "row") :]
            if not bracketed(sides[0]) or not bracketed(row):
                raise UnreadableStatement("SET " + join(part))
            columns, values = split(sides[0][1:-1], ","), split(row[1:-1], ",")
        if len(columns) != len(values) or not all(columns) or not all(values):
            raise UnreadableStatement("SET " + join(part))
        for column, given in zip(columns, values, strict=True):
            if column_name(column) in result:
                raise UnreadableStatement(f"SET of {column_name(column)}, which stands twice")
            result[column_name(column)] = value(given)
    return result


def split_first(tokens: Tokens, operator: str) -> tuple[list[Token], list[Token]]:
    """What stands before and behind the first of these operators."""
    place = next((p for p, t in enumerate(tokens) if t.kind == "op" and t.text == operator), 0)
    if not place or place + 1 == len(tokens):
        raise UnreadableStatement(join(tokens) or "an empty item in a list")
    return list(tokens[:place]), list(tokens[place + 1 :])


def _update(tokens: Tokens, outer: Mapping[str, str], ctes: dict[str, Any]) -> Update:
    found = clauses(tokens, "update", "set", "from", "where", "returning", refused=("order by", "limit"))
    if "set" not in found:
        raise UnreadableStatement("UPDATE without SET")
    _own_table(found["update"])
    tables, scope = _with_more(found["update"], found.get("from"), outer)
    clause = {
        key: with_subqueries(behind, scope) for key, behind in found.items() if key not in ("update", "from")
    }
    return Update(
        tables[0],
        _assigned(clause["set"]),
        where=_condition(clause.get("where")),
        from_=tables[1:],
        returning=_items(clause.get("returning")),
        ctes=ctes,
    )


def _with_more(
    table: list[Token], more: list[Token] | None, outer: Mapping[str, str]
) -> tuple[list[Expression], Scope]:
    """The table of UPDATE or DELETE together with those of its FROM or USING."""
    if not more:
        return sources(table, outer)
    texts, scope = sources([*table, Token("mark", ","), *more], outer)
    first = texts[1]
    texts[1] = (
        Raw(first.text.removeprefix(", "), *first.values)
        if isinstance(first, Raw)
        else first.removeprefix(", ")
    )
    return texts, scope


def _delete(tokens: Tokens, outer: Mapping[str, str], ctes: dict[str, Any]) -> Delete:
    if not is_word(tokens, "delete", "from"):
        raise UnreadableStatement(join(tokens[:3]))
    found = clauses(tokens, "delete from", "using", "where", "returning", refused=("order by", "limit"))
    _own_table(found["delete from"])
    tables, scope = _with_more(found["delete from"], found.get("using"), outer)
    clause = {key: with_subqueries(found[key], scope) for key in ("where", "returning") if key in found}
    return Delete(
        tables[0],
        where=_condition(clause.get("where")),
        using=tables[1:],
        returning=_items(clause.get("returning")),
        ctes=ctes,
    )


def _insert(tokens: Tokens, outer: Mapping[str, str], ctes: dict[str, Any], sets: int | None) -> Insert:
    if not is_word(tokens, "insert", "into"):
        raise UnreadableStatement(join(tokens[:3]))
    start = next(
        (p for p, inside in outside(tokens) if not inside and tokens[p][:2] in _SOURCES), len(tokens)
    )
    table, columns = _into(list(tokens[2:start]))
    alias = table[1] or table[0].rpartition(".")[2]
    scope = Scope(dict(outer), frozenset([alias]))
    markers = ("values", "default values", "on conflict", "on duplicate", "returning")
    ends = [
        p for p, inside in outside(tokens) if not inside and p > start and marker_at(tokens, p, markers[2:])
    ]
    end = ends[0] if ends else len(tokens)
    rest = clauses(tokens[end:], *markers[2:]) if ends else {}
    select, rows = None, None
    if is_word(tokens[start:], "values"):
        rows = _rows(with_subqueries(tokens[start + 1 : end], scope), columns, sets)
    elif is_word(tokens[start:end], "default", "values") and end - start == 2:
        rows = [{}]
    elif start < end:
        select = _selected(read_tokens(list(tokens[start:end]), outer=outer), columns)
    else:
        raise UnreadableStatement("INSERT without VALUES or SELECT")
    return Insert(
        table[0],
        rows=rows,
        select=select,
        **_conflict(rest, Scope({**outer, alias: table[0]})),
        returning=_items(with_subqueries(rest.get("returning", []), scope)),
        ctes=ctes,
    )


_SOURCES = [("word", word) for word in ("values", "select", "with", "default")]


def _into(tokens: list[Token]) -> tuple[tuple[str, str], list[str] | None]:
    columns = None
    if is_mark(tokens[-1:], ")"):
        start = next((p for p, t in enumerate(tokens) if is_mark([t], "(")), 0)
        columns = [column_name(part) for part in split(tokens[start + 1 : -1], ",")]
        tokens = tokens[:start]
        if len(set(columns)) != len(columns) or not all(columns):
            raise UnreadableStatement("its list of columns")
    return _own_table(tokens), columns


def _rows(tokens: Tokens, columns: list[str] | None, sets: int | None) -> list[dict[Any, Any]]:
    rows = []
    for part in split(tokens, ","):
        if not bracketed(part):
            raise UnreadableStatement(f"VALUES {join(part)}".strip())
        items = split(part[1:-1], ",")
        values = [value(each) for each in items if each]
        names: Sequence[Any] = columns or range(1, len(values) + 1)
        if len(names) != len(values) or len(values) != len(items):
            raise UnreadableStatement(f"{len(names)} columns for {len(values)} values")
        rows.append(dict(zip(names, values, strict=True)))
    if sets is None:
        return rows
    return [{key: _turn(each, turn) for key, each in row.items()} for turn in range(sets) for row in rows]


def _turn(given: Any, turn: int) -> Any:
    if isinstance(given, Each):
        return given[turn]
    return Raw(given.text, *(_turn(each, turn) for each in given.values)) if isinstance(given, Raw) else given


def _selected(source: Statement, columns: list[str] | None) -> Select:
    """The SELECT of an INSERT, its outputs named as the columns that take them."""
    if not isinstance(source, Select):
        raise UnreadableStatement("INSERT from something else than SELECT")
    outputs = [written(each) for each in source.columns]
    starred = any(each[-1] == ("op", "*", None) for each in outputs)
    if starred and columns and len(outputs) == 1:
        return replace(source, columns=[_raw([*outputs[0], *as_alias(f"({', '.join(columns)})")])])
    names = columns or [f'"{number}"' for number in range(1, len(outputs) + 1)]
    if (starred and (columns or len(outputs) > 1)) or len(names) != len(outputs):
        raise UnreadableStatement(f"SELECT of {len(outputs)} items for {len(names)} columns")
    pairs = zip(outputs, names, strict=True)
    return replace(source, columns=[_raw([*unnamed(each), *as_alias(name)]) for each, name in pairs])


def _conflict(rest: Mapping[str, list[Token]], scope: Scope) -> dict[str, Any]:
    if "on duplicate" in rest:
        behind = with_subqueries(rest["on duplicate"], scope)
        if not is_word(behind, "key", "update"):
            raise UnreadableStatement("ON DUPLICATE")
        return {"conflict": "DUPLICATE KEY", "do": _assigned(behind[2:])}
    if "on conflict" not in rest:
        return {}
    tokens = with_subqueries(rest["on conflict"], scope)
    do = next((p for p, inside in outside(tokens) if not inside and is_word(tokens[p:], "do")), len(tokens))
    where, action = tokens[:do], tokens[do + 1 :]
    result: dict[str, Any] = {"conflict": []}
    if is_word(where, "on", "constraint") and len(where) == 3:
        result["conflict"] = join(where)
    elif is_mark(where, "("):
        end = closing(where, 0)
        result["conflict"] = _items(where[1:end])
        if end + 1 < len(where):
            result["conflict_where"] = _condition(clauses(where[end + 1 :], "where")["where"])
    elif where:
        raise UnreadableStatement("ON CONFLICT " + join(where))
    if is_word(action, "nothing") and len(action) == 1:
        return {**result, "do": "nothing"}
    found = clauses(action, "update set", "where")
    if "update set" not in found:
        raise UnreadableStatement("ON CONFLICT DO " + join(action))
    return {**result, "do": _assigned(found["update set"]), "do_where": _condition(found.get("where"))}
