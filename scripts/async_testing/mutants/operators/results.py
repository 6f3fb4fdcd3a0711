"""Bugs in what a function returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edits
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 80
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_EMPTY = {
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "Collection"), "[]"),
    **dict.fromkeys(("dict", "Dict", "Mapping"), "{}"),
    **dict.fromkeys(("set", "Set"), "set()"),
}


@operator(
    "return-none",
    {
        "def f():\n    return a": ["def f():\n    return None"],
        "def f():\n    return": [],
        "def f() -> bool:\n    return False": [],
    },
    "assert on what {function} returns: `{old}`",
)
def no_result(source: Source) -> Iterator[Edits]:
    """None instead of the result; False stays, which is as false, and which another operator turns to True."""
    for _, value in _returned(source):
        if source.code(value) not in ("None", "False"):
            yield (source.replace(value, "None"),)


@operator(
    "return-empty",
    {
        "def f() -> list[int]:\n    return g()": ["def f() -> list[int]:\n    return []"],
        "def f():\n    return {a: 1 for a in g()}": ["def f():\n    return {}"],
        "def f() -> list[int] | None:\n    return g()\ndef h():\n    return []": [],
    },
    "let {function} have something to return, and assert on all of it",
)
def empty_result(source: Source) -> Iterator[Edits]:
    """Nothing in the collection that is returned."""
    for node, value in _returned(source):
        empty = _EMPTY.get(_collection(source, node, value), "")
        if empty not in ("", source.code(value)):
            yield (source.replace(value, empty),)


@operator(
    "return-order",
    {
        "def f() -> list[int]:\n    return g(1)": ["def f() -> list[int]:\n    return g(1)[::-1]"],
        "async def f():\n    return [a async for a in g()]": [
            "async def f():\n    return [a async for a in g()][::-1]"
        ],
        "async def f() -> list[int]:\n    return await g()": [
            "async def f() -> list[int]:\n    return (await g())[::-1]"
        ],
        "def f() -> Iterable[int]:\n    return g(1)\ndef h() -> list[int]:\n    return [a] if a else []": [],
    },
    "let {function} return two items, and assert on their order",
)
def reversed_result(source: Source) -> Iterator[Edits]:
    """The items that are returned in reverse."""
    for node, value in _returned(source):
        if _collection(source, node, value) in ("list", "List", "Sequence"):
            code = source.code(value)
            if _is_short(value):
                continue
            is_primary = isinstance(value, ast.Name | ast.Attribute | ast.Call | ast.List | ast.ListComp)
            yield (source.replace(value, f"{code}[::-1]" if is_primary else f"({code})[::-1]"),)


def _is_short(value: ast.expr) -> bool:
    """Whether a list has one item at most."""
    if isinstance(value, ast.IfExp):
        return _is_short(value.body) and _is_short(value.orelse)
    return (
        isinstance(value, ast.List)
        and len(value.elts) < 2
        and not any(isinstance(one, ast.Starred) for one in value.elts)
    )


def _returned(source: Source) -> Iterator[tuple[ast.Return, ast.expr]]:
    for node in source.nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            yield node, node.value


def _collection(source: Source, node: ast.Return, value: ast.expr) -> str:
    """Return which kind of collection a function says it returns, or what the expression makes."""
    function = source.function(node)
    annotation = function.returns if function is not None else None
    if isinstance(value, ast.ListComp):
        return "list"
    if isinstance(value, ast.DictComp):
        return "dict"
    if isinstance(annotation, ast.Constant | ast.BinOp) or annotation is None:
        return ""
    return called_name(annotation)
