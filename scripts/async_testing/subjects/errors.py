"""What a function raises, and what it makes of errors that it catches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects.bodies import Body, Condition, Place, Raised, Try
from async_testing.subjects.model import Mapping, Raise
from async_testing.subjects.statuses import status_of_error, status_of_response
from async_testing.subjects.wording import code, last, of_condition, slug

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile


_HOPS = 2


def name_of(node: ast.expr | None) -> str:
    """An error's class as it is written; a factory's with its name: ``DAOException.from_driver``."""
    return name_of(node.func) if isinstance(node, ast.Call) else code(node)


def made(source: SourceFile, body: Body, node: ast.expr) -> tuple[SourceFile, ast.expr]:
    """The expression that makes an error, with its file: behind a variable, or in a function that gives it."""
    where, hops = source, _HOPS
    while hops > 0:
        hops -= 1
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Name):
            values = _bound(body, node.id)
            if len(values) != 1 or not isinstance(values[0], ast.Call | ast.Await):
                break
            node = values[0]
        elif isinstance(node, ast.Call) and not last(code(node.func))[:1].isupper():
            found = where.workspace.definition(where, where.dotted(node.func))
            given = (
                [one.value for one in found.scope.of(ast.Return)]
                if found and found.kind == "function"
                else []
            )
            if found is None or len(given) != 1 or not isinstance(given[0], ast.Call):
                break
            where, node = found.source, given[0]
    return where, node


def _bound(body: Body, name: str) -> list[ast.expr]:
    """What a function assigns to a variable."""
    return [
        one.value
        for statement in body.statements
        for one in ast.walk(statement)
        if isinstance(one, ast.Assign) and any(code(target) == name for target in one.targets)
    ]


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
        where, error = made(source, body, node.exc)
        name = name_of(error)
        if _caught(place, name):
            continue
        yield Raise(node.lineno, name, status_of_error(where, error), text, words, via)


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
            found = _of_handler(source, body, node, handler, via)
            yield found
            if found.outcome in ("raises", "returns"):
                yield from _passed_on(body, handler, via)


def _passed_on(body: Body, handler: ast.ExceptHandler, via: str) -> Iterator[Mapping]:
    """What a handler lets through that makes something else of other errors: those of another constraint."""
    for one in body.raises:
        exc = one.node.exc
        is_same = exc is None or (isinstance(exc, ast.Name) and exc.id == handler.name)
        if one.place.handler is handler and is_same:
            yield Mapping(one.node.lineno, names(handler), "reraised", "", None, via)
            return


def _of_handler(source: SourceFile, body: Body, node: Try, handler: ast.ExceptHandler, via: str) -> Mapping:
    caught = names(handler)
    line = handler.lineno
    inside = [one for one in body.raises if one.place.handler is handler]
    for one in inside:
        exc = one.node.exc
        if exc is None or (isinstance(exc, ast.Name) and exc.id == handler.name):
            continue
        where, error = made(source, body, exc)
        return Mapping(line, caught, "raises", name_of(error), status_of_error(where, error), via)
    if inside:
        return Mapping(line, caught, "reraised", "", None, via)
    for returned, place in body.returns:
        if place.handler is handler:
            value = code(returned.value) or "None"
            return Mapping(line, caught, "returns", value, status_of_response(returned.value), via)
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
