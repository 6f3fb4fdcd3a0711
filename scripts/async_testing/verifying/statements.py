"""The statements of a module and the lines that tell that they ran: those of its head where it has a body."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple


class Statement(NamedTuple):
    """A statement, the head of one, a handler's ``except`` or a ``case``."""

    line: int
    end: int
    in_function: bool
    """Whether it runs when a function is called, and not when the module is imported."""
    is_code: bool = True
    """Whether anything of it runs: not so docstrings and ``global``."""


class Statements:
    """The statements of one module.

    Args:
        tree: the module.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.all = tuple(_found(tree.body, False))

    @cached_property
    def _by_line(self) -> dict[int, list[Statement]]:
        found: dict[int, list[Statement]] = {}
        for one in self.all:
            for line in range(one.line, one.end + 1):
                found.setdefault(line, []).append(one)
        return found

    def of(self, lines: Iterable[int]) -> set[Statement]:
        """The statements that ran, by the lines that were seen."""
        return {one for line in lines for one in self._by_line.get(line, ())}


def _found(body: Iterable[ast.stmt], in_function: bool) -> Iterator[Statement]:
    for node in body:
        yield Statement(start(node), _end(node), in_function, not _is_nothing(node))
        yield from _inside(node, in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _inside(node: ast.stmt, in_function: bool) -> Iterator[Statement]:
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for one in getattr(node, field, ()):
            if isinstance(one, ast.ExceptHandler):
                yield Statement(one.lineno, _before(one.lineno, one.body), in_function)
                yield from _found(one.body, in_function)
            elif isinstance(one, ast.match_case):
                line = one.pattern.lineno
                yield Statement(line, _before(line, one.body), in_function)
                yield from _found(one.body, in_function)
            else:
                yield from _found([one], in_function)


def start(node: ast.stmt) -> int:
    """The first line of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _end(node: ast.stmt) -> int:
    if isinstance(node, ast.Match):
        return max(node.lineno, node.cases[0].pattern.lineno - 1)
    body = getattr(node, "body", None)
    return _before(node.lineno, body) if body else node.end_lineno or node.lineno


def _before(line: int, body: list[ast.stmt]) -> int:
    return max(line, start(body[0]) - 1)


def _is_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
