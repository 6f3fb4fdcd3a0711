"""Assertions: which statements and calls make a test fail, and what expects an exception."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp", "RaisesGroup"})
WARNS = frozenset(
    {"warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "assertLogs", "assertNoLogs"}
)
FAILS = frozenset({"pytest.fail", "pytest.exit", "sys.exit", "os._exit", "os.abort"})
TELLING: tuple[str, ...] = (
    "assert",
    "check",
    "verify",
    "validate",
    "expect",
    "ensure",
    "compare",
    "raise_for",
    "fail",
    "_assert",
)
TELLING += (
    "_check",
    "_verify",
    "_validate",
    "_test",
    "_expect",
    "should",
    "must",
    "wait_for",
    "wait_until",
    "test_",
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Raises(NamedTuple):
    """A ``with pytest.raises(...)``: the statement, the call, the name behind ``as``, the expected exceptions."""

    block: ast.With | ast.AsyncWith
    call: ast.Call
    name: str
    expected: list[ast.expr]

    @property
    def narrowed(self) -> bool:
        """Whether it says more than the class: a text to match or a check."""
        return len(self.call.args) > 1 or any(
            one.arg in ("match", "check", None, "func") for one in self.call.keywords
        )


def is_testing(source: SourceFile) -> bool:
    """Whether a file belongs to the tests: collected, a conftest, or by its folder."""
    if source.is_test_file or source.is_conftest:
        return True
    return any(part in ("tests", "test", "testing") for part in source.path.split("/")[:-1])


def inside(nodes: list[ast.stmt] | ast.AST) -> Iterator[ast.AST]:
    """Every node below statements, themselves first, but nothing inside of nested functions."""
    stack: list[ast.AST] = [nodes] if isinstance(nodes, ast.AST) else list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, FUNCTIONS):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def last_name(node: ast.AST | None) -> str:
    """The last part of a name or attribute, of a call's what it calls: ``raises`` of ``pytest.raises(...)``."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_check(node: ast.AST) -> bool:
    """Whether a node can make the test fail by itself: an assert, a raise, a call that tells so by its name."""
    if isinstance(node, ast.Assert | ast.Raise):
        return True
    if isinstance(node, ast.withitem):
        return last_name(node.context_expr) in RAISES | WARNS
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node)
    return name in RAISES or name.lower().startswith(TELLING) or "assert" in name.lower()


def checks(nodes: list[ast.stmt] | ast.AST) -> list[ast.AST]:
    """The nodes below statements that can make the test fail."""
    return [node for node in inside(nodes) if is_check(node)]


def raises_blocks(source: SourceFile, scope: Scope) -> Iterator[Raises]:
    """The ``with`` statements of a function's own code that expect an exception."""
    blocks: list[ast.With | ast.AsyncWith] = [*scope.of(ast.With), *scope.of(ast.AsyncWith)]
    for block in blocks:
        for item in block.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                continue
            if last_name(call) != "assertRaises" and source.dotted(call.func) != "pytest.raises":
                continue
            first = next((one.value for one in call.keywords if one.arg == "expected_exception"), None)
            first = call.args[0] if call.args else first
            if first is None or isinstance(first, ast.Starred):
                continue
            expected = list(first.elts) if isinstance(first, ast.Tuple) else [first]
            name = item.optional_vars.id if isinstance(item.optional_vars, ast.Name) else ""
            yield Raises(block, call, name, expected)


def expects(source: SourceFile, node: ast.AST) -> bool:
    """Whether the code around waits for the statement to raise or warn: a ``with`` for it, or a ``try``."""
    inner = node
    for around in source.ancestors(node):
        if isinstance(around, FUNCTIONS):
            return False
        if isinstance(around, ast.With | ast.AsyncWith):
            names = {last_name(item.context_expr) for item in around.items}
            if names & (RAISES | WARNS | {"suppress", "catch_warnings"}) or any(
                "raise" in one for one in names
            ):
                return True
        if isinstance(around, ast.Try) and any(inner is one for one in around.body):
            return True
        inner = around
    return False


def reads(nodes: list[ast.stmt] | list[ast.expr], name: str) -> list[ast.Name]:
    """Where a variable is read below nodes, nested functions included."""
    return [
        one
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load)
    ]


def block_of(source: SourceFile, node: ast.AST) -> list[ast.stmt]:
    """The list of statements that a statement stands in."""
    parent = source.parent(node)
    for field in ("body", "orelse", "finalbody"):
        found = getattr(parent, field, None)
        if isinstance(found, list) and any(one is node for one in found):
            return found
    return []


def fails(node: ast.stmt) -> bool:
    """Whether a statement always ends the test as failed: ``raise``, ``pytest.fail()``, ``assert False``."""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Assert):
        return is_false(node.test)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and "fail" in last_name(node.value)


def is_false(node: ast.expr) -> bool:
    """Whether an expression is a constant that counts as false."""
    if isinstance(node, ast.Constant):
        return not node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return isinstance(node.operand, ast.Constant) and bool(node.operand.value)
    return False


def same(left: ast.AST, right: ast.AST) -> bool:
    """Whether two expressions are written alike."""
    while left.__class__ is right.__class__:
        if isinstance(left, ast.Name):
            return left.id == right.id and left.ctx.__class__ is right.ctx.__class__  # type: ignore[attr-defined]
        if not isinstance(left, ast.Attribute):
            return ast.dump(left) == ast.dump(right)
        if left.attr != right.attr or left.ctx.__class__ is not right.ctx.__class__:  # type: ignore[attr-defined]
            return False
        left, right = left.value, right.value  # type: ignore[attr-defined]
    return False
