"""How an attribute comes into an object: by its constructor, from its class, set later, from a base."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts import types
from async_testing.facts.scopes import arguments
from async_testing.subjects.bodies import assigned
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_HOPS = 4


def injection(source: SourceFile, scope: Scope, attribute: str) -> tuple[str, str]:
    """The class of ``self.attribute`` and where it comes from, looked up in the class and its bases."""
    owner: Scope | None = scope
    while owner is not None and not isinstance(owner.node, ast.ClassDef):
        owner = owner.parent
    return _of_class(source, owner, attribute, _HOPS) if owner is not None else ("", "")


def _of_class(source: SourceFile, owner: Scope, attribute: str, hops: int) -> tuple[str, str]:
    for one in owner.of(ast.AnnAssign):
        if _is_later(one.value):
            continue
        if isinstance(one.target, ast.Name) and one.target.id == attribute:
            kind = types.annotation(source, one.annotation)
            is_argument = one.value is None and _takes_fields(source, owner)
            return kind, f"constructor argument {attribute}" if is_argument else "class attribute"
    for target, value, _ in assigned(owner):
        if isinstance(target, ast.Name) and target.id == attribute and not _is_later(value):
            return source.type_of(value, owner), "class attribute"
    empty: tuple[str, str] | None = None
    for method in owner.children:
        for target, value, note in assigned(method):
            if _is_attribute(target, attribute):
                how = _assigned(source, method, value, note)
                if not isinstance(value, ast.Constant) or value.value is not None:
                    return how
                empty = empty or how
        if method.name == attribute:
            behind = [one.value for one in method.of(ast.Return) if isinstance(one.value, ast.Attribute)]
            if len(behind) == 1 and hops > 0 and _is_attribute(behind[0], behind[0].attr):
                return _of_class(source, owner, behind[0].attr, hops - 1)
            kind = types.annotation(source, getattr(method.node, "returns", None))
            return kind, "property"
    if empty is not None:
        return empty
    node = owner.node
    for base in node.bases if isinstance(node, ast.ClassDef) and hops > 0 else ():
        dotted = source.dotted(base.value if isinstance(base, ast.Subscript) else base)
        above = source.workspace.definition(source, dotted) if dotted else None
        if above is not None and above.kind == "class":
            found = _of_class(above.source, above.scope, attribute, hops - 1)
            if found[1]:
                return found
    return "", ""


def _is_later(node: ast.expr | None) -> bool:
    """``field(init=False)``: what is set after construction."""
    return isinstance(node, ast.Call) and any(
        one.arg == "init" and isinstance(one.value, ast.Constant) and one.value.value is False
        for one in node.keywords
    )


def _assigned(source: SourceFile, method: Scope, value: ast.expr, note: ast.expr | None) -> tuple[str, str]:
    kind = types.annotation(source, note)
    names = [one.id for one in ast.walk(value) if isinstance(one, ast.Name) and one.id in method.parameters]
    called = value.func if isinstance(value, ast.Call) else None
    direct = value.id if isinstance(value, ast.Name) else called.id if isinstance(called, ast.Name) else ""
    if isinstance(value, ast.BoolOp | ast.IfExp) and names:
        direct = names[0]
    if direct in method.parameters and method.name in ("__init__", "__new__"):
        for parameter in arguments(method.node):
            if parameter.arg == direct and parameter.annotation is not None:
                kind = kind or types.annotation(source, parameter.annotation)
        return kind, f"constructor argument {direct}"
    if method.name in ("__init__", "__new__"):
        return kind or source.type_of(value, method), f"made in the constructor: {code(value)}"
    return kind or source.type_of(value, method), f"set by {method.name}"


def _takes_fields(source: SourceFile, owner: Scope) -> bool:
    """Whether a class's annotated attributes are arguments of its constructor."""
    node = owner.node
    if not isinstance(node, ast.ClassDef):
        return False
    decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    names = {last(source.dotted(one)) for one in decorators}
    bases = {last(code(one)) for one in node.bases}
    return bool(
        names & {"dataclass", "define", "attrs", "frozen", "mutable"} or bases & {"BaseModel", "NamedTuple"}
    )


def _is_attribute(target: ast.expr, name: str) -> bool:
    is_self = (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    )
    return is_self and isinstance(target, ast.Attribute) and target.attr == name
