"""Bugs in expressions of SQLAlchemy: what is asked for, written and loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.chains import is_first, links, renamed, without_link
from async_testing.mutants.edits import Edit, Edits, hinted, shortened, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 25
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_IMPORT = "from sqlalchemy import select\n"
_MODEL = "class U(Base):\n    __tablename__ = 'u'\n    id: Mapped[int]\n    name: Mapped[str]\n    email: Mapped[str]\n"


@operator(
    "sqla-where",
    {
        _IMPORT + "q = select(U).where(U.a == 1, U.b == 2)": [
            _IMPORT + "q = select(U)",
            _IMPORT + "q = select(U).where(U.b == 2)",
            _IMPORT + "q = select(U).where(U.a == 1)",
        ],
        _IMPORT + "q = s.filter_by(a=1)": [_IMPORT + "q = s"],
        "q = s.filter(U.a == 1)": [],
        _IMPORT + "q = or_(U.a, U.b)": [
            _IMPORT + "q = or_(U.b)",
            _IMPORT + "q = or_(U.a)",
            _IMPORT + "q = (U.a) & (U.b)",
        ],
        _IMPORT + "q = U.a.is_(None) & U.b.in_(x)": [
            _IMPORT + "q = U.a.is_not(None) & U.b.in_(x)",
            _IMPORT + "q = U.a.is_(None) & U.b.not_in(x)",
        ],
    },
)
def dropped_criterion(source: Source) -> Iterator[Edits]:
    """A criterion left out, negated, or all for any."""
    for link in links(source, "where", "filter", "filter_by", "having"):
        spans = source.arguments(link[0])
        if spans and not isinstance(link[0].args[0] if link[0].args else None, ast.Lambda):
            codes = [shortened(source.text[slice(*span)]) for span in spans]
            yield hinted(without_link(source, link), f"give a row for which {', '.join(codes)} does not hold")
            for place in range(len(spans)) if len(spans) > 1 else ():
                hint = f"give a row for which all but {codes[place]} holds, and assert that it is left out"
                yield hinted(without(spans, place), hint)
    for node in source.nodes if "sqlalchemy" in source.text else ():
        match node:
            case ast.Call(func=ast.Name(id="and_" | "or_" as name), args=[_, _, *_]) as call:
                spans = source.arguments(call)
                for place, span in enumerate(spans):
                    hint = f"give a row that only {shortened(source.text[slice(*span)])} decides on"
                    yield hinted(without(spans, place), hint)
                parts = [f"({source.text[slice(*span)]})" for span in spans]
                other = (" | " if name == "and_" else " & ").join(parts)
                yield hinted([source.replace(call, other)], "give a row for which only one of them holds")
    for link in links(source, *_NEGATED):
        hint = (
            f"give a row for which {shortened(source.code(link[0]))} and one for which not, and assert both"
        )
        yield hinted(renamed(source, link, _NEGATED[link[1].attr]), hint)


_NEGATED = {
    "is_": "is_not",
    "is_not": "is_",
    "isnot": "is_",
    "in_": "not_in",
    "not_in": "in_",
    "notin_": "in_",
    "ilike": "like",
    "icontains": "contains",
    "startswith": "contains",
}


@operator(
    "sqla-column",
    {
        _IMPORT + _MODEL + "q = select(U).where(U.name == x).order_by(U.id)": [
            _IMPORT + _MODEL + "q = select(U).where(U.email == x).order_by(U.id)"
        ],
        _IMPORT + _MODEL + "q = select(U.name).exists()": [],
        _IMPORT + _MODEL + "q = exists(select(U.name).where(x))": [],
    },
    "give rows that differ in `{old}`, and assert which come back and in which order",
)
def wrong_column(source: Source) -> Iterator[Edits]:
    """Another column of the same model and type."""
    for node in source.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=column, ctx=ast.Load()) if name[:1].isupper():
                table = source.schema.models.get(name)
                if table is not None and column in table.columns and not _is_only_counted(source, node):
                    for other in table.like(column)[:1]:
                        yield (source.replace(node, f"{name}.{other}"),)


def _is_only_counted(source: Source, node: ast.expr) -> bool:
    """Whether it stands in the SELECT of an EXISTS, which has the same answer whatever is selected."""
    call = source.parents.get(node)
    if not isinstance(call, ast.Call) or called_name(call) != "select":
        return False
    for above in source.above(call):
        if isinstance(above, ast.Call) and called_name(above) == "exists":
            return True
        if not isinstance(above, ast.Call | ast.Attribute):
            break
    return False


@operator(
    "sqla-order",
    {
        _IMPORT + "q = select(U).order_by(U.a, U.b.desc(), desc(U.c))": [
            _IMPORT + "q = select(U)",
            _IMPORT + "q = select(U).order_by(U.a.desc(), U.b.desc(), desc(U.c))",
            _IMPORT + "q = select(U).order_by(U.b.desc(), desc(U.c))",
            _IMPORT + "q = select(U).order_by(U.a, U.b, desc(U.c))",
            _IMPORT + "q = select(U).order_by(U.a, desc(U.c))",
            _IMPORT + "q = select(U).order_by(U.a, U.b.desc(), U.c)",
            _IMPORT + "q = select(U).order_by(U.a, U.b.desc())",
        ],
        _IMPORT + "def f(s, i):\n    return s.scalar(select(U).where(U.id == i).order_by(U.id))": [],
    },
)
def wrong_order(source: Source) -> Iterator[Edits]:
    """The order left out, in the other direction, or by one column less."""
    for link in links(source, "order_by"):
        call = link[0]
        if call.args and all(_is_fixed(source, argument) for argument in call.args):
            continue
        codes = ", ".join(shortened(source.code(argument)) for argument in call.args)
        hint = f"insert rows in another order than by {codes}, and assert the order of what comes back"
        yield hinted(without_link(source, link), hint)
        for place, argument in enumerate(call.args):
            new = _other_direction(source, argument)
            if new:
                yield hinted([source.replace(argument, new)], hint)
            if len(call.args) > 1:
                rest = f"give rows that are alike but for {shortened(source.code(argument))}, and assert their order"
                yield hinted(without(source.arguments(call), place), rest)


def _is_fixed(source: Source, column: ast.expr) -> bool:
    """Whether a column has one value only in all rows, by a criterion in the same function."""
    function, code = source.function(column), source.code(column)
    return any(
        isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq) and source.code(one.left) == code
        for node in (ast.walk(function) if function is not None else ())
        if isinstance(node, ast.Call) and called_name(node) in ("where", "filter")
        for one in node.args
    )


def _other_direction(source: Source, node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="desc" | "asc" as name), args=[]):
            return source.code(value) if name == "desc" else f"{source.code(value)}.desc()"
        case ast.Call(func=ast.Name(id="desc"), args=[value]):
            return source.code(value)
        case ast.Attribute(value=ast.Name()):
            return f"{source.code(node)}.desc()"
    return ""


@operator(
    "sqla-clause",
    {
        _IMPORT + "q = select(U).distinct().limit(1).offset(2).with_for_update()": [
            _IMPORT + "q = select(U).limit(1).offset(2).with_for_update()",
            _IMPORT + "q = select(U).distinct().offset(2).with_for_update()",
            _IMPORT + "q = select(U).distinct().limit(1).with_for_update()",
            _IMPORT + "q = select(U).distinct().limit(1).offset(2)",
        ],
        _IMPORT + "def f(s):\n    return s.scalars(select(U).limit(1)).first()": [],
    },
)
def dropped_clause(source: Source) -> Iterator[Edits]:
    """LIMIT, OFFSET, DISTINCT, the lock or RETURNING left out."""
    for name, hint in _CLAUSES.items():
        for link in links(source, name):
            if name != "limit" or not is_first(source, link[0]):
                yield hinted(without_link(source, link), hint)


_CLAUSES = {
    "distinct": "give two rows that are alike, and assert that one comes back",
    "limit": "give more rows than the limit, and assert how many come back",
    "offset": "ask for the second page, and assert which rows come back",
    "with_for_update": "assert that the statement locks: compile it and look for FOR UPDATE",
    "returning": "assert on what the statement gives back",
}


@operator(
    "sqla-loading",
    {
        _IMPORT + "q = select(U).options(selectinload(U.a), joinedload(U.b))": [
            _IMPORT + "q = select(U)",
            _IMPORT + "q = select(U).options(joinedload(U.b))",
            _IMPORT + "q = select(U).options(selectinload(U.a))",
        ]
    },
    "use what `{old}` loads after the session is expunged or closed: lazy loading fails under asyncio",
)
def dropped_loading(source: Source) -> Iterator[Edits]:
    """A relationship that is not loaded along."""
    for link in links(source, "options"):
        yield without_link(source, link)
        spans = source.arguments(link[0])
        yield from (without(spans, place) for place in range(len(spans)) if len(spans) > 1)


@operator(
    "sqla-join",
    {
        _IMPORT + "q = select(U).join(V, V.u == U.id).outerjoin(U.w)": [
            _IMPORT + "q = select(U).join(V, V.u == U.id).join(U.w)",
            _IMPORT + "q = select(U).outerjoin(V, V.u == U.id).outerjoin(U.w)",
        ],
        _IMPORT + "x = ', '.join(parts)": [],
    },
    "give a row without a partner in the join, and assert whether it comes back",
)
def wrong_join(source: Source) -> Iterator[Edits]:
    """An outer join for an inner one and the other way round."""
    for link in links(source, "join", "outerjoin"):
        first = link[0].args[0] if link[0].args else None
        root = first.value if isinstance(first, ast.Attribute) else first
        if isinstance(root, ast.Name) and root.id[:1].isupper():
            yield renamed(source, link, "outerjoin" if link[1].attr == "join" else "join")


@operator(
    "sqla-values",
    {
        _IMPORT + "q = update(U).where(x).values(a=1, b=2)": [
            _IMPORT + "q = update(U).where(x).values(b=2)",
            _IMPORT + "q = update(U).where(x).values(a=1)",
        ],
        _IMPORT + "q = insert(U).on_conflict_do_update(index_elements=['a'], set_=x)": [
            _IMPORT + "q = insert(U)",
            _IMPORT + "q = insert(U).on_conflict_do_nothing()",
        ],
    },
)
def dropped_value(source: Source) -> Iterator[Edits]:
    """A value that is not written, or another answer to a conflict."""
    for call, _ in links(source, "values"):
        spans = source.arguments(call)
        for place, keyword in enumerate(call.keywords, start=len(call.args)):
            if keyword.arg is not None and len(spans) > 1:
                hint = f"assert what {keyword.arg} is afterwards, in the row that is stored"
                yield hinted(without(spans, place), hint)
    for link in links(source, "on_conflict_do_update", "on_conflict_do_nothing", "on_duplicate_key_update"):
        hint = "write the same row twice with other values, and assert what is stored"
        yield hinted(without_link(source, link), hint)
        if link[1].attr == "on_conflict_do_update":
            start = source.span(link[1])[1] - len(link[1].attr)
            yield hinted([Edit(start, source.span(link[0])[1], "on_conflict_do_nothing()")], hint)
