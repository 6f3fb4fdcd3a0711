"""Chains of calls that make a statement of SQLAlchemy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits
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
