"""What unittest class a class derives from, through bases of the project in other files too."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

PLAIN = frozenset({"unittest.TestCase", "unittest.case.TestCase"})
RUNNING = frozenset({"run", "_callTestMethod", "__init_subclass__", "__getattribute__"})
ISOLATED = frozenset({"unittest.IsolatedAsyncioTestCase", "unittest.async_case.IsolatedAsyncioTestCase"})


def plain_base(source: SourceFile, scope: Scope) -> ast.expr | None:
    """The base in a class's own line by which it is a plain TestCase and nothing more; None for all other classes.

    A metaclass, a decorator or a base that cannot be found may make async tests run.
    """
    kind, base = kind_of(source, scope)
    return base if kind == "plain" else None


def kind_of(source: SourceFile, scope: Scope, hops: int = 5) -> tuple[str, ast.expr | None]:
    """``plain``, ``isolated``, ``none`` (derives from nothing of unittest) or ``unknown``, and the base that tells."""
    node = scope.node
    if (
        not isinstance(node, ast.ClassDef)
        or hops == 0
        or any(one.arg == "metaclass" for one in node.keywords)
    ):
        return "unknown", None
    found: list[tuple[str, ast.expr]] = []
    for base in node.bases:
        name = source.dotted(base.value if isinstance(base, ast.Subscript) else base)
        if name in PLAIN:
            found.append(("plain", base))
        elif name in ISOLATED:
            found.append(("isolated", base))
        elif name not in ("object", "abc.ABC", "typing.Generic"):
            definition = source.workspace.definition(source, name) if name else None
            if definition is None or definition.kind != "class" or definition.scope is scope:
                return "unknown", None
            found.append((kind_of(definition.source, definition.scope, hops - 1)[0], base))
    if runs_itself(scope):
        return "unknown", None
    for wanted in ("unknown", "isolated", "plain"):
        for kind, base in found:
            if kind == wanted:
                return kind, base
    return "none", None


def runs_itself(scope: Scope) -> bool:
    """Whether a class has a say in how its tests are called."""
    return any(one.name in RUNNING for one in scope.children)
