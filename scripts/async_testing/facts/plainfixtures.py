"""Async fixtures under pytest's own decorator, and who awaits them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts import runners
from async_testing.facts.fixtures import PLAIN, FixtureDef

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

ANYIO = ("mark.anyio", "anyio_backend", "mark.trio", "trio_test")


def is_plain(one: FixtureDef) -> bool:
    """Whether a fixture is async and has no decorator but pytest's own, so that a plugin has to await it."""
    return one.is_async and one.kind in PLAIN and len(one.node.decorator_list) == 1


def unawaited(one: FixtureDef) -> bool:
    """Whether no plugin awaits an async fixture with pytest's own decorator."""
    source = one.source
    if "anyio_backend" in one.requests or _awaited_by_hand(source, one.name):
        return False
    if source.config.asyncio_mode != "strict" or any(word in source.text for word in ANYIO):
        return False
    if not runners.asyncio_is_used(source) or not runners.strict(source):
        return False
    if any(word in near.text for near in source.workspace.conftests(source.path) for word in ANYIO):
        return False
    if source.is_test_file:
        return True
    return not any(
        word in test.text or _awaited_by_hand(test, one.name)
        for test in runners.below(source, one.name)
        for word in ANYIO
    )


def waits_for_anyio(one: FixtureDef) -> bool:
    """Whether only anyio's plugin awaits an async fixture, for the tests that get the backend and no others."""
    source = one.source
    if "anyio_backend" in one.requests or _awaited_by_hand(source, one.name) or source.config.anyio_auto:
        return False
    if source.config.asyncio_mode != "strict" or any(
        word in source.text for word in ("pytest_trio", "pytest_asyncio")
    ):
        return False
    return "anyio_backend" in source.fixtures.visible


def _awaited_by_hand(source: SourceFile, name: str) -> bool:
    """Whether code of the file awaits, enters or iterates over what the fixture gives."""
    known: frozenset[str] | None = source.memo.get((_awaited_by_hand,))
    if known is None:
        given = _handled(source)
        known = source.memo[_awaited_by_hand,] = frozenset(
            one.id for one in given if isinstance(one, ast.Name)
        )
    return name in known


def _handled(source: SourceFile) -> Iterator[ast.expr]:
    """What functions await, iterate over with ``async for``, or give to what runs it."""
    for function in source.functions:
        for awaited in function.of(ast.Await):
            yield awaited.value
        for loop in function.of(ast.AsyncFor):
            yield loop.iter
        for call in function.of(ast.Call):
            func = call.func
            if isinstance(func, ast.Attribute):
                if func.attr not in RUNNING:
                    continue
                yield func.value
            name = (
                func.attr
                if isinstance(func, ast.Attribute)
                else func.id
                if isinstance(func, ast.Name)
                else ""
            )
            if name.endswith(("run", "run_until_complete", "anext")):
                yield from call.args


RUNNING = frozenset({"__anext__", "asend", "send", "run", "run_until_complete", "aclose"})
