"""What is asked of sessions about single objects: ``get``, ``add``, ``delete``, ``merge``, ``refresh``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.facts import types
from async_testing.subjects.bodies import assigned
from async_testing.subjects.model import Bound, Statement
from async_testing.subjects.orm import is_constant
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_SESSION = {
    "get": "SELECT",
    "get_one": "SELECT",
    "refresh": "SELECT",
    "add": "INSERT",
    "merge": "INSERT",
    "delete": "DELETE",
}
_CHANGING = re.compile(r"(?:soft_)?(?:set|update|mark|change|delete|deactivate|activate|rename|apply)(?:_|$)")
"""Methods of objects that change them, by their names."""


def of_session(source: SourceFile, scope: Scope, call: ast.Call, method: str) -> Statement | None:
    """What a session sends for ``get``, ``add``, ``delete``, ``merge`` and ``refresh``."""
    verb = _SESSION.get(method)
    if verb is None or not call.args:
        return None
    first = call.args[0]
    table, columns = _made(source, scope, first)
    if method == "add" and isinstance(first, ast.Name) and not columns:
        changed = _changed(scope, first.id)
        if changed is not None:
            verb, columns = "UPDATE", changed
    if method in ("get", "get_one"):
        table = code(first)
        key = call.args[1] if len(call.args) > 1 else next((one.value for one in call.keywords), None)
        columns = (Bound("where", "primary key", "=", code(key)),) if key is not None else ()
    given = tuple(one.value for one in columns if not is_constant(one.value))
    return Statement(
        call.lineno,
        code(call),
        "sqlalchemy",
        verb,
        (table,) if table else (),
        columns,
        (),
        given,
        bool(table),
    )


def _changed(scope: Scope, name: str) -> tuple[Bound, ...] | None:
    """What a function sets of an object that it adds, which makes an UPDATE of it; None where it sets nothing."""
    found: dict[str, Bound] = {}
    for target, value, _ in assigned(scope):
        if (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == name
        ):
            found[target.attr] = Bound("set", target.attr, "=", code(value))
    for call in scope.of(ast.Call):
        if (
            isinstance(call.func, ast.Name)
            and call.func.id == "setattr"
            and call.args
            and code(call.args[0]) == name
        ):
            found.setdefault("", Bound("set", "", "", ""))
        on = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(on, ast.Name) and on.id == name and _CHANGING.match(call.func.attr):  # type: ignore[attr-defined]
            found.setdefault("", Bound("set", "", "", ""))
    return tuple(one for one in found.values() if one.column) if found else None


def _made(source: SourceFile, scope: Scope, node: ast.expr) -> tuple[str, tuple[Bound, ...]]:
    """The model of an object, and the columns that it is made with where the function makes it itself."""
    made: ast.expr | None = node
    if isinstance(node, ast.Name):
        bound = types.bindings(source, scope).get(node.id, [])
        made = bound[0] if len(bound) == 1 else None
    kind = last(source.type_of(node, scope))
    while isinstance(made, ast.Await):
        made = made.value
    if (
        isinstance(made, ast.Call)
        and isinstance(made.func, ast.Attribute)
        and made.func.attr in ("get", "get_one")
    ):
        return (code(made.args[0]) if made.args else kind), ()
    if isinstance(made, ast.Call):
        name = last(source.dotted(made.func))
        if name[:1].isupper():
            pairs = tuple(Bound("values", one.arg, "=", code(one.value)) for one in made.keywords if one.arg)
            return name, pairs
    return kind, ()
