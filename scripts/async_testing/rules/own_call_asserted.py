"""A test calls a mock itself and then asserts that it was called.

## What it does

Looks for mocks that a test makes, calls, and asserts, and that it never hands to anything else.

## Why is this bad

No code but the test's own is involved. The assertion holds as long as ``unittest.mock`` works.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_save_is_awaited() -> None:
    repo = AsyncMock()
    await repo.save("Ann")
    repo.save.assert_awaited_once_with("Ann")  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    await repo.save(name)


@pytest.mark.asyncio
async def test_save_is_awaited() -> None:
    repo = AsyncMock()
    await register(repo, "Ann")
    repo.save.assert_awaited_once_with("Ann")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import ASSERTIONS, STATE, WORDS
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT321"
NEEDS = WORDS

_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assertion about each such mock."""
    for test in source.tests:
        if id(test.function) not in mocks.makers(source):
            continue
        names: list[str] = []
        for assign in test.function.of(ast.Assign):
            target = assign.targets[0]
            if isinstance(target, ast.Name) and mocks.maker_kind(source, assign.value) in _KINDS:
                names.append(target.id)
        called = _called(test.function) if names else ()
        for name in names:
            if name in called and names.count(name) == 1:
                yield from _of_name(source, test.function, name)


def _called(function: Scope) -> set[str]:
    """The names at the root of what a test calls itself, assertions left out."""
    found = set()
    for call in function.of(ast.Call):
        node: ast.expr = call.func
        if isinstance(node, ast.Attribute) and node.attr in ASSERTIONS:
            continue
        while isinstance(node, ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name):
            found.add(node.id)
    return found


def _of_name(source: SourceFile, function: Scope, name: str) -> Iterator[Hit]:
    called: set[str] = set()
    asserted: list[tuple[str, ast.stmt]] = []
    kept: set[int] = set()
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                if any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node)):
                    return  # it is called whenever that is
            elif isinstance(node, ast.Call):
                method, last = _chain(node.func, name, kept)
                if last in ASSERTIONS:
                    asserted.append((method, _statement(source, node)))
                elif last is not None and last not in ("configure_mock", "reset_mock", "attach_mock"):
                    if not _is_straight(function, statement):
                        return
                    called.add(".".join(part for part in (method, last) if part))
            elif isinstance(node, ast.Attribute):
                method, last = _chain(node, name, kept)
                if (
                    last in STATE
                    and isinstance(node.ctx, ast.Load)
                    and last not in ("return_value", "side_effect")
                ):
                    asserted.append((method, _statement(source, node)))
                elif isinstance(node.ctx, ast.Load) and not _is_inner(source, node) and last is not None:
                    return
            elif (
                isinstance(node, ast.Name)
                and node.id == name
                and isinstance(node.ctx, ast.Load)
                and id(node) not in kept
            ):
                return
    for method, statement_ in asserted:
        if method in called:
            text = f"{name}.{method}" if method else name
            yield Hit(statement_, f"only the test itself calls {text}", f"hand {name} to the code under test")
            return


def _chain(node: ast.AST, name: str, kept: set[int]) -> tuple[str, str | None]:
    """The attributes between a mock's name and the last one, and that; None where it is not of this mock."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id != name:
        return "", None
    kept.add(id(node))
    return ".".join(parts[:0:-1]), parts[0] if parts else ""


def _is_straight(function: Scope, statement: ast.stmt) -> bool:
    """Whether a statement runs whatever the code around it does: no loop, condition or context."""
    return (
        isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Assert)
        and statement in function.body
    )


def _is_inner(source: SourceFile, node: ast.Attribute) -> bool:
    """Whether an attribute is only on the way to another one or to a call of it."""
    parent = source.parent(node)
    return isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is node)


def _statement(source: SourceFile, node: ast.AST) -> ast.stmt:
    found = source.statement(node)
    assert isinstance(found, ast.stmt)
    return found
