"""Where code stands in a test or fixture: in cleanup, after a cancellation, among the statements that come later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

XUNIT = frozenset(
    {"setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown"}
    | {
        f"{when}_{what}"
        for when in ("setup", "teardown")
        for what in ("method", "class", "module", "function")
    }
)


def of_tests(source: SourceFile) -> list[Scope]:
    """The functions of the file's tests."""
    return [test.function for test in source.tests]


def of_tests_and_fixtures(source: SourceFile) -> list[Scope]:
    """The functions of the file's tests, fixtures, and hooks in the style of xunit."""
    found: list[Scope] | None = source.memo.get((of_tests_and_fixtures,))
    if found is None:
        hooks = [one for one in source.functions if one.name in XUNIT] if source.is_test_file else []
        found = [*of_tests(source), *(one.function for one in source.fixtures.own), *hooks]
        source.memo[of_tests_and_fixtures,] = found
    return found


def in_finally(source: SourceFile, node: ast.AST) -> bool:
    """Whether a node stands in the ``finally`` of a ``try``."""
    inner = node
    for around in source.ancestors(node):
        if isinstance(around, ast.Try | ast.TryStar) and any(inner is one for one in around.finalbody):
            return True
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        inner = around
    return False


def in_try_with_finally(source: SourceFile, node: ast.AST) -> bool:
    """Whether a node stands anywhere in a ``try`` that has a ``finally``."""
    for around in source.ancestors(node):
        if isinstance(around, ast.Try | ast.TryStar) and around.finalbody:
            return True
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
    return False


def after_yield(scope: Scope, node: ast.AST) -> bool:
    """Whether a node comes after the first ``yield`` of its function: the teardown of a fixture."""
    yields = scope.of(ast.Yield)
    return bool(yields) and node.lineno > yields[0].lineno  # type: ignore[attr-defined]


def cancels(scope: Scope) -> bool:
    """Whether a function cancels, closes or stops something."""
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("cancel", "cancel_all", "cancel_scope", "uncancel")
        for call in scope.within(ast.Call)
    )


def names(nodes: list[ast.expr]) -> set[str]:
    """The names that expressions read."""
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def reads_after(scope: Scope, line: int, wanted: set[str]) -> bool:
    """Whether code of a function below a line reads one of the names."""
    return any(
        isinstance(node, ast.Name) and node.id in wanted and node.lineno > line
        for statement in scope.body
        if (statement.end_lineno or 0) > line
        for node in ast.walk(statement)
    )


def statements(scope: Scope) -> Iterator[ast.stmt]:
    """All of a function's statements, those in its blocks too, nested functions left out."""
    for kind, found in scope.nodes.items():
        if issubclass(kind, ast.stmt):
            yield from found
