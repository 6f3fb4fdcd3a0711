"""Queries of the older kind, ``session.query(User).filter(...)``, which grow by calls on the query itself."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts import types

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile
    from async_testing.subjects.orm import Chain

_VERBS = {"delete": "DELETE", "update": "UPDATE"}


def chain(source: SourceFile, scope: Scope, call: ast.Call) -> Chain | None:
    """The steps of a query from the call that begins it, those on the variable that it is bound to among them."""
    from async_testing.subjects.orm import Chain, Step, appended

    if not isinstance(call.func, ast.Attribute) or call.func.attr != "query" or not call.args:
        return None
    if isinstance(call.args[0], ast.Constant | ast.JoinedStr):
        return None
    steps = [Step("select", call)]
    node: ast.AST = call
    while True:
        attribute = source.parent(node)
        outer = source.parent(attribute) if isinstance(attribute, ast.Attribute) else None
        if (
            not isinstance(outer, ast.Call)
            or not isinstance(attribute, ast.Attribute)
            or outer.func is not attribute
        ):
            break
        steps.append(Step(attribute.attr, outer))
        node = outer
    complete = True
    around = source.parent(node)
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
        name = around.targets[0].id
        for value in types.bindings(source, scope).get(name, []):
            more = appended(value, name)
            if more:
                steps += more
                complete = False
    return Chain(tuple(steps), complete, None)


def verb(found: Chain) -> str:
    """What a query does where it does not read: it ends in ``delete()`` or ``update({...})``."""
    if found.steps[0].node.func.__class__ is not ast.Attribute or found.steps[0].name != "select":
        return ""
    if getattr(found.steps[0].node.func, "attr", "") != "query":
        return ""
    return _VERBS.get(found.steps[-1].name, "")
