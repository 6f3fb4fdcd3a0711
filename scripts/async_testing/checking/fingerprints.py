"""What a finding is known by when lines move: its rule, file, function and source line, not its line's number."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from async_testing.checking.texts import Texts
from async_testing.finding import Finding


class Known(NamedTuple):
    """A finding as it is recognised later."""

    code: str
    path: str
    inside: str
    """The function or class it stands in, dotted, empty at the module's level."""
    source: str
    """Its first line, without the space around."""
    nth: int
    """Which it is of those that are the same in all of this, from 0."""

    @property
    def digest(self) -> str:
        """The same as 32 hexadecimal digits."""
        import hashlib

        return hashlib.sha256("\0".join(map(str, self)).encode(errors="replace")).hexdigest()[:32]


def known(findings: Sequence[Finding], texts: Texts) -> list[Known]:
    """What each finding is known by, in the same order."""
    functions: dict[str, list[tuple[int, int, str]]] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    result: dict[int, Known] = {}
    order = sorted(range(len(findings)), key=lambda place: (findings[place].path, findings[place].line))
    for place in order:
        one = findings[place]
        if one.path not in functions:
            functions[one.path] = list(_functions(one.path, texts.text(one.path)))
        around = [(first, name) for first, last, name in functions[one.path] if first <= one.line <= last]
        inside = max(around, default=(0, ""))[1]
        key = (one.code, one.path, inside, texts.line(one.path, one.line).strip())
        result[place] = Known(*key, seen[key])
        seen[key] += 1
    return [result[place] for place in range(len(findings))]


def _functions(path: str, text: str) -> Iterable[tuple[int, int, str]]:
    if not path.endswith(".py"):
        return
    try:
        waiting: list[tuple[ast.AST, str]] = [(ast.parse(text), "")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    while waiting:
        node, name = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{name}.{child.name}" if name else child.name
                first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                yield first, child.end_lineno or child.lineno, inner
            if not isinstance(child, ast.expr):
                waiting.append((child, inner))
