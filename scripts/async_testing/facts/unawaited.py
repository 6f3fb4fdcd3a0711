"""Coroutines that stand where only their result makes sense: in an assert, in a condition, before a dot."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.facts import coroutines, library
from async_testing.facts.scopes import Scope
from async_testing.facts.types import bindings

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

OF_A_VALUE = library.words("bool len list set tuple dict sorted sum min max any all str int float")
UNITTEST = library.words(
    "assertTrue assertFalse assertEqual assertNotEqual assertIs assertIsNot assertIsNone assertIsNotNone "
    "assertIn assertNotIn "
    "assertGreater assertLess assertGreaterEqual assertLessEqual assertCountEqual "
    "assertListEqual assertDictEqual"
)
"""The assertions of ``unittest`` that look at their first arguments."""
OF_A_COROUTINE = frozenset({"close", "send", "throw"})


class Found(NamedTuple):
    """A coroutine used as if it were its result."""

    node: ast.expr
    call: ast.expr
    """The call itself where ``await`` belongs; a name where the coroutine is in a variable."""
    shown: str
    """The called function as written."""


def values(source: SourceFile, node: ast.expr, scope: Scope) -> Iterator[Found]:
    """The coroutines whose truth, equality or members an expression looks at.

    Args:
        source: the file.
        node: the expression, such as the test of an assert.
        scope: whose code it is.
    """
    found: list[Found] = []
    _collect(source, node, scope, found)
    return iter(found)


def _collect(source: SourceFile, node: Any, scope: Scope, found: list[Found]) -> None:
    kind = node.__class__
    if kind is ast.Name:
        shown = _stored(source, node, scope)
        if shown:
            found.append(Found(node, node, shown))
    elif kind is ast.Call:
        shown = coroutines.made(source, node, scope)
        if shown:
            found.append(Found(node, node, shown))
        elif node.func.__class__ is ast.Attribute:
            _collect(source, node.func, scope, found)
        elif node.func.__class__ is ast.Name and node.func.id in OF_A_VALUE:
            for argument in node.args:
                _collect(source, argument, scope, found)
    elif kind is ast.Attribute or kind is ast.Subscript:
        if node.value.__class__ is ast.Name:
            return
        if kind is ast.Subscript or not (node.attr in OF_A_COROUTINE or node.attr.startswith(("cr_", "__"))):
            _collect(source, node.value, scope, found)
    elif kind is not ast.Constant:
        for part in _parts(node):
            _collect(source, part, scope, found)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The parts that an expression takes the value of."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.NamedExpr):
        return [node.value]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return [node.elt]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    return []


def _stored(source: SourceFile, name: ast.Name, scope: Scope) -> str:
    """The coroutine function whose coroutine a variable holds, if it is only ever asserted or compared."""
    found = bindings(source, scope).get(name.id, [])
    if len(found) != 1 or not isinstance(found[0], ast.Call):
        return ""
    owner = source.parent(found[0])
    if not isinstance(owner, ast.Assign | ast.AnnAssign):
        return ""
    shown = coroutines.made(source, found[0], scope)
    return shown if shown and not handed_on(scope, name.id) else ""


def handed_on(scope: Scope, name: str) -> bool:
    """Whether a variable is awaited, passed, returned or otherwise given away, so that its coroutine may be run."""
    looked_at = (ast.Assert, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.If, ast.While, ast.IfExp)
    if name not in scope.names_read:
        return False
    return any(
        not isinstance(node, looked_at) and not _asserts(node) and _reads(node, name)
        for statement in scope.body
        for node in ast.walk(statement)
    )


def _asserts(node: ast.AST) -> bool:
    """Whether a call is an assertion of ``unittest``: ``self.assertIsNotNone(user)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in UNITTEST


def _reads(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == name and not isinstance(one.ctx, ast.Store)
        for one in ast.iter_child_nodes(node)
    )


def loaded(scope: Scope, name: str) -> int:
    """How often a function's code, nested functions included, reads a variable."""
    return scope.reads.get(name, 0)


def expected(source: SourceFile, node: ast.AST) -> bool:
    """Whether the code around wants it: a ``with`` for warnings or TypeErrors, a branch for one of sync and async."""
    for around in source.ancestors(node):
        if isinstance(around, ast.With | ast.AsyncWith):
            for item in around.items:
                name = source.called(item.context_expr)
                if name.rpartition(".")[2] in ("warns", "catch_warnings", "deprecated_call", "assertWarns"):
                    return True
                call = item.context_expr
                if name.endswith(("raises", "assertRaises", "suppress")) and isinstance(call, ast.Call):
                    return any("TypeError" in ast.unparse(one) for one in call.args)
        elif isinstance(around, ast.If):
            if "sync" in ast.unparse(around.test).lower():
                return True
        elif any("filterwarnings" in ast.unparse(one) for one in getattr(around, "decorator_list", [])):
            return True
    return False
