"""What ``patch`` and ``monkeypatch.setattr`` replace: the owner and the name, and what a module defines."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import mocks, types

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Definition


class Target(NamedTuple):
    """What a patch replaces."""

    owner: str
    """The module or class, dotted."""
    name: str
    new: ast.expr | None
    """What it is replaced by, None where the patch makes a mock."""
    told: bool
    """Whether the replacement's kind is chosen by other arguments: ``new_callable``, ``autospec``, ``wraps``."""


def all_of(source: SourceFile) -> list[tuple[ast.Call, Target]]:
    """Every patching call of a file with its target."""
    found: list[tuple[ast.Call, Target]] | None = source.memo.get((all_of,))
    if found is None:
        pairs = [(call, of_call(source, call)) for _, call in source.calls("patch", "object", "setattr")]
        found = source.memo[all_of,] = [(call, target) for call, target in pairs if target]
    return found


def of_call(source: SourceFile, call: ast.Call) -> Target | None:
    """The target of a patching call, None where it is no such call or its target is not written out."""
    kind = mocks.patch_kind(source, call)
    if not kind and not (isinstance(call.func, ast.Attribute) and call.func.attr == "setattr"):
        return None
    told = any(one.arg in ("new_callable", "wraps", None) or one.arg in mocks.SPECS for one in call.keywords)
    if kind == "patch" and call.args:
        return _split(_text(call.args[0]), mocks.replacement(source, call), told)
    if kind == "patch.object" and len(call.args) > 1:
        owner, name = source.dotted(call.args[0]), _text(call.args[1])
        return Target(owner, name, mocks.replacement(source, call), told) if owner and name else None
    func = call.func
    if (
        isinstance(func, ast.Attribute)
        and func.attr == "setattr"
        and "monkeypatch" in source.segment(func.value)
    ):
        if len(call.args) > 2:
            owner, name = source.dotted(call.args[0]), _text(call.args[1])
            return Target(owner, name, call.args[2], False) if owner and name else None
        if len(call.args) == 2:
            return _split(_text(call.args[0]), call.args[1], False)
    return None


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _split(dotted: str, new: ast.expr | None, told: bool) -> Target | None:
    owner, _, name = dotted.rpartition(".")
    return Target(owner, name, new, told) if owner and name.isidentifier() else None


def module(source: SourceFile, target: Target) -> SourceFile | None:
    """The module of the project that owns a target; None where a class owns it or it lies elsewhere."""
    if not target.owner or target.owner.startswith("."):
        return None
    return source.workspace.import_from(source, target.owner)


def shows(source: SourceFile, target: Target) -> bool:
    """Whether the text of a target's module has a function or class of its name at the top, told without parsing it."""
    path = source.workspace.locate(source.path, target.owner) if target.owner.strip(".") else None
    return path is not None and target.name in source.workspace.outline(path).top


def located(source: SourceFile, dotted: str) -> bool:
    """Whether a dotted name is a module of the project."""
    return source.workspace.locate(source.path, dotted) is not None


def replaced(source: SourceFile, target: Target) -> Definition | None:
    """The function or class of the project that a target is, through re-exports."""
    return source.workspace.definition(source, f"{target.owner}.{target.name}")


def defined(module: SourceFile) -> set[str]:
    """The names that a module's own code binds."""
    scope = module.module
    names = {child.name for child in scope.children} | set(module.imports)
    names |= set(types.bindings(module, scope))
    for inner in module.functions:
        for statement in inner.of(ast.Global):
            names |= set(statement.names)
    for handler in scope.of(ast.ExceptHandler):
        names |= {handler.name} if handler.name else set()
    return names | {"__name__", "__file__", "__doc__", "__path__", "__all__", "__package__", "__spec__"}


def is_open(module: SourceFile) -> bool:
    """Whether a module may have names that its text does not show."""
    names = {child.name for child in module.module.children}
    if "__getattr__" in names or "*" in module.imports or "globals()" in module.text:
        return True
    return "setattr(" in module.text or "__dict__" in module.text
