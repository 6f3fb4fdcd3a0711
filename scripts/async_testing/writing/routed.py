"""Routers, applications and responses that a function makes: what a test says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.things import Cls, Meta, Obj, Recorder, Unknown, has_opaque

if TYPE_CHECKING:
    from async_testing.writing.arranging import Arranger
    from async_testing.writing.showing import Shower

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_RESPONSES = frozenset({"Response", "JSONResponse", "ORJSONResponse", "PlainTextResponse"})
_SILENT = frozenset(
    {"add_middleware", "add_exception_handler", "exception_handler", "middleware", "on_event"}
)


def routes_of(router: Recorder, prefix: str = "") -> list[tuple[str, str]]:
    """The paths of a router and the method of each, as the description of an application has them.

    Raises:
        Unknown: it was told something that is not followed.
    """
    prefix += _text(router.meta.kwargs.get("prefix", ""))
    found: list[tuple[str, str]] = []
    for told in router.told:
        if told.name in _VERBS:
            if told.kwargs.get("include_in_schema", True) is True:
                found.append((prefix + _text(told.get("path", 0, "")), told.name))
        elif told.name == "include_router":
            inner = told.get("router", 0)
            if not isinstance(inner, Recorder):
                raise Unknown("what a router includes is not known")
            found += routes_of(inner, prefix + _text(told.kwargs.get("prefix", "")))
        elif told.name not in _SILENT:
            raise Unknown(f"{told.name} of a router is not followed")
    return found


def is_router(value: Any) -> bool:
    """Whether it is a router or an application of FastAPI."""
    return (
        isinstance(value, Recorder)
        and isinstance(value.meta, Meta)
        and value.meta.name in ("APIRouter", "FastAPI")
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unknown("a path is not known")
    return value


def is_response(value: Any) -> bool:
    """Whether it is a response of FastAPI's."""
    return isinstance(value, Obj) and response_kind(value) in _RESPONSES and "status_code" in value.fields


def response_kind(value: Obj) -> str:
    """The name of the framework's class that a response is of, or that its class derives from; none for others."""
    known = [one for one in value.cls.mro() if isinstance(one, Cls)]
    return next((one.qualname for one in known if one.module.source.path == "<fastapi>"), "")


def described(arranger: Arranger, value: Recorder, name: str) -> list[str]:
    """Assertions about the routes of a router or an application, as its description has them."""
    shower = arranger.shower
    kept = shower.show({f"{method} {path}" for path, method in routes_of(value)})
    lines = []
    if value.meta.name == "APIRouter":
        application = arranger.fresh("app")
        kind = shower.take("fastapi", "FastAPI")
        lines = [f"{application}: {kind} = {kind}()", f"{application}.include_router({name})"]
        name = application
    paths = arranger.fresh("paths")
    lines.append(f"{paths}: dict[str, Any] = {name}.openapi()[{shower.text('paths')}]")
    shower.take("typing", "Any")
    said = shower.text("{method} {path}")
    return [*lines, f"assert {{f{said} for path in {paths} for method in {paths}[path]}} == {kept}"]


def answered(shower: Shower, value: Obj, name: str) -> Iterator[str]:
    """Assertions about a response that is made in the code."""
    fields = value.fields
    yield f"assert {name}.status_code == {shower.show(fields['status_code'])}"
    content = fields["content"]
    kind = response_kind(value)
    if kind == "JSONResponse" and not has_opaque(content):
        loads = shower.take("json", "loads")
        yield f"assert {loads}({name}.body) == {shower.show(content)}"
    elif isinstance(content, str) and kind != "ORJSONResponse":
        yield f"assert {name}.body == {content.encode()!r}"
    for header, one in fields["headers"].items():
        if isinstance(header, str) and isinstance(one, str):
            yield f"assert {name}.headers[{shower.text(header)}] == {shower.text(one)}"
