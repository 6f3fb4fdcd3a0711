"""What asserts claim by truth alone: that something counts as true, or that it is not None."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from async_testing.facts.asserts import is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings


class Claim(NamedTuple):
    """An assert, or one part of it."""

    scope: Scope
    where: ast.stmt | ast.expr
    subject: ast.expr
    """What is said to be true, or not to be None."""
    truth: bool
    """False where it is only compared with None."""


def of(source: SourceFile) -> list[Claim]:
    """Every such claim of a file's functions, remembered."""
    found: list[Claim] | None = source.__dict__.get("_claims")
    if found is None:
        found = source.__dict__["_claims"] = list(_of(source)) if is_testing(source) else []
    return found


def _of(source: SourceFile) -> Iterator[Claim]:
    functions = {id(one) for one in source.functions}
    for scope, statement in source.each(ast.Assert):
        if id(scope) in functions:
            for subject, truth in _parts(statement.test):
                yield Claim(scope, statement, subject, truth)
    for name in ("assertTrue", "assertIsNotNone"):
        for scope, call in source.calls(name):
            if isinstance(call.func, ast.Attribute) and id(scope) in functions:
                for subject, truth in _parts(call.args[0]) if call.args else ():
                    yield Claim(scope, call, subject, truth and name == "assertTrue")


def _parts(node: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for one in node.values:
            yield from _parts(one)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        right = node.comparators[0]
        none = isinstance(right, ast.Constant) and right.value is None
        unequal = isinstance(node.ops[0], ast.NotEq) and not isinstance(node.left, ast.Name)
        if none and (unequal or isinstance(node.ops[0], ast.IsNot)):  # a name with != may be about __ne__
            yield node.left, False
    else:
        yield node, True


def alone(claim: Claim) -> bool:
    """Whether no other assert of the function says more of the variable that is claimed."""
    if not isinstance(claim.subject, ast.Name):
        return True
    name = claim.subject.id
    others = [one.test for one in claim.scope.of(ast.Assert) if one is not claim.where]
    return not any(_says_more(node, name) for test in others for node in ast.walk(test))


def _says_more(node: ast.AST, name: str) -> bool:
    """Whether a node looks into a variable, or compares it with something other than None."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id == name
    if isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot):
        return any(isinstance(one, ast.Name) and one.id == name for one in [node.left, *node.comparators])
    return False


def value(source: SourceFile, node: ast.expr, scope: Scope) -> ast.expr:
    """What a variable was given by its function's only assignment of it; any other expression is its own value."""
    if not isinstance(node, ast.Name):
        return node
    bound = bindings(source, scope).get(node.id, [])
    if len(bound) != 1 or bound[0] is None:
        return node
    given = bound[0]
    around = source.parent(given)
    if isinstance(given, ast.Name | ast.Constant):  # whose parents are not kept
        return given
    plain = isinstance(around, ast.Assign | ast.AnnAssign) and around.value is given
    return given if plain and around.lineno <= node.lineno else node  # type: ignore[union-attr]
