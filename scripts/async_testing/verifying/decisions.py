"""Where a module decides by lines: each ``if``, loop and ``match``, with the ways that lead on from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from async_testing.verifying.statements import start

_EXCLUDED = re.compile(r"#\s*pragma[:\s]?\s*no\s*cover", re.IGNORECASE)
_NO_BRANCH = re.compile(r"#\s*pragma[:\s]?\s*no\s*branch", re.IGNORECASE)
_NEVER = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__debug__", "__name__ == '__main__'")
_UNSEEN = ("abstractmethod", "overload")

Arcs = Collection[tuple[int, int]]


class Way(NamedTuple):
    """A way out of a decision."""

    kind: str
    """``true``, ``false``, ``case`` or ``no case``."""
    first: int
    last: int
    """The lines that it leads to; of ``false`` without ``else`` and of ``no case`` those that it does not lead to."""
    heads: tuple[int, ...]
    """The lines that it leads from."""
    outside: bool
    """Whether it leads out of the lines instead of into them."""
    target: int
    """The first line of where it leads to, minus the line of the decision where that is not told."""


def ways(node: ast.stmt) -> tuple[Way, ...]:
    """The ways out of a decision; none where its lines cannot tell them apart, or where one is never meant."""
    if isinstance(node, ast.Match):
        return tuple(_cases(node))
    if not isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
        return ()
    test = getattr(node, "test", None)
    first, last = block(node.body)
    if (
        isinstance(test, ast.Constant)
        or (test is not None and ast.unparse(test) in _NEVER)
        or first <= node.lineno
    ):
        return ()
    heads = tuple(range(node.lineno, first))
    found = [Way("true", first, last, heads, False, first)]
    otherwise = block(node.orelse)[0] if node.orelse else -node.lineno
    return (*found, Way("false", first, last, heads, True, otherwise))


def _cases(node: ast.Match) -> list[Way]:
    heads = list(range(node.lineno, node.cases[0].pattern.lineno))
    found: list[Way] = []
    for one in node.cases:
        first, last = block(one.body)
        if first <= one.pattern.lineno:
            return []
        heads += range(one.pattern.lineno, first)
        found.append(Way("case", first, last, tuple(heads), False, first))
    final = node.cases[-1]
    if final.guard is None and isinstance(final.pattern, ast.MatchAs) and final.pattern.pattern is None:
        return found
    whole = (node.cases[0].pattern.lineno, node.end_lineno or node.lineno)
    return [*found, Way("no case", *whole, tuple(heads), True, -node.lineno)]


def block(body: Sequence[ast.stmt]) -> tuple[int, int]:
    """The first and the last line of some statements."""
    return start(body[0]), body[-1].end_lineno or body[-1].lineno


def is_taken(way: Way, arcs: Arcs, function: int, handlers: Sequence[tuple[int, int]]) -> bool:
    """Whether a way was taken.

    Args:
        way: the way.
        arcs: the lines that followed each other.
        function: the first line of the function around it, 1 for the module.
        handlers: first and last line of those that an error in it would lead to, which is no way of its own.
    """
    heads = set(way.heads)
    for before, after in arcs:
        if before not in heads or after in heads:
            continue
        if after < 0:
            if way.outside and -after == function:
                return True
        elif way.outside:
            if not way.first <= after <= way.last and not any(one <= after <= end for one, end in handlers):
                return True
        elif way.first <= after <= way.last:
            return True
    return False


class Excluded:
    """What the source asks to be left out, and what is never meant to run under a test.

    Args:
        lines: the lines of the module.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._excluded = {number for number, line in enumerate(lines, 1) if _EXCLUDED.search(line)}
        self._no_branch = {number for number, line in enumerate(lines, 1) if _NO_BRANCH.search(line)}

    def holds(self, node: ast.stmt | ast.ExceptHandler | ast.match_case) -> bool:
        """Whether a statement, with all that is in it, is left out."""
        if isinstance(node, ast.match_case):
            head = range(node.pattern.lineno, start(node.body[0]))
        else:
            body = getattr(node, "body", None)
            first = start(node) if isinstance(node, ast.stmt) else node.lineno
            head = range(first, max(start(body[0]), first + 1) if body else (node.end_lineno or first) + 1)
        if any(line in self._excluded for line in head):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
            return not names.isdisjoint(_UNSEEN) or all(map(_is_empty, node.body))
        return isinstance(node, ast.If) and ast.unparse(node.test) in _NEVER

    def otherwise(self, node: ast.stmt) -> bool:
        """Whether the ``else`` of a statement is left out."""
        orelse: list[ast.stmt] = getattr(node, "orelse", [])
        if not orelse:
            return False
        return any(line in self._excluded for line in range(block(node.body)[1] + 1, start(orelse[0])))  # type: ignore[attr-defined]

    def branch(self, node: ast.stmt) -> bool:
        """Whether only one way out of a statement is meant."""
        return node.lineno in self._no_branch


def _is_empty(node: ast.stmt) -> bool:
    """Whether a statement is a docstring or ``...``."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
