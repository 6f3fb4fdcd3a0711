"""What a SQL statement means, for assertions that survive a rewrite and notice a bug.

    assert call.meaning == Insert("users", {"name": "Ann", "email": "a@b.c"}, returning=["id"])
    assert call.meaning == Select("users", ["id", "name"], where={"id": 1, "age >=": 18}, order_by=["name DESC"])
    assert call.meaning == Update("users", {"hits": Raw("hits + $1", 5)}, where={"id": 1})

What an assertion doesn't name is claimed to be absent. Equal are statements that differ only in white space,
comments, letter case, the order of columns and of conditions, the `public.` prefix, the alias of a table, the
numbering of placeholders, casts of plain values, and in literals instead of parameters. Values compare as
Python compares them, so `unittest.mock.ANY` works. What cannot be read raises `UnreadableStatement`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields, replace
from typing import Any

from .expressions import (
    AnyOrder,
    Condition,
    Expression,
    Meaning,
    Raw,
    UnreadableStatement,
    column_name,
    conditions,
    expression,
    inline,
    outside,
    table_name,
    value,
    written,
)
from .text import as_sequence, named, placeholders, same_text, verb_and_tables
from .tokens import RESERVED, Each, Missing, Token, bind, is_mark, is_word, name_text, tokenize

__all__ = [
    "Delete",
    "Each",
    "Insert",
    "Missing",
    "Raw",
    "Select",
    "Statement",
    "UnreadableStatement",
    "Update",
    "named",
    "placeholders",
    "read",
    "same_text",
    "verb_and_tables",
]

Columns = Iterable[Expression] | Mapping[str, Expression]
Values = Mapping[Any, Any]


class _Statement(Meaning):
    def _set(self, **forms: object) -> None:
        for name, form in forms.items():
            object.__setattr__(self, name, form)

    def __repr__(self) -> str:
        shown = []
        for place, each in enumerate(fields(self)):  # type: ignore[arg-type]
            found = getattr(self, each.name)
            empty = (
                found is None or found is False or found in ({}, "") or (found == [] and each.name != "rows")
            )
            if place == 0 or not empty:
                text = _shown(found)
                shown.append(f"{each.name}={text}" if each.kw_only else text)
        return f"{type(self).__name__}({', '.join(shown)})"


def _shown(found: object) -> str:
    """A list of expressions shows them as text where their values can be written in SQL."""
    if not isinstance(found, list):
        return repr(found)
    texts = [inline(each.tokens()) if isinstance(each, Raw) else "«" for each in found]
    return f"[{', '.join(repr(e if '«' in t else t) for e, t in zip(found, texts, strict=True))}]"


@dataclass(frozen=True, repr=False)
class Select(_Statement):
    """SELECT: `Select("users", ["id", "count(*) AS total"], where={"age >=": 18}, order_by=["id DESC"], limit=10)`.

    Arguments: the table ("" for none); the columns, as a list or as output name → expression; `where` and
    `having` as predicate → value (`"id"`, `"age >="`, `"id IN"`, `"deleted_at IS"`, `"OR": [{…}, {…}]`, `"NOT": {…}`,
    `"EXISTS": Select(…)`); `joins` as SQL; `distinct` True or the expressions of DISTINCT ON; `lock` such as
    "FOR UPDATE"; `ctes` as name → statement.
    """

    table: Expression = ""
    columns: Columns = ("*",)
    _: KW_ONLY
    where: Condition = None
    joins: Iterable[Expression] = ()
    group_by: Iterable[Expression] = ()
    having: Condition = None
    order_by: Iterable[Expression] = ()
    limit: Any = None
    offset: Any = None
    distinct: bool | Iterable[Expression] = False
    lock: str = ""
    ctes: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self._set(
            table=table_name(self.table),
            columns=outputs(self.columns),
            where=conditions(self.where),
            joins=[expression(join_words(written(each))) for each in self.joins],
            group_by=AnyOrder(expression(ordinal(written(each))) for each in self.group_by),
            having=conditions(self.having),
            order_by=[expression(ordering(written(each))) for each in self.order_by],
            limit=plain(self.limit),
            offset=plain(self.offset),
            lock=expression(written(self.lock)),
            ctes=queries(self.ctes),
        )
        if not isinstance(self.distinct, bool):
            self._set(distinct=[expression(written(each)) for each in self.distinct])

    def embedded(self) -> "Select":
        """The same as part of another statement: there the order of its columns can matter."""
        return replace(self, columns=_Ordered(self.columns))


@dataclass(frozen=True, repr=False)
class Insert(_Statement):
    """INSERT: `Insert("users", {"email": email}, conflict=["email"], do={"name": name}, returning=["id"])`.

    Arguments: the table; column → value of one row, or `rows` for several, or `select` for INSERT … SELECT, with
    the target columns as its output names; columns that the statement doesn't name are numbered from 1.
    `conflict` are the columns of ON CONFLICT, [] for none, or "ON CONSTRAINT name", or "DUPLICATE KEY"; `do` is
    "nothing" or column → value; `conflict_where` and `do_where` are conditions as in Select.
    """

    table: Expression = ""
    values: Values | None = None
    _: KW_ONLY
    rows: Iterable[Values] | None = None
    select: Select | None = None
    conflict: str | Iterable[Expression] | None = None
    conflict_where: Condition = None
    do: str | Values | None = None
    do_where: Condition = None
    returning: Columns = ()
    ctes: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        rows = [assignments(row) for row in self.rows or ()]
        if self.values is not None or (self.rows is None and self.select is None):
            rows.insert(0, assignments(self.values) or {})
        conflict: object = self.conflict
        if isinstance(self.conflict, str):
            conflict = expression(written(self.conflict))
        elif self.conflict is not None or self.do is not None:
            conflict = AnyOrder(expression(written(each)) for each in self.conflict or ())
        self._set(
            table=table_name(self.table),
            values=rows[0] if len(rows) == 1 else None,
            rows=rows if len(rows) != 1 and self.rows is not None else None,
            conflict=conflict,
            conflict_where=conditions(self.conflict_where),
            do=self.do.lower() if isinstance(self.do, str) else assignments(self.do),
            do_where=conditions(self.do_where),
            returning=outputs(self.returning),
            ctes=queries(self.ctes),
        )


@dataclass(frozen=True, repr=False)
class Update(_Statement):
    """UPDATE: `Update("users", {"hits": Raw("hits + $1", 5)}, where={"id": 1}, returning=["id"])`.

    Arguments: the table, column → value, and as in Select; `from_` are the tables behind FROM, as SQL.
    """

    table: Expression = ""
    values: Values | None = None
    _: KW_ONLY
    where: Condition = None
    from_: Iterable[Expression] = ()
    returning: Columns = ()
    ctes: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self._set(
            table=table_name(self.table),
            values=assignments(self.values),
            where=conditions(self.where),
            from_=[expression(join_words(written(each))) for each in self.from_],
            returning=outputs(self.returning),
            ctes=queries(self.ctes),
        )


@dataclass(frozen=True, repr=False)
class Delete(_Statement):
    """DELETE: `Delete("users", where={"id": 1})`; `using` are the tables behind USING, as SQL."""

    table: Expression = ""
    _: KW_ONLY
    where: Condition = None
    using: Iterable[Expression] = ()
    returning: Columns = ()
    ctes: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self._set(
            table=table_name(self.table),
            where=conditions(self.where),
            using=[expression(join_words(written(each))) for each in self.using],
            returning=outputs(self.returning),
            ctes=queries(self.ctes),
        )


Statement = Select | Insert | Update | Delete


def plain(given: Any) -> Any:
    """A value; Raw that is nothing but one becomes that value."""
    if isinstance(given, Raw):
        return value(given.tokens())
    return given.embedded() if isinstance(given, Meaning) else given


def assignments(given: Values | None) -> dict[Any, Any] | None:
    """Column → value, the columns as SQL writes them."""
    if given is None:
        return None
    return {
        key if isinstance(key, int) else column_name(tokenize(key)): plain(each)
        for key, each in given.items()
    }


def queries(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What WITH names, name → statement."""
    return {column_name(tokenize(name)): plain(each) for name, each in (given or {}).items()}


