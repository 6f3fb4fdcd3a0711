"""Where a test takes hold of a function: past its decorator, at its connection, at its constructor, at a dependency."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from async_testing.facts.decorators import HARMLESS
from async_testing.subjects import sending
from async_testing.subjects.bodies import Body
from async_testing.subjects.injected import injection
from async_testing.subjects.model import Collaborator, Parameter, Route
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_HARMLESS = HARMLESS | {"property", "functools.cached_property", "functools.lru_cache", "functools.cache"}
_TAKING = frozenset(
    {"acquire", "connection", "connect", "begin", "getconn", "get_connection", "get_session", "session"}
)
_HANDING = re.compile(r"session|connection|(?:^|_)conn$", re.IGNORECASE)
_PROVIDED = ("Provide[", "FromDishka", "Provider[", "Inject", "Closing[")


def of(
    source: SourceFile,
    scope: Scope,
    bodies: Sequence[Body],
    given: tuple[Parameter, ...],
    route: Route | None,
    around: Sequence[Collaborator],
) -> str:
    """The seam of a function in words; empty where none is needed.

    Args:
        source: the file.
        scope: the function.
        bodies: what it does, and what its helpers do.
        given: its parameters.
        route: how it is reached over HTTP.
        around: whom it works with.
    """
    provided = [one for one in given if one.injected and any(word in one.injected for word in _PROVIDED)]
    provided += [one for one in given if "FromDishka" in one.annotation and one not in provided]
    if provided:
        return f"container override of {', '.join(one.injected or one.annotation for one in provided)}"
    if route is not None:
        named = [one.dependency for one in route.given if one.dependency]
        return f"dependency override of {', '.join(_key(one) for one in named)}" if named else "HTTP client"
    wrapped = _wrapped(source, scope)
    if wrapped:
        return f"__wrapped__ of @{wrapped}"
    for body in bodies:
        found = _connection(source, scope, body)
        if found is not None:
            return found
    return _arguments(around)


def _key(dependency: str) -> str:
    """The callable of ``Depends(get_service)``."""
    inner = dependency.partition("(")[2].rpartition(")")[0]
    plain = re.match(r"([\w.]+)(?:,|$)", inner)
    return plain.group(1) if plain else inner or dependency


def _wrapped(source: SourceFile, scope: Scope) -> str:
    """The decorator of the project that keeps the function as ``__wrapped__`` and hands it its first argument."""
    for one in getattr(scope.node, "decorator_list", ()):
        target = one.func if isinstance(one, ast.Call) else one
        dotted = source.dotted(target)
        if not dotted or dotted in _HARMLESS:
            continue
        found = source.workspace.definition(source, dotted)
        if found is not None and _wraps(found.source, found.scope):
            return code(target)
    return ""


def _wraps(source: SourceFile, scope: Scope) -> bool:
    """Whether what a decorator gives, be it function or class, is made with ``functools.wraps``."""
    inside = [*scope.children]
    for child in inside:  # grows while it runs
        inside += child.children
    return any(
        last(source.dotted(one.func if isinstance(one, ast.Call) else one)) == "wraps"
        for child in inside
        for one in getattr(child.node, "decorator_list", ())
    )


def _connection(source: SourceFile, scope: Scope, body: Body) -> str | None:
    """Where the function itself takes a connection from, as something to patch; or the constructor's argument."""
    for manager, _ in body.managers:
        call = manager.value if isinstance(manager, ast.Await) else manager
        if not isinstance(call, ast.Call):
            continue
        func = call.func
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
        if name not in _TAKING and not _HANDING.search(name):
            continue
        if isinstance(func, ast.Attribute) and code(func.value).startswith("self."):
            return _of_attribute(source, scope, func.value)
        if isinstance(func, ast.Name) and func.id in scope.parameters:
            return f"argument {func.id}"
        owner = func.value.id if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) else ""
        if owner in ("self", "cls") and isinstance(func, ast.Attribute):
            _, how = injection(source, scope, func.attr)
            return how if how.startswith("constructor") else f"patched {code(func)}"
        if owner in scope.parameters:
            return f"argument {owner}"
        is_object = owner and not owner[:1].isupper()
        return f"patched {owner if is_object else code(func)}"
    for called in body.calls:
        on = sending.receiver(called.node)
        if on is not None and sending.is_sent(source, scope, called.node):
            given = called.node.args[0] if called.node.args else None
            if given is not None and sending.is_database(source, scope, given):
                on = given  # of a query file's function
            return _of_attribute(source, scope, on)
    return None


def _of_attribute(source: SourceFile, scope: Scope, node: ast.expr) -> str | None:
    """How ``self._conn`` comes into the object; what names a connection of the module is patched."""
    while isinstance(node, ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
        node = (
            node.value if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name) else node
        )
    chain = code(node).split(".")
    if chain[0] in ("self", "cls") and len(chain) > 1:
        _, how = injection(source, scope, chain[1])
        return (
            how if how.startswith("constructor") else f"attribute {chain[1]}" + (f" ({how})" if how else "")
        )
    if chain[0] in scope.parameters:
        return f"argument {chain[0]}"
    if chain[0] in source.imports or chain[0] in source.constants:
        return f"patched {chain[0]}"
    return None


def _arguments(around: Sequence[Collaborator]) -> str:
    """The constructor's or function's arguments that collaborators come in by, else what is patched."""
    found = [one.injected for one in around]
    for start in ("constructor", "argument"):
        named = [one.rpartition(" ")[2] for one in found if one.startswith(start)]
        if named:
            kind = "constructor argument" if start == "constructor" else "argument"
            return f"{kind} {', '.join(dict.fromkeys(named))}"
    patched = [one.partition("patch ")[2].partition(" in ")[0] for one in found if "patch " in one]
    own = [one for one in around if one.name.startswith("self")]
    patched = [*(f"self.{call}" for one in own if one.name == "self" for call in one.calls), *patched]
    if patched:
        return f"patched {', '.join(dict.fromkeys(patched))}"
    named = [f"{one.name.split('.')[1]}{f' ({one.injected})' if one.injected else ''}" for one in own]
    return f"attribute {', '.join(dict.fromkeys(named))}" if named else ""
