"""Functions of the same module that a function calls: what they send and raise counts for the caller."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.subjects.bodies import Body, Called

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_DEEPEST = 3


class Helper(NamedTuple):
    """A function that is called."""

    scope: Scope
    body: Body
    called: Called


def body_of(source: SourceFile, scope: Scope) -> Body:
    """What a function does, worked out once."""
    key = (body_of, id(scope))
    if key not in source.memo:
        source.memo[key] = Body(scope.body)
    found: Body = source.memo[key]
    return found


def reached(
    source: SourceFile, scope: Scope, seen: frozenset[int] = frozenset(), depth: int = 0
) -> Iterator[Helper]:
    """The helpers of a function, in the order of their calls, those that helpers call behind them; each once."""
    if depth >= _DEEPEST:
        return
    known = set(seen | {id(scope)})
    for called in body_of(source, scope).calls:
        helper = target(source, scope, called.node)
        if helper is None or id(helper) in known:
            continue
        known.add(id(helper))
        yield Helper(helper, body_of(source, helper), called)
        for inner in reached(source, helper, frozenset(known), depth + 1):
            if id(inner.scope) not in known:
                known.add(id(inner.scope))
                yield inner


def handed(source: SourceFile, scope: Scope, call: ast.Call) -> Iterator[Scope]:
    """The functions of the same file that a call is handed to run: ``retried(conn, self._place)``."""
    for one in [*call.args, *(keyword.value for keyword in call.keywords)]:
        if isinstance(one, ast.Name | ast.Attribute):
            found = target(source, scope, ast.Call(one, [], []))
            if found is not None:
                yield found


def target(source: SourceFile, scope: Scope, call: ast.Call) -> Scope | None:
    """The function of the same file that a call goes to: ``helper()``, ``self._helper()``, ``UserDAO._helper()``."""
    func = call.func
    if isinstance(func, ast.Name):
        found = source.module_functions.get(func.id)
        return found if found is not None and func.id not in scope.parameters else None
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name | ast.Call):
        return None
    name = func.value.id if isinstance(func.value, ast.Name) else ""
    if name in ("self", "cls"):
        owner: Scope | None = scope
        while owner is not None and not isinstance(owner.node, ast.ClassDef):
            owner = owner.parent
    else:
        owner = source.module.child(name) if name else None
    if owner is None or not isinstance(owner.node, ast.ClassDef):
        return None
    method = owner.child(func.attr)
    return method if method is not None and not isinstance(method.node, ast.ClassDef) else None
