"""What begins a transaction around code: a block, a decorator, a function that runs what it is handed in one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects.bodies import Body
from async_testing.subjects.wording import code, last, snake

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

BEGINNING = frozenset({"transaction", "begin", "begin_nested", "atomic", "in_transaction"})
_DECORATING = frozenset(
    {"transactional", "transaction", "atomic", "in_transaction", "with_transaction", "unit_of_work"}
)


def begins(manager: ast.expr) -> bool:
    """Whether what is entered begins a transaction."""
    call = manager.value if isinstance(manager, ast.Await) else manager
    name = code(call.func) if isinstance(call, ast.Call) else ""
    return last(name) in BEGINNING


def of_decorators(scope: Scope) -> Iterator[str]:
    """The decorators that say to run a function in a transaction."""
    for one in getattr(scope.node, "decorator_list", ()):
        if snake(last(code(one.func if isinstance(one, ast.Call) else one))) in _DECORATING:
            yield f"@{code(one)}"


def around_work(source: SourceFile, calls: tuple[ast.Call, ...]) -> tuple[ast.expr, ...]:
    """What functions of the project enter around the work they are handed: ``retried(conn, lambda: …)``."""
    return tuple(manager for call in calls for manager in _of_call(source, call))


def _of_call(source: SourceFile, call: ast.Call) -> tuple[ast.expr, ...]:
    dotted = source.dotted(call.func)
    found = source.workspace.definition(source, dotted) if dotted else None
    if found is None or found.kind != "function":
        return ()
    key = (around_work, id(found.scope))
    if key not in source.memo:
        given = found.scope.parameters
        source.memo[key] = next(
            (
                tuple(one for one in called.place.managers if begins(one))
                for called in Body(found.scope.body).calls
                if isinstance(called.node.func, ast.Name) and called.node.func.id in given
            ),
            (),
        )
    managers: tuple[ast.expr, ...] = source.memo[key]
    return managers
