"""What a route is given: which parameters come from the path, the query, the body, a dependency."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.facts import types
from async_testing.subjects import parameters
from async_testing.subjects.model import Given
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_REQUEST = frozenset(
    {
        "Request",
        "Response",
        "WebSocket",
        "BackgroundTasks",
        "HTTPConnection",
        "SecurityScopes",
        "State",
        "Headers",
    }
)
_PLACES = {
    "Query": "query",
    "Path": "path",
    "Header": "header",
    "Cookie": "cookie",
    "Body": "body",
    "Form": "form",
}
_PLACES |= {"File": "form", "UploadFile": "form", "Parameter": "query", "QueryParameter": "query"}
_PLAIN = frozenset(
    [
        "str",
        "int",
        "float",
        "bool",
        "bytes",
        "UUID",
        "UUID4",
        "date",
        "datetime",
        "time",
        "timedelta",
        "Decimal",
        "Literal",
        "list",
        "set",
        "tuple",
        "Any",
        "None",
    ]
)
_RESERVED = frozenset({"request", "socket", "state", "scope", "headers", "cookies", "query", "body"})
"""Names that Litestar gives a meaning."""
_PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")


def given_to(
    source: SourceFile,
    scope: Scope,
    path: str,
    methods: tuple[str, ...],
    by_name: bool,
    provided: frozenset[str] = frozenset(),
) -> list[Given]:
    """Where each parameter comes from.

    Args:
        source: the file of the route.
        scope: its function.
        path: its path, with placeholders.
        methods: its methods.
        by_name: Litestar's way: ``data`` is the body, what is no plain value is provided.
        provided: the names that are said to be provided.
    """
    named = set(_PLACEHOLDER.findall(path))
    found = [_one(source, argument, default, named, methods) for argument, default in parameters.each(scope)]
    if by_name:
        notes = {argument.arg: argument for argument, _ in parameters.each(scope)}
        found = [
            one._replace(place="dependency", dependency=one.name)
            if one.name in provided or _is_provided(source, one, notes[one.name])
            else one
            for one in found
        ]
    return found


def _is_provided(source: SourceFile, one: Given, argument: ast.arg) -> bool:
    """Whether Litestar must get a parameter by its name, since its class is none that a request could hold."""
    if one.name == "data" or one.name in _RESERVED:
        return False
    apart = parameters.taken_apart(source, argument.annotation)
    if one.place not in ("body", "query") or (one.place == "query" and apart.extras):
        return False
    kind = last(types.annotation(apart.source, apart.kind))
    return kind not in _PLAIN and kind[:1].isupper() and not _is_enum(apart.source, apart.kind)


def _one(
    source: SourceFile, argument: ast.arg, default: ast.expr | None, named: set[str], methods: tuple[str, ...]
) -> Given:
    apart = parameters.taken_apart(source, argument.annotation)
    annotation, name = code(argument.annotation), argument.arg
    dependency = parameters.dependency(source, argument, default)
    if dependency:
        return Given(name, "dependency", code(apart.kind) or annotation, True, dependency)
    place = ""
    required = default is None
    for where, one in [*apart.extras, (source, default)]:
        called = one.func if isinstance(one, ast.Call) else one
        said = _PLACES.get(last(where.dotted(called)) if called is not None else "")
        if said:
            place = said
            if one is default:
                required = _is_required(one)
    kind = last(types.annotation(apart.source, apart.kind))
    if name in named:
        return Given(name, "path", annotation, True)
    if not place and (kind in _REQUEST or (name in _RESERVED and kind == "Scope")):
        return Given(name, "request", annotation, True)
    if not place:
        is_model = kind not in _PLAIN and kind[:1].isupper() and not _is_enum(apart.source, apart.kind)
        is_list = isinstance(apart.kind, ast.Subscript) and _holds_model(apart.source, apart.kind)
        can_have = any(one in ("POST", "PUT", "PATCH", "DELETE") for one in methods)
        place = "body" if can_have and (is_model or is_list or name == "data") else "query"
    return Given(name, place, annotation, required)


def _holds_model(source: SourceFile, node: ast.Subscript) -> bool:
    if last(source.dotted(node.value)) not in ("list", "List", "Sequence", "tuple", "set", "dict", "Dict"):
        return False
    names = [code(one) for one in ast.walk(node.slice) if isinstance(one, ast.Name | ast.Attribute)]
    return any(last(one)[:1].isupper() and last(one) not in _PLAIN for one in names) or (
        last(source.dotted(node.value)) in ("dict", "Dict")
    )


def _is_enum(source: SourceFile, node: ast.expr | None) -> bool:
    dotted = types.annotation(source, node)
    found = source.workspace.definition(source, dotted) if dotted else None
    owner = found.scope.node if found is not None else None
    return isinstance(owner, ast.ClassDef) and any("Enum" in code(one) for one in owner.bases)


def _is_required(node: ast.expr | None) -> bool:
    """Whether ``Query(...)`` has no default."""
    if not isinstance(node, ast.Call):
        return node is None
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and first.value is ...:
        return True
    return first is None and not any(one.arg in ("default", "default_factory") for one in node.keywords)
