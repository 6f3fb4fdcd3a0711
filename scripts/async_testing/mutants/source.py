"""One Python file as the operators see it: text, tree, exact offsets, and the parts worth planting bugs in."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from async_testing.mutants import literals, positions
from async_testing.mutants.edits import Edit, indentation
from async_testing.mutants.naming import guessed
from async_testing.mutants.programs import Program
from async_testing.mutants.regions import Regions, is_docstring
from async_testing.mutants.schema import Schema
from async_testing.mutants.sql import Block
from async_testing.mutants.statements import blocks

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """A parsed file; raises SyntaxError if it is none. The schema is that of its project, else its own."""

    def __init__(self, path: str, text: str, schema: Schema | None = None) -> None:
        self.path = path
        self.text = text
        self._defined = schema or Schema([(path, text)])
        self.is_sql = path.endswith(".sql")
        self.tree = ast.parse("" if self.is_sql else text)
        if sys.version_info < (3, 12):
            positions.mend(self.tree, text, self.offset)

    @cached_property
    def _lines(self) -> list[tuple[int, str]]:
        offset = 0
        lines = []
        for line in self.text.split("\n"):
            lines.append((offset, line))
            offset += len(line) + 1
        return lines

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._lines]

    def offset(self, line: int, column: int) -> int:
        """Return the character offset of the parser's line and byte column."""
        start, text = self._lines[line - 1]
        return start + (column if text.isascii() else len(text.encode()[:column].decode()))

    def line(self, offset: int) -> int:
        """Return the line number of an offset, from 1."""
        return bisect_right(self._starts, offset)

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler) -> tuple[int, int]:
        """Return where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def code(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> str:
        """Return how a node is written."""
        return self.text[slice(*self.span(node))]

    def replace(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg, text: str) -> Edit:
        """Return the edit that writes something else for a node."""
        return Edit(*self.span(node), text)

    def arguments(self, node: ast.Call) -> list[tuple[int, int]]:
        """Return where each argument of a call begins and ends, those by name last."""
        return [*map(self.span, node.args), *map(self.span, node.keywords)]

    def indent(self, node: ast.stmt | ast.expr) -> str:
        """Return the white space that begins the line of a node."""
        return indentation(self.text, self.span(node)[0])

    @cached_property
    def _regions(self) -> Regions:
        return Regions(self.tree)

    @property
    def nodes(self) -> list[ast.AST]:
        """The nodes worth planting bugs in, in the order of the source; metadata of Annotated is among them."""
        return self._regions.active

    @property
    def annotations(self) -> list[ast.expr]:
        """Every annotation outside of what is left alone."""
        return self._regions.annotations

    @cached_property
    def _active(self) -> set[ast.AST]:
        return set(self.nodes)

    def is_active(self, node: ast.AST) -> bool:
        """Whether bugs may be planted in a node."""
        return node in self._active

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node above each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes above a node, the nearest first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function(self, node: ast.AST) -> Function | None:
        """Return the function that a node is in."""
        return next((parent for parent in self.above(node) if isinstance(parent, Function)), None)

    def scope(self, line: int) -> str:
        """Return the dotted name of the class and function that a line is in, or an empty text."""
        return ".".join(name for first, last, _, name in self._named if first <= line <= last)

    @cached_property
    def _named(self) -> list[tuple[int, int, int, str]]:
        """The first and last line of each class and function, where it is named, and its name."""
        named = [
            (min([node.lineno, *(item.lineno for item in node.decorator_list)]), node.end_lineno or 0, node)
            for node in ast.walk(self.tree)
            if isinstance(node, Function | ast.ClassDef)
        ]
        return sorted(
            ((first, last, node.lineno, node.name) for first, last, node in named), key=lambda item: item[2:]
        )

    @cached_property
    def program(self) -> Program:
        """The file as it compiles, part by part."""
        return Program(self.text, self.tree, self._starts)

    @cached_property
    def literals(self) -> list[literals.Literal]:
        """Every string that is neither a docstring nor in an annotation."""
        if self.is_sql:
            return [literals.plain(self.text)]
        found = []
        for node in self.nodes:
            if isinstance(self.parents.get(node), ast.JoinedStr | ast.FormattedValue):
                continue
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            ):
                literal = literals.read(self.text, *self.span(node), node)
                if literal is not None and literal.text:
                    found.append(literal)
        return found

    @cached_property
    def blocks(self) -> list[Block]:
        """Every SELECT, INSERT, UPDATE and DELETE in the strings, and the fragments that are put together."""
        named = self._names_in_sql
        return [
            block
            for literal in self.literals
            for block in blocks(literal, fragment=self._assigned(literal.node) in named)
        ]

    @cached_property
    def schema(self) -> Schema:
        """The tables that the project defines, and those that only the statements of this file tell of."""
        return self._defined.completed(guessed(self.blocks))

    @cached_property
    def statements(self) -> dict[ast.AST, list[Block]]:
        """The blocks of each string node."""
        found: dict[ast.AST, list[Block]] = {}
        for block in self.blocks:
            if block.literal.node is not None:
                found.setdefault(block.literal.node, []).append(block)
        return found

    @cached_property
    def _names_in_sql(self) -> set[str]:
        names = set()
        for literal in self.literals:
            if isinstance(literal.node, ast.JoinedStr) and blocks(literal):
                for value in literal.node.values:
                    if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
                        names.add(value.value.id)
        return names

    def _assigned(self, node: ast.AST | None) -> str | None:
        parent = self.parents.get(node) if node is not None else None
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return parent.targets[0].id
        return None

    def body(self, node: Function) -> list[ast.stmt]:
        """Return the statements of a function without its docstring."""
        return node.body[1:] if is_docstring(node.body[0]) else node.body
