"""Whether an application runs something when it starts and stops, and whether anything is added to it at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from async_testing.detection.names import Function, is_main_guard, own, parameters
from async_testing.detection.origins import key_of
from async_testing.detection.tree import Source, Tree

KEYWORDS = frozenset({"lifespan", "on_startup", "on_shutdown"})
ADDING = frozenset({"on_event", "add_event_handler", "lifespan_context", "on_startup", "on_shutdown"})
MARKER = re.compile(rb"lifespan|on_event|add_event_handler|on_startup|on_shutdown")


def constructed(nodes: Iterable[ast.AST]) -> bool:
    """Whether a call in this code is given a lifespan, as a keyword or in a dictionary of keywords."""
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in KEYWORDS:
            return not (isinstance(node.value, ast.Constant) and node.value.value is None)
        if isinstance(node, ast.Constant) and node.value == "lifespan":
            return True
    return False


def handled(tree: Tree, source: Source, nodes: Iterable[ast.AST], names: set[str]) -> bool:
    """Whether code adds something to run at start or stop to an application of one of these names.

    It counts also when the application is handed to a function of the project that does so.
    """
    return any(
        (isinstance(node, ast.Attribute) and node.attr in ADDING and _owner(node) in names)
        or (isinstance(node, ast.Call) and _helped(tree, source, node, names))
        for node in nodes
    )


def about(module: ast.Module, name: str) -> list[ast.AST]:
    """The nodes in which a module-level name is that of the module: no script part, no function with its own."""
    pending: list[ast.AST] = [
        part for part in module.body if not (isinstance(part, ast.If) and is_main_guard(part.test))
    ]
    found = []
    while pending:
        node = pending.pop()
        if isinstance(node, Function) and _binds(node, name):
            continue
        found.append(node)
        pending.extend(ast.iter_child_nodes(node))
    return found


def used(nodes: Iterable[ast.AST], name: str) -> bool:
    """Whether code takes something from the application of this name, as ``app.include_router`` does."""
    return any(isinstance(node, ast.Attribute) and _owner(node) == name for node in nodes)


def given(nodes: Iterable[ast.AST], name: str) -> bool:
    """Whether code hands the application of this name to a call."""
    return any(isinstance(node, ast.Call) and _gives(node, {name}) for node in nodes)


def _binds(node: Function, name: str) -> bool:
    if any(parameter.arg == name for parameter in parameters(node)):
        return True
    body = list(own(node))
    if any(isinstance(part, ast.Global) and name in part.names for part in body):
        return False
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store) for part in body
    )


def _owner(node: ast.Attribute) -> str:
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def _gives(call: ast.Call, names: set[str]) -> bool:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(value, ast.Name) and value.id in names for value in values)


def _helped(tree: Tree, source: Source, call: ast.Call, names: set[str]) -> bool:
    if not _gives(call, names):
        return False
    path, name = key_of(tree, source, call.func) or ("", "")
    target = tree.sources.get(path)
    if target is None or not MARKER.search(target.data) or target.module is None:
        return False
    for node in target.module.body:
        if isinstance(node, Function) and node.name == name:
            return any(isinstance(part, ast.Attribute) and part.attr in ADDING for part in ast.walk(node))
    return False
