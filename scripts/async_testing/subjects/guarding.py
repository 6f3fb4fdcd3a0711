"""Which dependencies of a route look after who is asking, and the statuses that its dependencies answer with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from async_testing.subjects import errors, helpers, parameters
from async_testing.subjects.model import Given
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

Asked = tuple["SourceFile", ast.expr]
"""A dependency as it is written, and the file that it stands in."""

_AUTH = re.compile(
    r"auth|current_user|currentuser|caller|token|permission|secur|login|signed|api_key|apikey|require_|admin|"
    r"principal|credential|jwt|bearer|session_user|verified|identity",
    re.IGNORECASE,
)
_CONTAINED = ("Provide", "FromDishka", "Provider", "Inject", "Injected", "Closing")
_REFUSING = frozenset({401, 403})
_DEEPEST = 3


def asked(source: SourceFile, scope: Scope) -> Iterator[Asked]:
    """What gives the parameters of a function."""
    for argument, default in parameters.each(scope):
        found = parameters.given_by(source, argument, default)
        if found is not None:
            yield found


def is_guard_by_name(given: Given) -> bool:
    """Whether a parameter's name says that it is who is asking; what a container gives is never."""
    return not _is_contained(given.dependency) and bool(_AUTH.search(given.name))


def guards(found: Iterable[Asked]) -> set[str]:
    """The dependencies that look after who is asking: by their name, or because they refuse."""
    return {code(node) for source, node in found if _is_guard(source, node)}


def statuses(found: Iterable[Asked]) -> frozenset[int]:
    """The statuses that dependencies answer with themselves."""
    return frozenset(status for source, node in found for status in _of(source, node, _DEEPEST))


def _is_contained(text: str) -> bool:
    return any(f"{one}[" in text for one in _CONTAINED)


def _is_guard(source: SourceFile, node: ast.expr) -> bool:
    text = code(node)
    if text.startswith("Security(") or last(source.dotted(getattr(node, "func", None))) == "Security":
        return True
    if _is_contained(text):
        return False
    target = _target(node)
    inner = target.func if isinstance(target, ast.Call) else target
    return bool(_AUTH.search(code(inner))) or not _REFUSING.isdisjoint(_of(source, node, _DEEPEST))


def _target(node: ast.expr) -> ast.expr:
    """What ``Depends`` or ``Provide`` is given."""
    if isinstance(node, ast.Call) and last(code(node.func)) in ("Depends", "Security", "Provide"):
        return node.args[0] if node.args else next((one.value for one in node.keywords), node)
    return node


def _of(source: SourceFile, node: ast.expr, hops: int) -> frozenset[int]:
    target = _target(node)
    made = isinstance(target, ast.Call)
    name = source.dotted(target.func if isinstance(target, ast.Call) else target)
    found = source.workspace.definition(source, name) if name and hops > 0 else None
    if found is None:
        return frozenset()
    scopes = [found.scope]
    if found.kind == "class":
        special = found.scope.child("__call__" if made else "__init__")
        scopes = [special] if special is not None else []
    elif made:
        scopes = [one for one in found.scope.children if not isinstance(one.node, ast.ClassDef)]
    return frozenset(status for one in scopes for status in _of_scope(found.source, one, hops))


def _of_scope(source: SourceFile, scope: Scope, hops: int) -> frozenset[int]:
    key = (_of_scope, id(scope))
    if key not in source.memo:
        source.memo[key] = frozenset()  # what depends on itself adds nothing
        source.memo[key] = frozenset(_worked_out(source, scope, hops))
    result: frozenset[int] = source.memo[key]
    return result


def _worked_out(source: SourceFile, scope: Scope, hops: int) -> Iterator[int]:
    bodies = [helpers.body_of(source, scope), *(one.body for one in helpers.reached(source, scope))]
    for body in bodies:
        found = [one.status for one in errors.raised(source, body)]
        found += [one.status for one in errors.mapped(source, body)]
        yield from (one for one in found if one)
    yield from _of_all(asked(source, scope), hops - 1)


def _of_all(found: Sequence[Asked] | Iterator[Asked], hops: int) -> Iterator[int]:
    for source, node in found:
        yield from _of(source, node, hops)
