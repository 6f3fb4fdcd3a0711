"""What a test got while it ran, such as a response: as opposed to parameters, constants and facts about the machine."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts.asserts import last_name
from async_testing.facts.types import bindings

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.tests import Test

ABOUT_THE_MACHINE: tuple[str, ...] = (
    "version",
    "platform",
    "environ",
    "getenv",
    "which",
    "sys",
    "config",
    "supports",
    "is_",
    "has_",
)
ABOUT_THE_MACHINE += (
    "implementation",
    "find_spec",
    "import",
    "available",
    "feature",
    "capabilit",
    "debug",
    "mode",
)
OF_RESPONSES = ("is_success", "is_error", "is_client_error", "is_server_error", "is_redirect")
"""Attributes of a response that read like facts about the machine."""
TELLING = frozenset({"print", "skip", "xfail", "info", "debug", "warning", "warn", "log"})


def roots(node: ast.AST) -> set[str]:
    """The variables that an expression reads."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def obtained(source: SourceFile, test: Test, node: ast.expr) -> bool:
    """Whether an expression depends on what the test got at run time, and on no parameter or fact about the machine."""
    names = roots(node)
    shown = ast.unparse(node).lower()
    for word in OF_RESPONSES:
        shown = shown.replace(word, "")
    if any(word in shown for word in ABOUT_THE_MACHINE) or names & test.parametrized:
        return False
    bound = bindings(source, test.function)
    parameters = set(test.parameters)
    if any(isinstance(one, ast.Await) for one in ast.walk(node)):
        return True
    local = {name for name in names if name in bound}
    if names & parameters:
        return False
    return any(_from_outside(source, test, value) for name in local for value in bound[name])


def _from_outside(source: SourceFile, test: Test, value: ast.expr | None) -> bool:
    """Whether a value comes out of an ``await`` or a call on something that the test was given or made."""
    if value is None:
        return False
    if roots(value) & test.parametrized:
        return False
    if any(
        isinstance(one, ast.Await) or (isinstance(one, ast.comprehension) and one.is_async)
        for one in ast.walk(value)
    ):
        return not any(word in ast.unparse(value).lower() for word in ABOUT_THE_MACHINE)
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    if any(word in ast.unparse(value).lower() for word in ABOUT_THE_MACHINE):
        return False
    known = set(bindings(source, test.function)) | set(test.parameters)
    first = roots(value.func)
    return bool(first & known) and len(first) >= 1


def is_mock_check(node: ast.AST) -> bool:
    """Whether a node calls an assertion method."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "assert" in node.func.attr


def only_tells(node: ast.stmt) -> bool:
    """Whether a statement only prints, logs or skips."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and last_name(node.value) in TELLING
    )
