"""Part of a statement taken out together with the parameters that only it uses."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from async_testing.mutants.calls import Call, calls, resolve
from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.literals import HOLE, Literal
from async_testing.mutants.regions import called_name
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block, Token, tokens


@lru_cache(maxsize=8)
def arguments(source: Source) -> Arguments:
    """Return the parameters of a file's statements."""
    return Arguments(source)


class Arguments:
    """The parameters of the statements of a file, where statement and call are in one function."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._calls: dict[ast.AST, list[Call]] = {}
        for call in calls(source):
            node = _text(resolve(source, call.statement))
            if source.function(node) is source.function(call.node):
                self._calls.setdefault(node, []).append(call)

    def cut(self, block: Block, edits: Edits, *ranges: tuple[int, int]) -> Edits:
        """Complete the edits that take out ranges of a statement; none if its parameters are not known.

        What is passed for a placeholder that is gone is gone too, and those that follow are counted anew.
        """
        every = [token for token in tokens(block.literal.text) if token.kind == "placeholder"]
        gone = [token for token in every if any(start <= token.start < end for start, end in ranges)]
        if not edits or not gone or gone[0].text[0] in ":(" or gone[0].text.startswith(("%(", "$(")):
            return edits
        if self._is_put_together(block.literal):
            return ()
        kept = [token for token in every if token not in gone]
        if gone[0].text.startswith("$"):
            return self._numbered(block, edits, gone, kept)
        return self._without(block, edits, [every.index(token) for token in gone])

    @staticmethod
    def _is_put_together(literal: Literal) -> bool:
        """Whether an f-string holds more than constants: what it puts in may have placeholders of its own."""
        if not isinstance(literal.node, ast.JoinedStr):
            return False
        holes = [value.value for value in literal.node.values if isinstance(value, ast.FormattedValue)]
        return not all(called_name(hole).isupper() for hole in holes)

    def _numbered(self, block: Block, edits: Edits, gone: Sequence[Token], kept: Sequence[Token]) -> Edits:
        if any(HOLE in token.text for token in (*gone, *kept)):
            return ()
        left = {int(token.text[1:]) for token in kept}
        numbers = sorted({int(token.text[1:]) for token in gone} - left)
        if not numbers:
            return edits
        more: Edits = ()
        for token in kept:
            number = int(token.text[1:])
            lower = sum(other < number for other in numbers)
            if lower:
                more += block.write(token, f"${number - lower}")
        return self._without(block, edits + more, [number - 1 for number in numbers])

    def _without(self, block: Block, edits: Edits, places: Sequence[int]) -> Edits:
        """Add the edits that take out the parameters of these places."""
        found = self._calls.get(block.literal.node, []) if block.literal.node is not None else []
        if len(found) != 1:
            return ()
        items = found[0].items
        holder = self._source.parents.get(items[0]) if items else None
        if any(isinstance(item, ast.Starred) for item in items) or max(places) >= len(items):
            return ()
        if isinstance(holder, ast.Call) and holder is found[0].node:
            return edits + tuple(self._after_another(holder, items[place]) for place in places)
        if isinstance(holder, ast.List | ast.Tuple) and len(holder.elts) == len(items):
            if found[0].is_many and not isinstance(self._source.parents.get(holder), ast.ListComp):
                return ()
            rest = [self._source.code(item) for place, item in enumerate(items) if place not in places]
            return (*edits, self._source.replace(holder, _sequence(holder, rest)))
        return ()

    def _after_another(self, holder: ast.Call, item: ast.expr) -> Edit:
        spans = self._source.arguments(holder)
        place = spans.index(self._source.span(item))
        return Edit(spans[place - 1][1], spans[place][1], "")


def _sequence(node: ast.List | ast.Tuple, items: Sequence[str]) -> str:
    if isinstance(node, ast.List):
        return f"[{', '.join(items)}]"
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _text(node: ast.expr) -> ast.expr:
    """Return the string in `text("…")` or `SQL("…")`."""
    if isinstance(node, ast.Call) and called_name(node) in ("text", "SQL") and node.args:
        return node.args[0]
    return node
