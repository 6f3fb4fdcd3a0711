"""What a router or an application that a function makes can be asked for."""

from __future__ import annotations

from typing import Any

from async_testing.writing.evaluating.things import Meta, Recorder, Unknown

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
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
