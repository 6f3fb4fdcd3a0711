"""The prefixes that a router is included with somewhere else: ``app.include_router(users.router, prefix="/users")``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from async_testing.facts import members, types
from async_testing.subjects import modules, texts
from async_testing.subjects.wording import code

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Workspace

_DEEPEST = 8
_HOPS = 4


class Router(NamedTuple):
    """A router by where it is made: the file, and the variable there or the function that gives it."""

    path: str
    name: str


class Included(NamedTuple):
    """Where a router is included."""

    into: Router
    prefix: str
    """That of the call, and of the router that it is included into."""


_known: WeakKeyDictionary[Workspace, dict[Router, Included]] = WeakKeyDictionary()


def prefix_of(source: SourceFile, scope: Scope, on: ast.expr) -> str:
    """What comes before the path of a router's route where it is included, the router's own prefix left out.

    Args:
        source: the file of the route.
        scope: its function.
        on: the router, as the decorator names it.
    """
    router = _identity(source, scope.parent or source.module, on)
    if router is None:
        return ""
    included = _included(source)
    found = ""
    for _ in range(_DEEPEST):
        one = included.get(router)
        if one is None:
            break
        found = one.prefix + found
        router = one.into
    return found


def made(source: SourceFile, scope: Scope, on: ast.expr) -> tuple[SourceFile, ast.Call] | None:
    """The call that makes a router, with its file: of this module, of the function around, or of another module."""
    value: ast.expr | None = None
    where = source
    if isinstance(on, ast.Name):
        value = _local(source, scope, on.id) or source.constants.get(on.id)
    if value is None and isinstance(on, ast.Name | ast.Attribute):
        root = on
        while isinstance(root, ast.Attribute):
            root = root.value  # type: ignore[assignment]
        if isinstance(root, ast.Name) and root.id in source.imports:
            where, value = members.only_value(source, on) or (source, None)
    return (where, value) if isinstance(value, ast.Call) else None


def _local(source: SourceFile, scope: Scope, name: str) -> ast.expr | None:
    """What a function around binds a variable to, where it does so once."""
    current: Scope | None = scope
    while current is not None and current is not source.module:
        bound = [one for one in types.bindings(source, current).get(name, []) if one is not None]
        if bound:
            return bound[0] if len(bound) == 1 else None
        current = current.parent
    return None


def _included(source: SourceFile) -> dict[Router, Included]:
    workspace = source.workspace
    if workspace not in _known:
        found: dict[Router, Included] = {}
        _known[workspace] = found
        for path in modules.find(workspace.root):
            if b".include_router(" in (workspace.look(path) or b""):
                other = source if path == source.path else workspace.source(path)
                if other is not None:
                    for call_scope, call in other.calls("include_router"):
                        _take(other, call_scope, call, found)
    return _known[workspace]


def _take(source: SourceFile, scope: Scope, call: ast.Call, found: dict[Router, Included]) -> None:
    given = {one.arg: one.value for one in call.keywords if one.arg}
    child = call.args[0] if call.args else given.get("router")
    if child is None or not isinstance(call.func, ast.Attribute):
        return
    router, into = _identity(source, scope, child), _identity(source, scope, call.func.value)
    if router is None or into is None or router in found:
        return
    around = made(source, scope, call.func.value)
    outer = next((one.value for one in around[1].keywords if one.arg == "prefix"), None) if around else None
    own = text_of(around[0], around[0].module, outer) if around else ""
    found[router] = Included(into, own + text_of(source, scope, given.get("prefix")))


def text_of(source: SourceFile, scope: Scope, node: ast.expr | None) -> str:
    """A prefix, ``{…}`` for what is not known: constants, settings with their defaults, texts joined of these."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else text_of(source, scope, one.value)
            for one in node.values
            if isinstance(one, ast.Constant | ast.FormattedValue)
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(source, scope, node.left) + text_of(source, scope, node.right)
    found = texts.of(source, scope, node)
    if found is not None and found.complete:
        return found.text
    default = _setting(source, scope, node)
    return default if default is not None else "{" + code(node) + "}"


def _setting(source: SourceFile, scope: Scope, node: ast.expr) -> str | None:
    """The default of a field of settings: ``settings.api_prefix``, ``get_settings().api_prefix``."""
    if not isinstance(node, ast.Attribute):
        return None
    kind, where = _class_of(source, scope, node.value)
    for _ in range(_HOPS):
        owner = where.workspace.definition(where, kind) if kind else None
        if owner is None or owner.kind != "class":
            return None
        values = [
            one for one in types.bindings(owner.source, owner.scope).get(node.attr, []) if one is not None
        ]
        if values:
            value = values[0]
            if isinstance(value, ast.Call):
                value = next(
                    (one.value for one in value.keywords if one.arg == "default"), (*value.args, value)[0]
                )
            return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        bases = getattr(owner.scope.node, "bases", ())
        kind, where = (owner.source.dotted(bases[0]) if bases else ""), owner.source
    return None


def _class_of(source: SourceFile, scope: Scope, node: ast.expr) -> tuple[str, SourceFile]:
    """The class of settings, and the file whose name that is: of an object, or of what a function says to give."""
    value: ast.expr | None = node
    where = source
    if isinstance(node, ast.Name):
        value = _local(source, scope, node.id) or source.constants.get(node.id)
    if value is None or (value is node and isinstance(node, ast.Name | ast.Attribute)):
        where, value = members.only_value(source, node) or (source, None)
    if not isinstance(value, ast.Call):
        return source.type_of(node, scope), source
    dotted = where.dotted(value.func)
    found = where.workspace.definition(where, dotted) if dotted else None
    if found is not None and found.kind == "function":
        return types.annotation(found.source, getattr(found.scope.node, "returns", None)), found.source
    return dotted, where


def _identity(source: SourceFile, scope: Scope, node: ast.expr) -> Router | None:
    """A router by where it is made, through imports, re-exports and functions that give one."""
    if isinstance(node, ast.Call):
        found = source.workspace.definition(source, source.dotted(node.func))
        return Router(found.source.path, found.scope.name) if found and found.kind == "function" else None
    if isinstance(node, ast.Name):
        current: Scope | None = scope
        while current is not None and current is not source.module:
            if node.id in types.bindings(source, current):
                returned = any(code(one.value) == node.id for one in current.of(ast.Return))
                return Router(source.path, current.name if returned else f"{current.name}.{node.id}")
            current = current.parent
        if node.id in source.constants or node.id not in source.imports:
            return Router(source.path, node.id)
    return _elsewhere(source, source.dotted(node), _HOPS)


def _elsewhere(source: SourceFile, dotted: str, hops: int) -> Router | None:
    module, _, name = dotted.rpartition(".")
    path = source.workspace.locate(source.path, module) if module.strip(".") else None
    other = source.workspace.source(path) if path and path != source.path and hops > 0 else None
    if path is None or other is None:
        return None
    if name in other.constants or name not in other.imports:
        return Router(path, name)
    return _elsewhere(other, other.imports[name], hops - 1) or Router(path, name)
