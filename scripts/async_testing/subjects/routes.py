"""Routes of FastAPI, Starlette and Litestar: how a function is reached over HTTP, and what it answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects import errors, parameters, statuses
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
    found = source.constants.get(on.id) if isinstance(on, ast.Name) else None
    if isinstance(found, ast.Call):
        return last(source.dotted(found.func)) in _MADE or bool(_ROUTERS.search(code(on)))
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
    from async_testing.subjects import guarding, mounting

    keywords = {one.arg: one.value for one in call.keywords if one.arg}
    name = last(code(call.func))
    methods = _methods(name, keywords)
    own = _prefix(source, scope, call) + _path(source, scope, _path_node(call))
    is_litestar = isinstance(call.func, ast.Name)
    around = _around(source, scope, call, keywords)
    provided = _provided(scope, keywords) if is_litestar else {}
    given = tuple(given_to(source, scope, own, methods, is_litestar, frozenset(provided)))
    bodies = [one for one in given if one.place == "body"]
    asked = [*around, *guarding.asked(source, scope)]
    asked += [(source, provided[one.name]) for one in given if one.name in provided]
    dependencies = tuple(
        dict.fromkeys(
            [*(code(one) for _, one in around), *(one.dependency for one in given if one.dependency)]
        )
    )
    guards = guarding.guards(asked)
    guards |= {one.dependency for one in given if one.dependency and guarding.is_guard_by_name(one)}
    path = own
    if isinstance(call.func, ast.Attribute):
        path = mounting.prefix_of(source, scope, call.func.value) + own
    return Route(
        methods,
        path or "/",
        given,
        bodies[0].annotation
        if len(bodies) == 1
        else ", ".join(f"{one.name}: {one.annotation}" for one in bodies),
        _response(scope, keywords),
        _status(source, call, name, keywords),
        _statuses(
            source, scope, body, keywords, given, 400 if is_litestar else 422, guarding.statuses(asked)
        ),
        dependencies,
        tuple(one for one in dependencies if one in guards),
        _name(keywords),
        own or "/",
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


def _path(source: SourceFile, scope: Scope, node: ast.expr | None) -> str:
    from async_testing.subjects import mounting

    return mounting.text_of(source, scope.parent or source.module, node)


def _is_own_class(source: SourceFile, scope: Scope) -> Iterator[bool]:
    """Of each dependency whether it is the parameter's own class, made of what the request holds: ``Depends()``."""

    for argument, default in parameters.each(scope):
        found = parameters.given_by(source, argument, default)
        yield (
            found is not None
            and isinstance(found[1], ast.Call)
            and not found[1].args
            and not found[1].keywords
        )


def _prefix(source: SourceFile, scope: Scope, call: ast.Call) -> str:
    """The prefix of the router, or of the controller that the function is a method of."""
    from async_testing.subjects import mounting

    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    if on is not None:
        made = mounting.made(source, scope.parent or source.module, on)
        if made is None:
            return ""
        prefix = next((one.value for one in made[1].keywords if one.arg == "prefix"), None)
        return mounting.text_of(made[0], made[0].module, prefix)
    owner = scope.class_
    for target, value, _ in assigned(owner) if owner else ():
        if isinstance(target, ast.Name) and target.id == "path" and isinstance(value, ast.Constant):
            return str(value.value).rstrip("/")
    return ""


def _around(
    source: SourceFile, scope: Scope, call: ast.Call, keywords: dict[str, ast.expr]
) -> list[tuple[SourceFile, ast.expr]]:
    """What the router or controller, and the decorator, depend on."""
    from async_testing.subjects import mounting

    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = mounting.made(source, scope.parent or source.module, on) if on is not None else None
    listed = [(made[0], one.value) for one in made[1].keywords if one.arg == "dependencies"] if made else []
    owner = scope.class_
    for target, value, _ in assigned(owner) if owner is not None and on is None else ():
        if isinstance(target, ast.Name) and target.id == "guards":
            listed.append((source, value))
    listed += [(source, keywords[name]) for name in ("dependencies", "guards") if name in keywords]
    found: list[tuple[SourceFile, ast.expr]] = []
    for where, one in listed:
        items = one.elts if isinstance(one, ast.List | ast.Tuple) else []
        found += [parameters.giving(where, item) or (where, item) for item in items]
    return found


def _provided(scope: Scope, keywords: dict[str, ast.expr]) -> dict[str, ast.expr]:
    """What Litestar provides by name: the dictionaries of the handler and its controller."""
    found: dict[str, ast.expr] = {}
    owner = scope.class_
    values = [
        value
        for target, value, _ in (assigned(owner) if owner is not None else ())
        if isinstance(target, ast.Name) and target.id == "dependencies"
    ]
    for one in [*values, *([keywords["dependencies"]] if "dependencies" in keywords else [])]:
        if isinstance(one, ast.Dict):
            pairs = zip(one.keys, one.values, strict=True)
            found |= {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
    return found


def _response(scope: Scope, keywords: dict[str, ast.expr]) -> str:
    model = keywords.get("response_model")
    if model is not None and not (isinstance(model, ast.Constant) and model.value is None):
        return code(model)
    return code(getattr(scope.node, "returns", None))


def _status(source: SourceFile, call: ast.Call, name: str, keywords: dict[str, ast.expr]) -> int:
    said = statuses.status_of(keywords.get("status_code"))
    if said is not None:
        return said
    if isinstance(call.func, ast.Name):  # of Litestar
        return {"post": 201, "delete": 204}.get(name, 200)
    return 101 if name == "websocket" else 200


def _statuses(
    source: SourceFile,
    scope: Scope,
    body: Body,
    keywords: dict[str, ast.expr],
    given: tuple[Given, ...],
    unfit: int,
    around: frozenset[int],
) -> tuple[int, ...]:
    """The other statuses that it answers with, as the function and its dependencies raise or document them.

    Args:
        source: the file.
        scope: the function.
        body: what the function does.
        keywords: of the decorator.
        given: the parameters.
        unfit: the framework's answer to what does not fit.
        around: the statuses of dependencies.
    """
    found = {one.status for one in errors.raised(source, body) if one.status}
    found |= {one.status for one in errors.mapped(source, body) if one.status}
    found |= {status for one, _ in body.returns if (status := statuses.status_of_response(one.value))}
    for name, documented in keywords.items():
        if isinstance(documented, ast.Dict):
            listed = documented.keys if name == "responses" else documented.values
            found |= {status for one in listed if (status := statuses.status_of(one))}
    checked = any(_is_own_class(source, scope)) or any(
        one.place in ("path", "query", "body", "form", "header")
        and (one.required or one.place != "header")
        and last(one.annotation) not in ("str", "")
        for one in given
    )
    return tuple(sorted(found | around | ({unfit} if checked else set())))
