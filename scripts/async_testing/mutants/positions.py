"""Python before 3.12 gives wrong positions to the expressions inside f-strings: put them right."""

from __future__ import annotations

import ast
from collections.abc import Callable

from async_testing.mutants import literals

Offset = Callable[[int, int], int]


def mend(tree: ast.AST, text: str, offset: Offset) -> None:
    """Give every node inside an f-string of the tree the position at which it is written."""
    outer = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inner = {part for node in outer for part in ast.walk(node) if part is not node}
    for node in outer:
        if node not in inner:
            _mend_string(node, text, offset)


def _mend_string(node: ast.JoinedStr, text: str, offset: Offset) -> None:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
    literal = literals.read(text, start, end, node)
    if literal is None:
        return
    holes = [span for char, span in zip(literal.text, literal.spans, strict=True) if char == literals.HOLE]
    values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
    for (first, last), value in zip(holes, values, strict=True):
        _mend_expression(value.value, text, first + 1, last - 1)


def _mend_expression(node: ast.expr, text: str, start: int, end: int) -> None:
    wanted = ast.dump(node)
    lines = text.count("\n", 0, start)
    column = len(text[text.rfind("\n", 0, start) + 1 : start].encode())
    # In brackets white space is free: the expression is parsed on the very line and column it stands on.
    opening = "(" + "\n" * lines + " " * (column if lines else column - 1)
    for stop in range(end, start, -1):
        try:
            parsed = ast.parse(f"{opening}{text[start:stop]})", mode="eval")
        except SyntaxError:
            continue
        if ast.dump(parsed.body) == wanted:
            for old, new in zip(ast.walk(node), ast.walk(parsed.body), strict=True):
                for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
                    if hasattr(new, name):
                        setattr(old, name, getattr(new, name))
            return
