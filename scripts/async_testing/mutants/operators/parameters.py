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
    "assert the parameters of the statement in their order, with values that differ",
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
    "assert all parameters of the statement",
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
    "assert that the statement is given `{old}`",
)
def none(source: Source) -> Iterator[Edits]:
    """None instead of a parameter."""
    for items in _items(source):
        for item in items:
            if not isinstance(item, ast.Starred) and source.code(item) != "None":
                yield (source.replace(item, "None"),)


@operator(
    "parameters-repeated",
    {
        "async def f(c): await c.execute(Q, [a, b, c])": [
            "async def f(c): await c.execute(Q, [a, a, c])",
            "async def f(c): await c.execute(Q, [a, b, b])",
        ]
    },
    "assert that the statement is given `{old}`, with a value that no other parameter has",
)
def repeated(source: Source) -> Iterator[Edits]:
    """The parameter before it once more."""
    for items in _items(source):
        for first, second in pairwise(items):
            if source.code(first) != source.code(second) and not isinstance(first, ast.Starred):
                yield (source.replace(second, source.code(first)),)


@operator(
    "parameters-batch",
    {
        "async def f(c): await c.execute_many(Q, rows)": [
            "async def f(c): await c.execute_many(Q, rows[:-1])",
            "async def f(c): await c.execute_many(Q, rows[:1])",
            "async def f(c): await c.execute_many(Q, rows[:0])",
        ],
        "async def f(c):\n    for row in rows:\n        await c.execute(Q, row)": [
            "async def f(c):\n    for row in list(rows)[:-1]:\n        await c.execute(Q, row)",
            "async def f(c):\n    for row in list(rows)[:1]:\n        await c.execute(Q, row)",
            "async def f(c):\n    for row in rows:\n        await c.execute(Q, rows[0])",
        ],
        "async def f(c): await c.executemany(Q, [(r.a,) for r in rows])": [
            "async def f(c): await c.executemany(Q, [(r.a,) for r in rows][:-1])",
            "async def f(c): await c.executemany(Q, [(r.a,) for r in rows][:1])",
            "async def f(c): await c.executemany(Q, [(r.a,) for r in rows][:0])",
            "async def f(c): await c.executemany(Q, [(rows[0].a,) for r in rows])",
        ],
    },
    "run it with three items that differ, and assert on each of them",
)
def batch(source: Source) -> Iterator[Edits]:
    """A batch without its last item, of its first item only, of none, or of the same item again and again."""
    runs = {call.node for call in calls(source)}
    for call in calls(source):
        if call.is_many and call.passed is not None:
            for part in ("[:-1]", "[:1]", "[:0]"):
                yield (_at_end(source, call.passed, part),)
            if isinstance(call.passed, ast.ListComp):
                first = call.passed.generators[0]
                yield _same_item(source, first.target, first.iter, [call.passed.elt])
    for node in source.nodes:
        if isinstance(node, ast.For) and not runs.isdisjoint(ast.walk(node)):
            for part in ("[:-1]", "[:1]"):
                yield (source.replace(node.iter, f"list({source.code(node.iter)}){part}"),)
            passed = [part for part in ast.walk(node) if isinstance(part, ast.Call) and part in runs]
            yield _same_item(
                source, node.target, node.iter, [item for one in passed for item in one.args[1:]]
            )


def _same_item(source: Source, target: ast.expr, items: ast.expr, within: list[ast.expr]) -> Edits:
    """Return the edits that take the first of the items for the one that the loop is at."""
    if not (isinstance(target, ast.Name) and isinstance(items, ast.Name)):
        return ()
    return tuple(
        source.replace(part, f"{items.id}[0]")
        for one in within
        for part in ast.walk(one)
        if isinstance(part, ast.Name) and part.id == target.id
    )


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
    "give `{old}` and `{new}` values that differ, and assert that the first is taken",
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
        is_fixed = node.value.id[:1].isupper() or node.attr.startswith("HTTP_")
        return None if called or chained or is_fixed else (node.value.id, node.attr)
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        return node.value.id, node.slice.value
    return None
