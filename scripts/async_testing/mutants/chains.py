"""Chains of calls that make a statement of SQLAlchemy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.regions import called_name
from async_testing.mutants.source import Source

Link = tuple[ast.Call, ast.Attribute]


def links(source: Source, *names: str) -> Iterator[Link]:
    """Yield the calls of these methods on something, in a file that has to do with SQLAlchemy."""
    if "sqlalchemy" in source.text or "sqlmodel" in source.text:
        for node in source.nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in names
            ):
                yield node, node.func


def without_link(source: Source, link: Link) -> Edits:
    """Return the edit that takes a call out of its chain."""
    node, function = link
    return (Edit(source.span(function.value)[1], source.span(node)[1], ""),)


def renamed(source: Source, link: Link, name: str) -> Edits:
    """Return the edit that calls another method."""
    _, end = source.span(link[1])
    return (Edit(end - len(link[1].attr), end, name),)


def is_first(source: Source, call: ast.Call) -> bool:
    """Whether a call is ``limit(1)`` in an expression that takes the first row: more of them make no difference."""
    match call:
        case ast.Call(func=ast.Attribute(attr="limit"), args=[ast.Constant(value=1)]):
            for above in source.above(call):
                if isinstance(above, ast.stmt):
                    break
                if isinstance(above, ast.Call) and called_name(above) in ("first", "fetchone", "scalar"):
                    return True
    return False
