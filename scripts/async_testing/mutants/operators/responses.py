"""Bugs in what is answered: fields, values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from async_testing.mutants.edits import Edits, hinted, shortened, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 60
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "field-dropped",
    {
        "class A(BaseModel):\n    id: int\n    name: str = ''": [
            "class A(BaseModel):\n    pass\n    name: str = ''",
            "class A(BaseModel):\n    id: int\n    pass",
        ],
        "class A:\n    id: int": [],
        "class A(Generic[T]):\n    model: type[T]": [],
        "class A(B[T]):\n    id: int\n    def __init__(self, id):\n        self.id = id": [],
    },
    "assert on the field: `{old}`",
)
def dropped_field(source: Source) -> Iterator[Edits]:
    """A model without one of its fields."""
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and _makes_fields(node):
            for field in node.body:
                if (
                    isinstance(field, ast.AnnAssign)
                    and source.is_active(field)
                    and "ClassVar" not in source.code(field)
                ):
                    yield (source.replace(field, "pass"),)


def _makes_fields(node: ast.ClassDef) -> bool:
    """Whether the annotations in a class may make something: nothing reads those of a plain one."""
    if node.decorator_list:
        return True
    bases = {called_name(base) for base in node.bases}
    return not bases <= _PLAIN_BASES and not any(
        isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body
    )


_PLAIN_BASES = frozenset({"object", "Generic", "Protocol", "ABC", "Exception"})


@operator(
    "item-dropped",
    {
        "x = {'a': 1, **b}": ["x = {**b}", "x = {'a': 1}"],
        "x = {'a': 1}": ["x = {}"],
        "x = Read(id=1, name=n)": ["x = Read(name=n)", "x = Read(id=1)"],
        "x = f(id=1, name=n)": [],
        "x = App(1, title='a', **b)": [],
    },
    "assert on all of what is made in {function}: `{old}` is gone",
)
def dropped_item(source: Source) -> Iterator[Edits]:
    """A dictionary or a constructed object without one of its values."""
    for node in source.nodes:
        if isinstance(node, ast.Dict):
            spans = [
                (_key_start(source, key, value), source.span(value)[1])
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.Call) and called_name(node)[:1].isupper() and not _is_field(node):
            yield from _dropped_keywords(source, node)
            continue
        else:
            continue
        yield from (without(spans, index) for index in range(len(spans)))


def _dropped_keywords(source: Source, node: ast.Call) -> Iterator[Edits]:
    spans = source.arguments(node)
    for index, keyword in enumerate(node.keywords, start=len(node.args)):
        if keyword.arg is not None and source.is_active(keyword):
            yield without(spans, index)


def _key_start(source: Source, key: ast.expr | None, value: ast.expr) -> int:
    if key is not None:
        return source.span(key)[0]
    return source.text.rindex("**", 0, source.span(value)[0])


def _is_field(node: ast.Call) -> bool:
    return called_name(node) in (
        "Field",
        "Query",
        "Path",
        "Body",
        "Header",
        "Cookie",
        "Depends",
        "ConfigDict",
    )


@operator(
    "values-swapped",
    {
        "x = {'a': b, 'c': d}": ["x = {'a': d, 'c': b}"],
        "x = f(a=b, c=d, e=d)": ["x = f(a=d, c=b, e=d)"],
        "x = f(a, b)": ["x = f(b, a)"],
        "x = f(404, 'text', a, b.c)": [],
        "x = select(U).where(U.a == b, U.c == d)": [],
    },
)
def swapped_values(source: Source) -> Iterator[Edits]:
    """Two neighbouring values of a dictionary or a call, exchanged."""
    for node in source.nodes:
        groups: list[list[ast.expr]] = []
        if isinstance(node, ast.Dict):
            groups = [[value for key, value in zip(node.keys, node.values, strict=True) if key is not None]]
        elif isinstance(node, ast.Call) and called_name(node) not in _EITHER_WAY:
            named = [keyword.value for keyword in node.keywords if keyword.arg and source.is_active(keyword)]
            groups = [list(node.args), named]
        for first, second in (pair for group in groups for pair in pairwise(group)):
            a, b = source.code(first), source.code(second)
            if a != b and _kind(first) == _kind(second) != ast.Starred:
                hint = f"give values that differ for `{shortened(a)}` and `{shortened(b)}`: assert which goes where"
                yield hinted([source.replace(first, b), source.replace(second, a)], hint)


_EITHER_WAY = {
    *("isinstance", "getattr", "Depends", "min", "max", "union", "Union"),
    *("and_", "or_", "where", "filter", "having", "options"),
}


def _kind(node: ast.expr) -> type:
    """Return what sort of thing an expression is: a swap of unlike ones fails on the spot and proves nothing."""
    if isinstance(node, ast.Constant):
        return type(node.value)
    if isinstance(node, ast.Name) and node.id[:1].isupper():
        return type
    return str if isinstance(node, ast.JoinedStr) else type(node)
