"""Bugs in what is passed to a statement, and in which field a value is taken from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from async_testing.mutants.calls import calls
from async_testing.mutants.edits import Edit, Edits, without
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 30
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


def _items(source: Source) -> Iterator[tuple[ast.expr, ...]]:
    seen: set[ast.expr] = set()
    for call in calls(source):
        if call.items and call.items[0] not in seen:
            seen.add(call.items[0])
            yield call.items


@operator(
    "parameters-swapped",
    {
        "async def f(c): await c.execute(Q, [a, b, c])": [
            "async def f(c): await c.execute(Q, [b, a, c])",
            "async def f(c): await c.execute(Q, [a, c, b])",
        ],
        "async def f(c): await c.fetchrow(Q, a, b)": ["async def f(c): await c.fetchrow(Q, b, a)"],
        "async def f(c): await c.execute_many(Q, parameters=[[x.a, x.b] for x in xs])": [
            "async def f(c): await c.execute_many(Q, parameters=[[x.b, x.a] for x in xs])"
        ],
        "async def f(c):\n    ps = [a, b]\n    await c.execute(Q, ps)": [
            "async def f(c):\n    ps = [b, a]\n    await c.execute(Q, ps)"
        ],
    },
)
def swapped(source: Source) -> Iterator[Edits]:
    """Two neighbouring parameters, exchanged."""
    for items in _items(source):
        for first, second in pairwise(items):
            if source.code(first) != source.code(second):
                yield source.replace(first, source.code(second)), source.replace(second, source.code(first))


@operator(
    "parameters-dropped",
    {
        "async def f(c): await c.execute(Q, [a, b])": [
            "async def f(c): await c.execute(Q, [b])",
            "async def f(c): await c.execute(Q, [a])",
        ],
        "async def f(c): await c.execute(Q, [a])": ["async def f(c): await c.execute(Q, [])"],
    },
)
def dropped(source: Source) -> Iterator[Edits]:
    """A parameter less."""
    for items in _items(source):
        for index, item in enumerate(items):
            holder = source.parents[item]
            if not isinstance(holder, ast.Dict) and (len(items) > 1 or isinstance(holder, ast.List)):
                yield without([source.span(item) for item in items], index)


@operator(
    "parameters-none",
    {"async def f(c): await c.execute(Q, [a, None])": ["async def f(c): await c.execute(Q, [None, None])"]},
)
def none(source: Source) -> Iterator[Edits]:
    """None instead of a parameter."""
    for items in _items(source):
        for item in items:
            if not isinstance(item, ast.Starred) and source.code(item) != "None":
                yield (source.replace(item, "None"),)


@operator(
    "parameters-batch",
    {
        "async def f(c): await c.execute_many(Q, rows)": [
            "async def f(c): await c.execute_many(Q, rows[:-1])",
            "async def f(c): await c.execute_many(Q, rows[:1])",
        ],
        "async def f(c):\n    for row in rows:\n        await c.execute(Q, row)": [
            "async def f(c):\n    for row in list(rows)[:-1]:\n        await c.execute(Q, row)",
            "async def f(c):\n    for row in list(rows)[:1]:\n        await c.execute(Q, row)",
        ],
    },
)
def batch(source: Source) -> Iterator[Edits]:
    """A batch without its last item, or of its first item only."""
    for call in calls(source):
        if call.is_many and call.passed is not None:
            for part in ("[:-1]", "[:1]"):
                yield (_at_end(source, call.passed, part),)
    for node in source.nodes:
        if isinstance(node, ast.For | ast.AsyncFor) and any(_runs(part, source) for part in ast.walk(node)):
            for part in ("[:-1]", "[:1]"):
                yield (source.replace(node.iter, f"list({source.code(node.iter)}){part}"),)


def _runs(node: ast.AST, source: Source) -> bool:
    return isinstance(node, ast.Call) and any(call.node is node for call in calls(source))


def _at_end(source: Source, node: ast.expr, text: str) -> Edit:
    _, end = source.span(node)
    return Edit(end, end, text)


@operator(
    "wrong-attribute",
    {
        "def f(dto):\n    return [dto.name, dto.email, dto.clean()]": [
            "def f(dto):\n    return [dto.email, dto.email, dto.clean()]",
            "def f(dto):\n    return [dto.name, dto.name, dto.clean()]",
        ],
        'def f(row):\n    return row["a"] + row["b"]': [
            'def f(row):\n    return row["b"] + row["b"]',
            'def f(row):\n    return row["a"] + row["a"]',
        ],
    },
)
def wrong_attribute(source: Source) -> Iterator[Edits]:
    """A neighbouring field of the same object."""
    groups: dict[tuple[ast.AST | None, str], list[tuple[str, ast.expr]]] = {}
    for node in source.nodes:
        key = _field(node, source)
        if key is not None and isinstance(node, ast.expr):
            owner, name = key
            groups.setdefault((source.function(node), owner), []).append((name, node))
    for members in groups.values():
        names = list(dict.fromkeys(name for name, _ in members))
        for name, node in members if len(names) > 1 else []:
            other = names[(names.index(name) + 1) % len(names)]
            start, end = source.span(node)
            written = source.text[start:end]
            cut = written.rindex(name)
            yield (Edit(start + cut, start + cut + len(name), other),)


def _field(node: ast.AST, source: Source) -> tuple[str, str] | None:
    """Return owner and name of `owner.name` or `owner["name"]`, read and not called."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
    ):
        parent = source.parents.get(node)
        called = isinstance(parent, ast.Call) and parent.func is node
        chained = isinstance(parent, ast.Attribute)
        return None if called or chained or node.value.id[:1].isupper() else (node.value.id, node.attr)
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        return node.value.id, node.slice.value
    return None
