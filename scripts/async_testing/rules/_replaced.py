"""What the tests of a file replace, and which classes they use themselves: for the rules about levels of mocking."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from async_testing.facts import mocks, targets
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile

WORDS = ("patch", "setattr", "Mock")
_DAO = ("DAO", "Dao", "Repository", "Repo", "CRUD", "DAL")


class Replaced(NamedTuple):
    """A place that replaces an attribute."""

    node: ast.Call | ast.Assign
    owner: str
    """The class or module, dotted; of an object its class."""
    name: str


def in_scope(source: SourceFile, scope: Scope) -> Iterator[Replaced]:
    """Every replacement that a scope's own code writes down, decorators of the functions in it included."""
    for call in scope.of(ast.Call):
        if "patch" not in (name := source.called(call)) and not name.endswith(".setattr"):
            continue
        target = targets.of_call(source, call)
        if target is not None:
            yield Replaced(call, _class_of(source, call, target.owner, scope), target.name)
    for assign in scope.of(ast.Assign):
        target_node = assign.targets[0]
        if isinstance(target_node, ast.Attribute) and _is_replacement(source, assign.value, scope):
            owner = source.dotted(target_node.value)
            if owner:
                kind = source.type_of(target_node.value, scope) or owner
                yield Replaced(assign, kind, target_node.attr)


def _class_of(source: SourceFile, call: ast.Call, owner: str, scope: Scope) -> str:
    first = call.args[0] if call.args else None
    return (source.type_of(first, scope) if isinstance(first, ast.Name) else "") or owner


def _is_replacement(source: SourceFile, value: ast.expr, scope: Scope) -> bool:
    if mocks.maker_kind(source, value):
        return True
    return isinstance(value, ast.Name) and any(child.name == value.id for child in scope.children)


def used_classes(source: SourceFile) -> frozenset[str]:
    """Last names of the classes that the file's code makes instances of, or whose methods it calls."""
    found: set[str] = set()
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            for part in source.called(call).split("."):
                if part[:1].isupper():
                    found.add(part)
    return frozenset(found)


def is_class(name: str) -> bool:
    """Whether a dotted name ends like that of a class."""
    last = name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and (not last.isupper() or last in _DAO)


def is_dao(name: str) -> bool:
    """Whether a dotted name ends like that of a DAO's class."""
    return is_class(name) and name.endswith(_DAO)
