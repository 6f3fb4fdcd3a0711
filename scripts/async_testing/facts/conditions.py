"""What tests assert, however it is spelled: the condition of an ``assert``, and that of a test case's method."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

_COMPARING: dict[str, type[ast.cmpop]] = {
    "self.assertEqual": ast.Eq,
    "self.assertEquals": ast.Eq,
    "self.assertNotEqual": ast.NotEq,
    "self.assertIs": ast.Is,
    "self.assertIsNot": ast.IsNot,
    "self.assertIn": ast.In,
    "self.assertNotIn": ast.NotIn,
    "self.assertLess": ast.Lt,
    "self.assertLessEqual": ast.LtE,
    "self.assertGreater": ast.Gt,
    "self.assertGreaterEqual": ast.GtE,
}


def _in_testcase(source: SourceFile) -> bool:
    found: bool | None = source.memo.get((asserted,))
    if found is None:
        found = source.memo[asserted,] = "self.assert" in source.text
    return found


def asserted(source: SourceFile, scope: Scope) -> Iterator[tuple[ast.Assert | ast.Call, ast.expr]]:
    """Each assertion of a function's own code with what has to be true: ``a in b`` of ``self.assertIn(a, b)``."""
    for statement in scope.of(ast.Assert):
        yield statement, statement.test
    if not _in_testcase(source):
        return
    for call in scope.of(ast.Call):
        name = source.called(call)
        if not name.startswith("self.assert") or not call.args:
            continue
        operator = _COMPARING.get(name)
        if name == "self.assertTrue":
            yield call, call.args[0]
        elif name == "self.assertFalse":
            yield call, ast.UnaryOp(ast.Not(), call.args[0])
        elif name == "self.assertIsNotNone":
            yield call, ast.Compare(call.args[0], [ast.IsNot()], [ast.Constant(None)])
        elif operator is not None and len(call.args) > 1:
            yield call, ast.Compare(call.args[0], [operator()], [call.args[1]])