def outputs(given: Columns) -> list[Expression]:
    """Output columns, as SQL; rows are mappings, so their order has no meaning."""
    if isinstance(given, Mapping):
        given = [Raw(f"{each.text} AS {name}", *each.values) for name, each in _as_raw(given)]
    kind = _Ordered if isinstance(given, _Ordered) else AnyOrder
    return kind(expression(output(written(each))) for each in given)


def _as_raw(given: Mapping[Any, Any]) -> list[tuple[str, Raw]]:
    return [(name, each if isinstance(each, Raw) else Raw(each)) for name, each in given.items()]


class _Ordered(list[Any]):
    """Output columns in an order that counts."""


def output(tokens: list[Token]) -> list[Token]:
    """One output column, its alias behind AS, and without one that says nothing new."""
    *body, last = tokens or [Token("verbatim", "")]
    named_as = is_word(body[-1:], "as")
    ends = bool(body) and (
        body[-1].kind in ("quoted", "value", "verbatim") or body[-1].text in (")", "]", "end")
    )
    ends = ends or (bool(body) and body[-1].kind == "word" and body[-1][:2] not in RESERVED)
    if last.kind not in ("word", "quoted") or last[:2] in RESERVED or not (named_as or ends):
        return tokens
    body = body[:-1] if named_as else body
    if not body:
        return tokens
    if body[-1].kind in ("word", "quoted") and name_text(body[-1]) == name_text(last) and _is_name(body):
        return body
    return [*body, Token("word", "as"), last]


