"""HTTP statuses: of expressions, of errors by their class, of responses that are made."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.subjects import parameters
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Definition

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
_STATUSES = ("status_code", "status", "code", "http_status", "http_status_code", "http_code")
_FOREIGN = {
    "BadRequest": 400,
    "Client": 400,
    "Unauthorized": 401,
    "NotAuthorized": 401,
    "Forbidden": 403,
    "PermissionDenied": 403,
    "NotFound": 404,
    "MethodNotAllowed": 405,
    "Conflict": 409,
    "Gone": 410,
    "UnprocessableEntity": 422,
    "DuplicateValue": 422,
    "TooManyRequests": 429,
    "RateLimit": 429,
    "InternalServer": 500,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
}
"""Of errors of other packages, by what stands between HTTP and Exception in their names."""
_SPEAKING = re.compile(r"http|^litestar\b|^werkzeug\b|^starlette\b")
_HOPS = 3


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
    return _of_class(source, source.dotted(call.func if call else node), _HOPS)


def status_of_response(node: ast.expr | None) -> int | None:
    """The status that a response is made with: ``JSONResponse(body, status_code=409)``."""
    if not isinstance(node, ast.Call):
        return None
    said = next((one.value for one in node.keywords if one.arg in ("status_code", "status")), None)
    if said is None and last(code(node.func)).endswith("Response") and len(node.args) > 1:
        said = node.args[1]
    return status_of(said)


def _of_class(source: SourceFile, dotted: str, hops: int) -> int | None:
    """The status that an exception's class has as an attribute, or hands to its base."""
    if not dotted or hops <= 0:
        return None
    found = source.workspace.definition(source, dotted)
    if found is None:
        return _of_foreign(dotted)
    if found.kind != "class":
        return None
    own = _of_own(found)
    if own is not None:
        return own
    node = found.scope.node
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return next(
        (status for one in bases if (status := _of_class(found.source, found.source.dotted(one), hops - 1))),
        None,
    )


def _of_own(found: Definition) -> int | None:
    """The status that a class's own code says: an attribute, a default, what it hands to its base."""
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
            given = [*call.args[:3], *(one.value for one in call.keywords if one.arg in _STATUSES)]
            for one in given:
                if status := status_of(one):
                    return status
    return None


def _of_foreign(dotted: str) -> int | None:
    """The status that the name of another package's error says."""
    if not _SPEAKING.search(dotted.lower()):
        return None
    name = last(dotted).removeprefix("HTTP")
    return _FOREIGN.get(name.removesuffix("Exception").removesuffix("Error")) or _FOREIGN.get(name)
