"""Code of the tests that can do nothing but raise: ``1 / 0``, a helper whose body is a ``raise``."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from async_testing.facts import asserts
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile

HOPS = 5
"""How many functions that call each other are followed."""
_DIVISIONS = (ast.Div, ast.FloorDiv)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_provoked(source: SourceFile, scope: Scope, body: list[ast.stmt]) -> bool:
    """Whether a block always raises, by itself or by functions of the tests: no code under test has a say in it.

    Args:
        source: the file of the block.
        scope: the function that it stands in.
        body: its statements.
    """
    return _raises(source, scope, body, frozenset(), HOPS)


def _raises(
    source: SourceFile, scope: Scope, body: Iterable[ast.stmt], zeros: frozenset[str], hops: int
) -> bool:
    for statement in body:
        if isinstance(statement, ast.Raise):
            return True
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef, ast.Pass)):
            continue
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return):
            return False  # it may go elsewhere
        if statement.value is not None and _is_raised(source, scope, statement.value, zeros, hops):
            return True
        if isinstance(statement, ast.Return):
            return False
    return False


def _is_raised(source: SourceFile, scope: Scope, value: ast.expr, zeros: frozenset[str], hops: int) -> bool:
    """Whether an expression always raises, where some names are known to be zero."""
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, _DIVISIONS) and _is_zero(value.right, zeros)
    awaited = isinstance(value, ast.Await)
    call = value.value if isinstance(value, ast.Await) else value
    if not hops or not isinstance(call, ast.Call):
        return False
    found = _of_tests(source, scope, call.func)
    if found is None:
        return False
    there, function = found
    node = function.node
    if not isinstance(node, _FUNCTIONS) or node.decorator_list or function.is_generator:
        return False
    if function.is_async is not awaited:
        return False
    return _raises(there, function, node.body, _zeros(call, node, zeros), hops - 1)


def _of_tests(source: SourceFile, scope: Scope, func: ast.expr) -> tuple[SourceFile, Scope] | None:
    """The function that the tests define under a name: around here, in this file, or in a module of theirs."""
    if isinstance(func, ast.Name):
        around: Scope | None = scope
        while around is not None:
            own = around.child(func.id)
            if own is not None and not isinstance(around.node, ast.ClassDef):
                return source, own
            around = around.parent
    dotted = source.dotted(func)
    if "." not in dotted or "test" not in dotted:  # spares parsing what no test helper is in
        return None
    found = source.workspace.definition(source, dotted)
    if found is None or found.kind != "function" or not asserts.is_testing(found.source):
        return None
    return found.source, found.scope


def _zeros(
    call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, zeros: frozenset[str]
) -> frozenset[str]:
    """The parameters of a function that a call hands zero to."""
    if any(isinstance(one, ast.Starred) for one in call.args):
        return frozenset()
    given = dict(zip((one.arg for one in arguments(function)), call.args, strict=False))
    given.update({one.arg: one.value for one in call.keywords if one.arg})
    return frozenset(name for name, value in given.items() if _is_zero(value, zeros))


def _is_zero(value: ast.expr, zeros: frozenset[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in zeros
    return isinstance(value, ast.Constant) and value.value == 0 and isinstance(value.value, int | float)