def unnamed(tokens: list[Token]) -> list[Token]:
    """An output column without its alias."""
    return tokens[:-2] if is_word(tokens[-2:-1], "as") else tokens


def _is_name(tokens: Sequence[Token]) -> bool:
    return all(
        t.kind in ("word", "quoted") if i % 2 == 0 else is_mark([t], ".") for i, t in enumerate(tokens)
    )


def ordinal(tokens: list[Token]) -> list[Token]:
    """A bare number is the place of a column here, which no parameter can be."""
    if tokens and tokens[0].kind == "value" and tokens[0].text.isdecimal():
        return [Token("verbatim", tokens[0].text), *tokens[1:]]
    return tokens


def ordering(tokens: list[Token]) -> list[Token]:
    """One item of ORDER BY, without ASC."""
    place = next((p for p, inside in outside(tokens) if not inside and is_word(tokens[p:], "asc")), 0)
    ends = place + 1 == len(tokens) or is_word(tokens[place + 1 :], "nulls")
    return ordinal(tokens[:place] + tokens[place + 1 :] if place and ends else tokens)


def join_words(tokens: list[Token]) -> list[Token]:
    """A join without INNER, OUTER and AS-less aliases."""
    head = next((place for place, token in enumerate(tokens) if is_word([token], "join")), 0)
    return [
        token for place, token in enumerate(tokens) if place > head or token.text not in ("inner", "outer")
    ]


def read(statement: str, parameters: object = None, *, style: str = "$", many: bool = False) -> Statement:
    """Tell what a statement means together with its parameters.

    Arguments: the statement; its parameters as the driver takes them (sequence, mapping, None); `style`, the
    marks that begin a placeholder, any of `$` (`$1`, `$(name)p`), `%` (`%s`, `%(name)s`), `?` and `:`; `many` if
    `parameters` is a list of sets: an INSERT then has a row for each, elsewhere a value is `Each` of its values.
    Raises: UnreadableStatement, an AssertionError that names what it can't read.
    """
    from .reader import read_tokens

    tokens = tokenize(statement, style)
    if "%" in style and parameters is not None:
        tokens = [
            t._replace(value=t.value.replace("%%", "%")) if isinstance(t.value, str) else t for t in tokens
        ]
    if not many or isinstance(parameters, Sequence):
        parameters = as_sequence(parameters, style, many=many)
    sets = len(parameters) if many and isinstance(parameters, Sequence) else None
    try:
        return read_tokens(bind(tokens, parameters, many=many), sets)
    except UnreadableStatement as error:
        raise UnreadableStatement(error.construct, statement) from None
    except RecursionError:
        raise UnreadableStatement("too many levels of parentheses", statement) from None
