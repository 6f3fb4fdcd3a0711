"""Whether a changed file is a program, and another one: only the function or statement that was changed is compiled."""

from __future__ import annotations
import __future__

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType

from async_testing.mutants import edits as editing
from async_testing.mutants.edits import Edits

_COMPARED = (
    *("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_exceptiontable"),
    *("co_argcount", "co_kwonlyargcount", "co_posonlyargcount", "co_name"),
)


@dataclass(frozen=True)
class Part:
    """Whole lines that compile by themselves: a function with its decorators, or a statement outside of any."""

    start: int
    end: int
    opening: str
    """What goes before them: nothing, or `if 1:` where they are indented."""


class Program:
    """A file as parts, each compiled once."""

    def __init__(self, text: str, tree: ast.Module, line_starts: Sequence[int]) -> None:
        self._text = text
        self._tree = tree
        self._line_starts = line_starts
        self._codes: dict[Part, CodeType] = {}

    def is_other(self, edits: Edits) -> bool:
        """Whether the edits make something that compiles, and not to the same bytecode."""
        part = self._around(edits)
        code = self._changed(part, edits)
        if code is None:
            return False
        if part not in self._codes:
            self._codes[part] = self._compiled(part, self._text[part.start : part.end])
        return not is_same(self._codes[part], code)

    def compiles(self, edits: Edits) -> bool:
        """Whether the edits make a program."""
        return self._changed(self._around(edits), edits) is not None

    def _changed(self, part: Part, edits: Edits) -> CodeType | None:
        moved = [editing.Edit(edit.start - part.start, edit.end - part.start, edit.text) for edit in edits]
        try:
            return self._compiled(part, editing.apply(self._text[part.start : part.end], moved))
        except (SyntaxError, ValueError):
            return None

    def _compiled(self, part: Part, text: str) -> CodeType:
        code: CodeType = compile(part.opening + text, "<mutant>", "exec", self._flags, dont_inherit=True)
        return code

    def _around(self, edits: Edits) -> Part:
        first, last = min(edits).start, max(edit.end for edit in edits)
        index = bisect_right(self._starts, first) - 1
        if index >= 0 and last <= self._parts[index].end:
            return self._parts[index]
        return Part(0, len(self._text), "")

    @cached_property
    def _flags(self) -> int:
        lazy = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in self._tree.body
        )
        return __future__.annotations.compiler_flag if lazy else 0

    @cached_property
    def _parts(self) -> list[Part]:
        found: list[tuple[int, int]] = []
        self._collect(self._tree.body, found)
        parts = []
        for first, last in found:
            start = self._line_starts[first - 1]
            end = self._line_starts[last] if last < len(self._line_starts) else len(self._text)
            parts.append(Part(start, end, "if 1:\n" if self._text[start] in " \t" else ""))
        return parts

    @cached_property
    def _starts(self) -> list[int]:
        return [part.start for part in self._parts]

    def _collect(self, body: Sequence[ast.stmt], found: list[tuple[int, int]]) -> None:
        """Add the first and last line of each part; what shares a line with another is one with it."""
        for node in body:
            first, last = _lines(node)
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            elif isinstance(node, ast.ClassDef) and _lines(node.body[0])[0] > node.lineno:
                inside: list[tuple[int, int]] = []
                self._collect(node.body, inside)
                found += inside
            else:
                found.append((first, last))


def _lines(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    return min(node.lineno, *(item.lineno for item in decorators), node.lineno), node.end_lineno or 0


def is_same(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    return all(getattr(one, name) == getattr(other, name) for name in _COMPARED) and _are_same(
        one.co_consts, other.co_consts
    )


def _are_same(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return is_same(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    return repr(one) == repr(other)
