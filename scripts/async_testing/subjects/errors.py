"""What a function raises, what it makes of errors it catches, and which HTTP status that is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects import parameters
from async_testing.subjects.bodies import Body, Condition, Place, Raised, Try
from async_testing.subjects.model import Mapping, Raise
from async_testing.subjects.wording import code, last, of_condition, slug

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_STATUS = re.compile(r"HTTP_(\d{3})(?!\d)")
_NAMED = {
    "OK": 200,
    "CREATED": 201,
    "ACCEPTED": 202,
    "NO_CONTENT": 204,
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "GONE": 410,
    "UNPROCESSABLE_ENTITY": 422,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "BAD_GATEWAY": 502,
    "SERVICE_UNAVAILABLE": 503,
}
_STATUSES = ("status_code", "status", "code", "http_status")


def status_of(node: ast.expr | None) -> int | None:
    """The HTTP status that an expression is: ``404``, ``status.HTTP_404_NOT_FOUND``, ``HTTPStatus.NOT_FOUND``."""
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, int) and 100 <= value < 600 else None
    if isinstance(node, ast.Attribute | ast.Name):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        found = _STATUS.search(name)
        return int(found.group(1)) if found else _NAMED.get(name)
    return None


def status_of_error(source: SourceFile, node: ast.expr | None) -> int | None:
    """The status that an error is raised with, or that its class says it has."""
    call = node if isinstance(node, ast.Call) else None
    if call is not None:
        for keyword in call.keywords:
            if keyword.arg in _STATUSES and (found := status_of(keyword.value)):
                return found
        for argument in call.args[:2]:
            if found := status_of(argument):
                return found
    return _of_class(source, source.dotted(call.func if call else node), 3)


def _of_class(source: SourceFile, dotted: str, hops: int) -> int | None:
    """The status that an exception's class has as an attribute, or hands to its base."""
    if not dotted or hops <= 0:
        return None
    found = source.workspace.definition(source, dotted)
    if found is None or found.kind != "class":
        return None
    for assign in found.scope.of(ast.Assign):
        if isinstance(assign.targets[0], ast.Name) and assign.targets[0].id in _STATUSES:
            return status_of(assign.value)
    for annotated in found.scope.of(ast.AnnAssign):
        if isinstance(annotated.target, ast.Name) and annotated.target.id in _STATUSES and annotated.value:
            return status_of(annotated.value)
    maker = found.scope.child("__init__")
    for argument, default in parameters.each(maker) if maker else ():
        if argument.arg in _STATUSES and (status := status_of(default)):
            return status
    for call in maker.of(ast.Call) if maker else ():
        if code(call.func).endswith("__init__"):
            given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in _STATUSES)]
            for one in given:
                if status := status_of(one):
                    return status
    node = found.scope.node
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return next(
        (status for one in bases if (status := _of_class(found.source, found.source.dotted(one), hops - 1))),
        None,
    )


def name_of(source: SourceFile, node: ast.expr | None) -> str:
    """An error's class as it is written; a factory's with its name: ``DAOException.from_driver``."""
    if isinstance(node, ast.Call):
        return name_of(source, node.func)
    return code(node)


def class_of(name: str) -> str:
    """The class of an error's name: ``DAOException`` of ``DAOException.from_driver``."""
    parts = name.split(".")
    capital = [one for one in parts if one[:1].isupper()]
    return capital[-1] if capital else parts[-1]


def raised(source: SourceFile, body: Body, via: str = "") -> Iterator[Raise]:
    """The errors that a function raises itself, those in handlers left out: they are mappings."""
    for one in body.raises:
        node, place = one.node, one.place
        if node.exc is None or place.handler is not None:
            continue
        text, words = when(place, one, body)
        name = name_of(source, node.exc)
        if _caught(place, name):
            continue
        yield Raise(node.lineno, name, status_of_error(source, node.exc), text, words, via)


def _caught(place: Place, name: str) -> bool:
    """Whether a handler of the function itself takes an error that is raised in its ``try``."""
    caught = [last(one) for guard in place.guards for handler in guard.handlers for one in names(handler)]
    return last(class_of(name)) in caught


def when(place: Place, one: Raised, body: Body) -> tuple[str, str]:
    """On what condition code runs: the innermost one."""
    if place.conditions:
        inner: Condition = place.conditions[-1]
        return of_condition(inner.test, inner.holds)
    for fork in body.forks:
        if isinstance(fork.node, ast.match_case) and any(each is one.node for each in ast.walk(fork.node)):
            pattern = ast.unparse(fork.node.pattern)
            return f"case {pattern}", "case_other" if pattern == "_" else f"case_{slug(pattern, 3)}"
    return "", ""


def names(handler: ast.ExceptHandler) -> tuple[str, ...]:
    """What a handler catches."""
    if handler.type is None:
        return ("BaseException",)
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return tuple(code(one) for one in kinds)


def mapped(source: SourceFile, body: Body, via: str = "") -> Iterator[Mapping]:
    """What becomes of the errors that a function catches."""
    for node, _ in body.tries:
        for handler in node.handlers:
            yield _of_handler(source, body, node, handler, via)


def _of_handler(source: SourceFile, body: Body, node: Try, handler: ast.ExceptHandler, via: str) -> Mapping:
    caught = names(handler)
    line = handler.lineno
    inside = [one for one in body.raises if one.place.handler is handler]
    for one in inside:
        exc = one.node.exc
        if exc is None or (isinstance(exc, ast.Name) and exc.id == handler.name):
            continue
        return Mapping(line, caught, "raises", name_of(source, exc), status_of_error(source, exc), via)
    if inside:
        return Mapping(line, caught, "reraised", "", None, via)
    for returned, place in body.returns:
        if place.handler is handler:
            value = code(returned.value) or "None"
            return Mapping(line, caught, "returns", value, None, via)
    return Mapping(line, caught, "swallowed", "", None, via)


def of_manager(source: SourceFile, manager: ast.expr, hops: int = 2) -> Iterator[Mapping]:
    """What a context manager of the project makes of errors in its block: a ``try`` around its ``yield``."""
    call = manager if isinstance(manager, ast.Call) else None
    dotted = source.dotted(call.func) if call else ""
    if not dotted or hops <= 0 or not _may_map(source, dotted):
        return
    found = source.workspace.definition(source, dotted)
    if found is None or found.kind != "function":
        return
    key = (of_manager, id(found.scope))
    if key not in source.memo:
        source.memo[key] = list(_around_yield(found.source, found.scope, dotted))
    yield from source.memo[key]


def _may_map(source: SourceFile, dotted: str) -> bool:
    name = dotted.split(".")[0]
    return name in source.module_functions or dotted != name or name in source.imports


def _around_yield(source: SourceFile, scope: Scope, dotted: str) -> Iterator[Mapping]:
    if ast.Yield not in scope.nodes:
        return
    body = Body(scope.body)
    for node, _ in body.tries:
        if any(isinstance(one, ast.Yield) for statement in node.body for one in ast.walk(statement)):
            for handler in node.handlers:
                yield _of_handler(source, body, node, handler, last(dotted))
