"""What class an attribute of a project's object is an instance of, by what its class or module says of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import types

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Definition

_HOPS = 3


class Kind(NamedTuple):
    """A class by its dotted name, as a file calls it; empty where it cannot be told."""

    name: str
    source: SourceFile


def type_of(source: SourceFile, node: ast.expr, scope: Scope) -> str:
    """The dotted name of the class of an expression, through attributes of objects and modules of the project.

    Empty where it cannot be told; the same as ``SourceFile.type_of`` where that knows.
    """
    return _kind_of(source, node, scope, _HOPS).name


def _kind_of(source: SourceFile, node: ast.expr, scope: Scope, hops: int) -> Kind:
    known = source.type_of(node, scope)
    if known or hops <= 0:
        return Kind(known, source)
    if isinstance(node, ast.Attribute):
        kind = _kind_of(source, node.value, scope, hops - 1)
        owner = kind.source.workspace.definition(kind.source, kind.name) if kind.name else None
        if owner is not None:
            return _of_class(owner, node.attr, hops)
    return Kind(_of_module(source, source.dotted(node), node), source)


def only_value(source: SourceFile, node: ast.expr) -> tuple[SourceFile, ast.expr] | None:
    """The only value that the project gives to a name, with its file; None where it gives none or several.

    Args:
        source: the file that uses the name.
        node: the name as it is used there: of a module, of a class, or of an object that a module makes once for all.
    """
    module, _, name = source.dotted(node).rpartition(".")
    if not module.strip("."):
        return None
    found = source.workspace.import_from(source, module, holding=name)
    if found is not None:
        value = found.constants.get(name)
        return (found, value) if value is not None else None
    owner = source.workspace.definition(source, module) or _class_of(source, module)
    if owner is None or owner.kind != "class":
        return None
    values = list(types.bindings(owner.source, owner.scope).get(name, []))
    maker = owner.scope.child("__init__")
    for assign in maker.of(ast.Assign) if maker is not None and not values else ():
        values += [assign.value for one in assign.targets if _is_own(one, name)]
    return (owner.source, values[0]) if len(values) == 1 and values[0] is not None else None


def _class_of(source: SourceFile, dotted: str) -> Definition | None:
    """The class of an object that a module of the project makes once for all."""
    module, _, name = dotted.rpartition(".")
    found = source.workspace.import_from(source, module, holding=name) if module.strip(".") else None
    kind = found.type_of(found.constants.get(name), found.module) if found is not None else ""
    return found.workspace.definition(found, kind) if found is not None and kind else None


def _of_module(source: SourceFile, dotted: str, node: ast.expr) -> str:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    module, _, name = dotted.rpartition(".")
    if not isinstance(root, ast.Name) or root.id not in source.imports or not module.strip("."):
        return ""
    found = source.workspace.import_from(source, module, holding=name)
    return found.type_of(found.constants.get(name), found.module) if found is not None else ""


def _of_class(owner: Definition, name: str, hops: int) -> Kind:
    """The class of an attribute, as the class's own code, or that of a base, annotates or assigns it."""
    source, scope = owner.source, owner.scope
    kinds = {
        types.annotation(source, one.annotation)
        for one in scope.of(ast.AnnAssign)
        if isinstance(one.target, ast.Name) and one.target.id == name
    }
    kinds |= {source.type_of(value, scope) for value in types.bindings(source, scope).get(name, [])} - {""}
    for method in scope.children:
        for annotated in method.of(ast.AnnAssign):
            if _is_own(annotated.target, name):
                kinds.add(types.annotation(source, annotated.annotation))
        for assign in method.of(ast.Assign):
            if any(_is_own(target, name) for target in assign.targets):
                kinds.add(source.type_of(assign.value, method))
    if kinds or hops <= 0 or not isinstance(scope.node, ast.ClassDef):
        return Kind(kinds.pop() if len(kinds) == 1 else "", source)
    for base in scope.node.bases:
        dotted = source.dotted(base)
        above = source.workspace.definition(source, dotted) if dotted else None
        found = _of_class(above, name, hops - 1) if above is not None and above.kind == "class" else None
        if found is not None and found.name:
            return found
    return Kind("", source)


def _is_own(target: ast.expr, name: str) -> bool:
    return (
        isinstance(target, ast.Attribute)
        and target.attr == name
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    )
