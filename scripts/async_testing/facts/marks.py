"""The pytest marks on tests, with what they inherit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

PREFIX = "pytest.mark."


class Mark:
    """One mark: ``name`` without ``pytest.mark.``, its expression, its call if it has arguments, where it was put."""

    __slots__ = ("call", "level", "name", "node")

    def __init__(self, name: str, node: ast.expr, level: Literal["function", "class", "module"]) -> None:
        self.name = name
        self.node = node
        self.call = node if isinstance(node, ast.Call) else None
        self.level = level

    def keyword(self, name: str) -> ast.expr | None:
        """The value of a keyword argument, None where it is not given."""
        keywords = self.call.keywords if self.call else []
        return next((keyword.value for keyword in keywords if keyword.arg == name), None)


def of_function(source: SourceFile, function: Scope) -> list[Mark]:
    """Its own marks, then those of its classes (bases in the same file included), then those of the module."""
    found = list(own(source, function.node.decorator_list, "function"))  # type: ignore[union-attr]
    around = function.class_
    while around is not None and isinstance(around.node, ast.ClassDef):
        for scope in bases(source, around):
            found += own(source, scope.node.decorator_list, "class")  # type: ignore[union-attr]
            found += assigned(source, scope, "class")
        around = around.class_
    return found + assigned(source, source.module, "module")


def own(
    source: SourceFile, nodes: list[ast.expr], level: Literal["function", "class", "module"]
) -> Iterator[Mark]:
    """The marks among expressions such as decorators; names that stand for a mark are followed within the file."""
    for node in nodes:
        name = source.dotted(node.func if isinstance(node, ast.Call) else node)
        if not name.startswith(PREFIX) and name in source.constants:
            node = source.constants[name]
            name = source.dotted(node.func if isinstance(node, ast.Call) else node)
        if name.startswith(PREFIX):
            yield Mark(name[len(PREFIX) :], node, level)


def assigned(source: SourceFile, scope: Scope, level: Literal["class", "module"]) -> list[Mark]:
    """The marks that ``pytestmark`` gives to everything in a module or class."""
    key = (assigned, id(scope), level)
    found: list[Mark] | None = source.memo.get(key)
    if found is None:
        found = source.memo[key] = list(own(source, values(scope), level))
    return found


def values(scope: Scope) -> list[ast.expr]:
    """The expressions that a module or class assigns to its ``pytestmark``, marks or not."""
    found: list[ast.expr] = []
    if not any(one.id == "pytestmark" for one in scope.of(ast.Name)):
        return found
    plain: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = [
        *scope.of(ast.Assign),
        *scope.of(ast.AnnAssign),
    ]
    for statement in [*plain, *scope.of(ast.AugAssign)]:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if statement.value and any(isinstance(one, ast.Name) and one.id == "pytestmark" for one in targets):
            value = statement.value
            found += value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    return found


def bases(source: SourceFile, scope: Scope) -> Iterator[Scope]:
    """A class and its base classes in the same file, each once: names may repeat, or go in a ring."""
    yield scope
    pending, seen = [scope], {id(scope)}
    named: dict[str, list[Scope]] = {}
    while pending:
        node = pending.pop(0).node
        names = (
            [one.id for one in node.bases if isinstance(one, ast.Name)]
            if isinstance(node, ast.ClassDef)
            else ()
        )
        if names and not named:
            for other in source.classes:
                named.setdefault(other.name, []).append(other)
        for other in (found for name in names for found in named.get(name, ())):
            if id(other) not in seen:
                seen.add(id(other))
                pending.append(other)
                yield other
