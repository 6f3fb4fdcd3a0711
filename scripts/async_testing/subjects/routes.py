"""Routes of FastAPI, Starlette and Litestar: how a function is reached over HTTP, and what it answers."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.facts import members
from async_testing.subjects import errors
from async_testing.subjects.bodies import Body, assigned
from async_testing.subjects.given import given_to
from async_testing.subjects.model import Given, Route
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket"})
_ROUTERS = re.compile(
    r"(?:^|_)(?:app|application|router|routes?|api|blueprint|controller)(?:$|_)|router", re.IGNORECASE
)
_MADE = frozenset({"APIRouter", "FastAPI", "Starlette", "Router", "Litestar", "APIRoute"})
_AUTH = re.compile(
    r"auth|current_user|currentuser|caller|token|permission|secur|login|signed|api_key|apikey|require_|admin|"
    r"principal|credential|jwt|bearer|session_user|verified|identity",
    re.IGNORECASE,
)


def decorator(source: SourceFile, scope: Scope) -> ast.Call | None:
    """The decorator that makes a function a route, None where none does."""
    for one in getattr(scope.node, "decorator_list", ()):
        if isinstance(one, ast.Call) and _is_route(source, one):
            return one
    return None


def _is_route(source: SourceFile, call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        return source.dotted(func).startswith("litestar") and last(source.dotted(func)) in _METHODS | {
            "route"
        }
    if not isinstance(func, ast.Attribute) or func.attr not in _METHODS | {"api_route", "route"}:
        return False
    path = _path_node(call)
    if not (path is None or isinstance(path, ast.JoinedStr | ast.Name | ast.Attribute | ast.BinOp)):
        if not (isinstance(path, ast.Constant) and isinstance(path.value, str)):
            return False
        if path.value and not path.value.startswith(("/", "{")):
            return False
    on = func.value
    made = source.constants.get(on.id) if isinstance(on, ast.Name) else None
    if isinstance(made, ast.Call):
        return last(source.dotted(made.func)) in _MADE or bool(_ROUTERS.search(code(on)))
    return bool(_ROUTERS.search(last(code(on))))


def _path_node(call: ast.Call) -> ast.expr | None:
    if call.args:
        return call.args[0]
    return next((one.value for one in call.keywords if one.arg == "path"), None)


def of(source: SourceFile, scope: Scope, body: Body) -> Route | None:
    """How a function is reached, None where it is no route."""
    call = decorator(source, scope)
    if call is None:
        return None
    keywords = {one.arg: one.value for one in call.keywords if one.arg}
    name = last(code(call.func))
    methods = _methods(name, keywords)
    path = _prefix(source, scope, call) + _path(_path_node(call))
    given = tuple(given_to(source, scope, path, methods, isinstance(call.func, ast.Name)))
    bodies = [one for one in given if one.place == "body"]
    around = _around(source, call, keywords)
    named = [one.dependency for one in given if one.dependency]
    dependencies = tuple(dict.fromkeys([*around, *named]))
    guards = {one.dependency for one in given if one.dependency and _AUTH.search(one.name)}
    auth = tuple(one for one in dependencies if one in guards or _is_auth(source, one))
    return Route(
        methods,
        path or "/",
        given,
        bodies[0].annotation
        if len(bodies) == 1
        else ", ".join(f"{one.name}: {one.annotation}" for one in bodies),
        _response(scope, keywords),
        _status(source, call, name, keywords),
        _statuses(source, body, keywords, given),
        dependencies,
        auth,
        _name(keywords),
    )


def _name(keywords: dict[str, ast.expr]) -> str:
    named = keywords.get("name") or keywords.get("operation_id")
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else ""


def _methods(name: str, keywords: dict[str, ast.expr]) -> tuple[str, ...]:
    if name not in ("api_route", "route"):
        return (name.upper(),)
    listed = keywords.get("methods") or keywords.get("http_method")
    items = listed.elts if isinstance(listed, ast.List | ast.Tuple | ast.Set) else []
    return tuple(str(one.value).upper() for one in items if isinstance(one, ast.Constant)) or ("GET",)


def _path(node: ast.expr | None) -> str:
    if node is None:
        return ""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else "{" + code(one.value) + "}"
            for one in node.values
            if isinstance(one, ast.Constant | ast.FormattedValue)
        )
    return "{" + code(node) + "}"


def _prefix(source: SourceFile, scope: Scope, call: ast.Call) -> str:
    """The prefix of the router, or of the controller that the function is a method of."""
    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    if on is not None:
        made = _made(source, on)
        return _path(next((one.value for one in made.keywords if one.arg == "prefix"), None)) if made else ""
    owner = scope.class_
    for target, value, _ in assigned(owner) if owner else ():
        if isinstance(target, ast.Name) and target.id == "path" and isinstance(value, ast.Constant):
            return str(value.value).rstrip("/")
    return ""


def _made(source: SourceFile, on: ast.expr) -> ast.Call | None:
    value = source.constants.get(on.id) if isinstance(on, ast.Name) else None
    if value is None and isinstance(on, ast.Name) and on.id in source.imports:
        found = members.only_value(source, on)
        value = found[1] if found else None
    return value if isinstance(value, ast.Call) else None


def _around(source: SourceFile, call: ast.Call, keywords: dict[str, ast.expr]) -> list[str]:
    """What the router and the decorator depend on."""
    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = _made(source, on) if on is not None else None
    listed = [one.value for one in made.keywords if one.arg == "dependencies"] if made else []
    listed += [keywords["dependencies"]] if "dependencies" in keywords else []
    listed += [keywords["guards"]] if "guards" in keywords else []
    found: list[str] = []
    for one in listed:
        if isinstance(one, ast.List | ast.Tuple):
            found += [code(item) for item in one.elts]
        elif isinstance(one, ast.Dict):  # of Litestar
            found += [code(item) for item in one.values if item is not None]
    return found


def _response(scope: Scope, keywords: dict[str, ast.expr]) -> str:
    model = keywords.get("response_model")
    if model is not None and not (isinstance(model, ast.Constant) and model.value is None):
        return code(model)
    return code(getattr(scope.node, "returns", None))


def _status(source: SourceFile, call: ast.Call, name: str, keywords: dict[str, ast.expr]) -> int:
    said = errors.status_of(keywords.get("status_code"))
    if said is not None:
        return said
    if isinstance(call.func, ast.Name):  # of Litestar
        return {"post": 201, "delete": 204}.get(name, 200)
    return 101 if name == "websocket" else 200


def _statuses(
    source: SourceFile, body: Body, keywords: dict[str, ast.expr], given: tuple[Given, ...]
) -> tuple[int, ...]:
    """The other statuses that it answers with, as the function raises or documents them."""
    found = {one.status for one in errors.raised(source, body) if one.status}
    found |= {one.status for one in errors.mapped(source, body) if one.status}
    documented = keywords.get("responses")
    if isinstance(documented, ast.Dict):
        found |= {status for one in documented.keys if (status := errors.status_of(one))}
    checked = any(
        one.place in ("path", "query", "body", "form", "header")
        and (one.required or one.place != "header")
        and last(one.annotation) not in ("str", "")
        for one in given
    )
    return tuple(sorted(found | ({422} if checked else set())))


def _is_auth(source: SourceFile, dependency: str) -> bool:
    """Whether a dependency looks after who is asking: by its name, or because it asks for credentials."""
    if dependency.startswith("Security("):
        return True
    inner = re.sub(r"^\w+\(", "", dependency).split(",")[0].rstrip(")")
    if _AUTH.search(inner):
        return True
    name = inner.partition("(")[0]
    if not name.isidentifier() or not (name in source.imports or name in source.module_functions):
        return False
    found = source.workspace.definition(source, source.imports.get(name, name))
    if found is None or found.kind != "function":
        return False
    return any(one.status in (401, 403) for one in errors.raised(found.source, Body(found.scope.body)))
