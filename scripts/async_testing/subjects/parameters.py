"""Parameters as written, and what gives them: dependencies of FastAPI, of dishka, of dependency-injector."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import members
from async_testing.subjects.model import Parameter
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_GIVEN = frozenset(
    {"Depends", "Security", "Provide", "Provider", "Inject", "Injected", "FromDishka", "Closing"}
)
_HOPS = 3


class Annotated(NamedTuple):
    """An annotation taken apart."""

    source: SourceFile
    """The file whose names it uses."""
    kind: ast.expr | None
    """The class."""
    extras: tuple[tuple[SourceFile, ast.expr], ...]
    """What else ``Annotated`` holds, outer aliases too."""


def each(scope: Scope) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function with their defaults, ``self`` and ``cls`` left out."""
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
    pairs = [*zip(plain, [*defaults, *given.defaults], strict=True)]
    if scope.class_ is not None and pairs and binding(scope) not in ("staticmethod", "function"):
        pairs = pairs[1:]
    yield from pairs
    yield from zip(given.kwonlyargs, given.kw_defaults, strict=True)


def binding(scope: Scope) -> str:
    """How a function is bound: ``function``, ``method``, ``staticmethod``, ``classmethod``, ``property``."""
    if scope.class_ is None:
        return "function"
    for one in scope.node.decorator_list:  # type: ignore[union-attr]
        name = last(code(one))
        if name in ("staticmethod", "classmethod"):
            return name
        if name in ("property", "cached_property"):
            return "property"
    return "method"


def taken_apart(source: SourceFile, node: ast.expr | None, hops: int = _HOPS) -> Annotated:
    """The class of an annotation and what ``Annotated`` says besides, through aliases of this and other modules."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = source.keep(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Annotated(source, None, ())
    if isinstance(node, ast.Subscript) and last(source.dotted(node.value)) == "Annotated":
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        inner = taken_apart(source, items[0], hops)
        return inner._replace(extras=(*inner.extras, *((source, one) for one in items[1:])))
    if isinstance(node, ast.Name | ast.Attribute) and hops > 0:
        value = source.constants.get(node.id) if isinstance(node, ast.Name) else None
        where = source
        if value is None and _may_be_alias(source, node):
            found = members.only_value(source, node)
            where, value = found or (source, None)
        if isinstance(value, ast.Subscript) and last(where.dotted(value.value)) in ("Annotated", "Literal"):
            return taken_apart(where, value, hops - 1)
    return Annotated(source, node, ())


def _may_be_alias(source: SourceFile, node: ast.Name | ast.Attribute) -> bool:
    """Whether a name of another module may be an alias, told by its text alone."""
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or root.id not in source.imports:
        return False
    module, _, name = source.dotted(node).rpartition(".")
    path = source.workspace.locate(source.path, module) if module.strip(".") else None
    return path is not None and any(
        source.workspace.mentions(path, f"\n{name}{sign}") for sign in (" = ", ": ", "=")
    )


def dependency(source: SourceFile, argument: ast.arg, default: ast.expr | None) -> str:
    """What gives a parameter, as ``Depends(get_service)``; empty where the caller does."""
    found = given_by(source, argument, default)
    if found is None:
        return ""
    node = found[1]
    if isinstance(node, ast.Call) and not node.args and not node.keywords:  # of its own class
        return f"{code(node.func)}({code(taken_apart(source, argument.annotation).kind)})"
    return code(node)


def given_by(
    source: SourceFile, argument: ast.arg, default: ast.expr | None
) -> tuple[SourceFile, ast.expr] | None:
    """The expression that gives a parameter, and the file that it stands in; None where the caller gives it."""
    for where, one in [*taken_apart(source, argument.annotation).extras, (source, default)]:
        found = giving(where, one)
        if found is not None:
            return found
    note = argument.annotation
    if isinstance(note, ast.Subscript) and last(source.dotted(note.value)) in _GIVEN:
        return source, note
    return None


def giving(source: SourceFile, node: ast.expr | None) -> tuple[SourceFile, ast.expr] | None:
    """``Depends(...)`` as it is written, or behind a constant of this or another module."""
    if isinstance(node, ast.Call) and last(source.dotted(node.func)) in _GIVEN:
        return source, node
    if isinstance(node, ast.Subscript) and last(source.dotted(node.value)) in _GIVEN:
        return source, node
    if isinstance(node, ast.Name | ast.Attribute):
        value = source.constants.get(node.id) if isinstance(node, ast.Name) else None
        where = source
        if value is None and _may_be_alias(source, node):
            where, value = members.only_value(source, node) or (source, None)
        if isinstance(value, ast.Call):
            return giving(where, value)
    return None


def starred(scope: Scope) -> tuple[str, ...]:
    """The starred parameters of a function as they are written: ``*args: str``, ``**kwargs``."""
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    pairs = (("*", node.args.vararg), ("**", node.args.kwarg))
    return tuple(
        f"{sign}{one.arg}{f': {code(one.annotation)}' if one.annotation else ''}"
        for sign, one in pairs
        if one
    )


def of(source: SourceFile, scope: Scope) -> tuple[Parameter, ...]:
    """The parameters of a function."""
    return tuple(
        Parameter(one.arg, code(one.annotation), code(default), dependency(source, one, default))
        for one, default in each(scope)
    )
