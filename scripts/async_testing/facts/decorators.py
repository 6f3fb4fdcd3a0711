"""Whether calling a function of the project gives a coroutine, with the decorators that it is under."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Definition

HARMLESS = frozenset(
    {"staticmethod", "classmethod", "abc.abstractmethod", "typing.override", "typing_extensions.override"}
)
KEEPING = frozenset(
    {"tenacity.retry", "backoff.on_exception", "backoff.on_predicate", "functools.wraps", "typing.final"}
    | {"async_lru.alru_cache", "aiocache.cached"}
)


def plain_coroutine(found: Definition) -> bool:
    """Whether a definition is an ``async def`` under all its spellings, replaced by no decorator and no generator."""
    if found.kind != "function" or found.scope.parent is None:
        return False
    same = [child for child in found.scope.parent.children if child.name == found.scope.name]
    return all(is_coroutine(found.source, one) for one in same)


def is_coroutine(source: SourceFile, function: Scope) -> bool:
    """Whether a function is an ``async def`` that does not yield and that no decorator makes something else."""
    if not function.is_async or function.is_generator:
        return False
    decorators = function.node.decorator_list  # type: ignore[union-attr]
    return all(source.dotted(one) in HARMLESS or keeps_coroutine(source, one) for one in decorators)


def keeps_coroutine(source: SourceFile, decorator: ast.expr) -> bool:
    """Whether a coroutine function stays one under a decorator: a known one, or one with an async wrapper."""
    is_call = isinstance(decorator, ast.Call)
    name = source.called(decorator) if is_call else source.dotted(decorator)
    if name in KEEPING:
        return True
    found = source.workspace.definition(source, name) if name else None
    if found is None or found.kind != "function" or found.scope.is_async:
        return False
    inner = _returned(found.scope)
    if is_call and inner is not None and not inner.is_async:
        inner = _returned(inner)
    return inner is not None and inner.is_async and not inner.is_generator


def _returned(scope: Scope) -> Scope | None:
    """The inner function that every return of a function gives."""
    names = {one.value.id if isinstance(one.value, ast.Name) else "" for one in scope.of(ast.Return)}
    inner = [child for child in scope.children if child.name in names]
    return inner[0] if len(inner) == len(names) == 1 else None
