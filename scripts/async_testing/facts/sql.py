"""SQL in string literals: what parameters a statement has."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

START = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|insert|update|delete|with|merge|call|values|replace)\b",
    re.I | re.S,
)
_QUIET = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$(?!\w)|`[^`]*`|\bE'(?:\\.|[^'\\])*'",
    re.S | re.I,
)


class Parameters(NamedTuple):
    """The placeholders of a statement, by the only style it uses."""

    style: str
    """``$``, ``%``, ``?``, or ``:`` and ``%(`` with names."""
    number: int
    names: frozenset[str] = frozenset()


def text(source: SourceFile, node: ast.expr | None) -> str:
    """The statement that an expression is: a literal, a constant of the module, or either in ``text(...)``."""
    if isinstance(node, ast.Name):
        node = source.constants.get(node.id)
    if isinstance(node, ast.Call) and source.called(node).rpartition(".")[2] == "text" and node.args:
        return text(source, node.args[0])
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and START.match(node.value):
        return node.value
    return ""


def parameters(statement: str) -> Parameters | None:
    """The parameters of a statement, None where it mixes styles so that they cannot be told."""
    bare = _QUIET.sub("''", statement)
    numbered = [int(one) for one in re.findall(r"(?<![\w$])\$(\d+)", bare)]
    unescaped = bare.replace("%%", "")
    formatted = len(re.findall(r"%s", unescaped))
    named = frozenset(re.findall(r"%\((\w+)\)s", unescaped))
    coloned = frozenset(re.findall(r"(?<![:\w\\\[]):([a-zA-Z_]\w*)", bare))
    marks = len(re.findall(r"(?<![?@|&\w])\?(?![?|&\w])", bare))
    styles = [bool(one) for one in (numbered, formatted, named, coloned, marks)]
    if sum(styles) != 1:
        return None
    if numbered:
        return Parameters("$", max(numbered)) if set(numbered) == set(range(1, max(numbered) + 1)) else None
    if formatted:
        return Parameters("%", formatted)
    if named or coloned:
        return Parameters("%(" if named else ":", len(named or coloned), named or coloned)
    return Parameters("?", marks)
