"""One Python file as rules see it: its text, its tree, and facts that are worked out when first asked for."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from async_testing.facts import scopes, tests, types
from async_testing.facts.indexed import Indexed
from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.config import Config
    from async_testing.facts.fixtures import Fixtures
    from async_testing.facts.workspace import Workspace

Node = TypeVar("Node", bound=ast.AST)


class SourceFile(Indexed):
    """A parsed file of the project.

    Args:
        path: relative to the project's root, spelled with ``/``.
        text: the decoded text, line ends as in the file.
        tree: its syntax tree.
        workspace: the project around it, for whatever another file has to answer.
    """

    def __init__(self, path: str, text: str, tree: ast.Module, workspace: Workspace) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self.workspace = workspace
        self.scopes, self.parents = scopes.walk(tree)
        self.module = self.scopes[0]
        self._dotted: dict[int, str] = {}
        self._all: dict[type, list[Any]] = {}
        self._each: dict[type, list[Any]] = {}
        self.memo: dict[tuple[object, ...], Any] = {}
        """What other modules of facts remember of this file."""
        self._kept: list[ast.AST] = []

    # Nodes and names

    def keep(self, node: Node) -> Node:
        """Hold on to a node that is made up, so that nothing else gets its ``id``, by which facts are remembered."""
        self._kept.append(node)
        return node

    def forget(self) -> None:
        """Drop the tree and all facts at once; nothing may be asked afterwards."""
        for scope in self.scopes:
            scope.forget()
        self.__dict__.clear()

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that this one stands in; a keyword argument's is its call. Not known of names and constants."""
        return self.parents.get(id(node))

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, inner ones first, up to the module. Not known of names and constants."""
        current = self.parents.get(id(node))
        while current is not None:
            yield current
            current = self.parents.get(id(current))

    def statement(self, node: ast.AST) -> ast.AST:
        """The statement that an expression belongs to, the node itself when it is one."""
        while not isinstance(node, ast.stmt) and id(node) in self.parents:
            node = self.parents[id(node)]
        return node

    @cached_property
    def scope_of_node(self) -> dict[int, Scope]:
        """The scope by ``id`` of its node (function, class, lambda or module)."""
        return {id(scope.node): scope for scope in self.scopes}

    def scope(self, node: ast.AST) -> Scope:
        """The scope whose code a node is."""
        for around in self.ancestors(node):
            if id(around) in self.scope_of_node:
                return self.scope_of_node[id(around)]
        return self.module

    @cached_property
    def functions(self) -> list[Scope]:
        """Every function of the file, methods and nested ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [scope for scope in self.scopes if scope.node.__class__ in kinds]

    @cached_property
    def module_functions(self) -> dict[str, Scope]:
        """The functions at the top of the file by name, the first one of each."""
        found: dict[str, Scope] = {}
        for function in self.functions:
            if function.parent is self.module:
                found.setdefault(function.name, function)
        return found

    @cached_property
    def classes(self) -> list[Scope]:
        """Every class of the file, nested ones too."""
        return [scope for scope in self.scopes if scope.node.__class__ is ast.ClassDef]

    @cached_property
    def imports(self) -> dict[str, str]:
        """Name → what its import binds, dotted; of a relative import with its leading dots: ``.fakes.FakeConnection``.

        An import at the module's own level wins over one inside a function.
        """
        found: dict[str, str] = {}
        for scope in reversed(self.scopes):
            if ast.Import not in scope.nodes and ast.ImportFrom not in scope.nodes:
                continue
            for plain in scope.of(ast.Import):
                for alias in plain.names:
                    if alias.asname:
                        found[alias.asname] = alias.name
                    else:
                        top = alias.name.partition(".")[0]
                        found[top] = top
            for origin in scope.of(ast.ImportFrom):
                base = "." * origin.level + (origin.module or "")
                joint = "" if base.endswith(".") or not base else "."
                for alias in origin.names:
                    found[alias.asname or alias.name] = f"{base}{joint}{alias.name}"
        return found

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Names that the module's own code assigns exactly once, with the value."""
        seen: dict[str, list[ast.expr]] = {}
        plain: list[ast.Assign | ast.AnnAssign] = [
            *self.module.of(ast.Assign),
            *self.module.of(ast.AnnAssign),
        ]
        for statement in plain:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and statement.value is not None:
                    seen.setdefault(target.id, []).append(statement.value)
        return {name: values[0] for name, values in seen.items() if len(values) == 1}

    def dotted(self, node: ast.AST | None) -> str:
        """The full dotted name of a name or attribute expression, import aliases resolved; empty for anything else.

        ``m.AsyncMock`` is ``unittest.mock.AsyncMock`` after ``from unittest import mock as m``.
        """
        if node.__class__ is ast.Name:
            name: str = node.id
            return self.imports.get(name, name)
        if node.__class__ is not ast.Attribute:
            return ""
        found = self._dotted.get(id(node))
        if found is None:
            base = self.dotted(node.value)
            found = self._dotted[id(node)] = f"{base}.{node.attr}" if base else ""
        return found

    def called(self, node: ast.AST | None) -> str:
        """The dotted name of what a call calls, empty for anything else: ``asyncio.create_task``."""
        return self.dotted(node.func) if node.__class__ is ast.Call else ""

    # Places

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends, split only where Python splits."""
        return _lines(self.text)

    def offset(self, line: int, column: int) -> int:
        """The place in ``text`` of a line (from 1) and a column in UTF-8 bytes, as syntax trees count."""
        start = self._line_starts[line - 1]
        if self.text.isascii():
            return start + column
        return start + len(self.lines[line - 1].encode()[:column].decode(errors="replace"))

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, place = [], 0
        for line in self.lines:
            starts.append(place)
            place += len(line)
        return [*starts, place]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where in ``text`` a node begins and ends; decorators are not part of a function."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(last, column)

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The source of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    # Facts from elsewhere, each in a module of its own

    @cached_property
    def config(self) -> Config:
        """The pytest configuration in force for this file."""
        return self.workspace.config(self.path)

    @cached_property
    def tests(self) -> list[tests.Test]:
        """What pytest would collect from this file."""
        return tests.collected(self)

    @cached_property
    def fixtures(self) -> Fixtures:
        """The fixtures that this file defines or sees."""
        from async_testing.facts.fixtures import Fixtures

        return Fixtures(self)

    @cached_property
    def is_test_file(self) -> bool:
        """Whether pytest collects from it, by name."""
        return self.config.collects_file(self.path)

    @cached_property
    def is_conftest(self) -> bool:
        """Whether it is a conftest.py."""
        return self.path.rpartition("/")[2] == "conftest.py"

    def type_of(self, node: ast.AST | None, scope: Scope) -> str:
        """The dotted name of the class that an expression is an instance of, empty where it cannot be told."""
        return types.type_of(self, node, scope)

    @cached_property
    def layer(self) -> str:
        """``dao``, ``service``, ``router`` or ``dto`` by the file's name, else by its imports, else empty."""
        return tests.layer(self)


def _lines(text: str) -> list[str]:
    """Split as Python's tokenizer does: at line feeds, carriage returns and both together, nowhere else."""
    return list(io.StringIO(text, newline=""))
