"""A file's nodes by what rules look for: calls and attributes by name, settings, keywords, calls as statements."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from async_testing.facts.scopes import Scope

Node = TypeVar("Node", bound=ast.AST)
Called = tuple[Scope, ast.Call]


class Indexed:
    """Lists of a file's nodes, each made when it is first asked for. None of them may be changed."""

    if TYPE_CHECKING:
        scopes: list[Scope]
        _all: dict[type, list[Any]]
        _each: dict[type, list[Any]]

        @property
        def imports(self) -> dict[str, str]:
            """Name → what its import binds."""

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of one exact type in the file, scope by scope."""
        found = self._all.get(kind)
        if found is None:
            found = self._all[kind] = [node for scope in self.scopes for node in scope.nodes.get(kind, ())]
        return found

    def each(self, kind: type[Node]) -> list[tuple[Scope, Node]]:
        """The same, each with the scope whose code it is."""
        found = self._each.get(kind)
        if found is None:
            found = self._each[kind] = [
                (scope, node) for scope in self.scopes for node in scope.nodes.get(kind, ())
            ]
        return found

    def calls(self, *names: str) -> list[Called]:
        """Every call whose last name is one of these, import aliases resolved, with the scope whose code it is."""
        found = self._calls
        return [one for name in names for one in found.get(name, ())]

    @cached_property
    def _calls(self) -> dict[str, list[Called]]:
        found: dict[str, list[Called]] = {}
        imports = self.imports
        for scope in self.scopes:
            for call in scope.nodes.get(ast.Call, ()):
                func = call.func
                if func.__class__ is ast.Attribute:
                    name = func.attr
                elif func.__class__ is ast.Name:
                    name = func.id
                    if name in imports:
                        name = imports[name].rpartition(".")[2]
                else:
                    continue
                if name in found:
                    found[name].append((scope, call))
                else:
                    found[name] = [(scope, call)]
        return found

    def attributes(self, *names: str) -> list[tuple[Scope, ast.Attribute]]:
        """Every attribute expression of these names, read or set, with the scope whose code it is."""
        found = self._attributes
        return [one for name in names for one in found.get(name, ())]

    @cached_property
    def _attributes(self) -> dict[str, list[tuple[Scope, ast.Attribute]]]:
        found: dict[str, list[tuple[Scope, ast.Attribute]]] = {}
        for scope in self.scopes:
            for node in scope.nodes.get(ast.Attribute, ()):
                if node.attr in found:
                    found[node.attr].append((scope, node))
                else:
                    found[node.attr] = [(scope, node)]
        return found

    @cached_property
    def settings(self) -> dict[str, list[tuple[Scope, ast.Assign, ast.Attribute]]]:
        """By name the attributes that plain assignments set, each with the assignment and its scope."""
        found: dict[str, list[tuple[Scope, ast.Assign, ast.Attribute]]] = {}
        for scope in self.scopes:
            for assign in scope.nodes.get(ast.Assign, ()):
                for target in assign.targets:
                    if target.__class__ is ast.Attribute:
                        found.setdefault(target.attr, []).append((scope, assign, target))
        return found

    @cached_property
    def keywords(self) -> dict[str, list[tuple[Scope, ast.Call, ast.keyword]]]:
        """By name the keyword arguments of all calls, each with its call and the scope."""
        found: dict[str, list[tuple[Scope, ast.Call, ast.keyword]]] = {}
        for scope in self.scopes:
            for call in scope.nodes.get(ast.Call, ()):
                for one in call.keywords:
                    if one.arg is not None:
                        found.setdefault(one.arg, []).append((scope, call, one))
        return found

    def compared(self, *operators: type[ast.cmpop]) -> list[tuple[Scope, ast.Assert, ast.Compare]]:
        """Every ``assert`` of a comparison with one of these operators, wherever it stands in it, with its scope."""
        found = self._compared
        return [one for operator in operators for one in found.get(operator, ())]

    @cached_property
    def _compared(self) -> dict[type, list[tuple[Scope, ast.Assert, ast.Compare]]]:
        found: dict[type, list[tuple[Scope, ast.Assert, ast.Compare]]] = {}
        for scope, statement in self.each(ast.Assert):
            test = statement.test
            if isinstance(test, ast.Compare):
                for kind in {one.__class__: None for one in test.ops}:
                    found.setdefault(kind, []).append((scope, statement, test))
        return found

    def dropped(self, *names: str) -> list[tuple[Scope, ast.Expr, ast.Call]]:
        """The calls of these names, as ``calls`` gives them, that are statements of their own."""
        found = self._dropped
        return [one for name in names for one in found.get(name, ())]

    @cached_property
    def _dropped(self) -> dict[str, list[tuple[Scope, ast.Expr, ast.Call]]]:
        found: dict[str, list[tuple[Scope, ast.Expr, ast.Call]]] = {}
        statements = {id(one.value): one for one in self.all(ast.Expr)}
        for name, calls in self._calls.items():
            plain = [(scope, statements[id(call)], call) for scope, call in calls if id(call) in statements]
            if plain:
                found[name] = plain
        return found
