"""A mock without a spec is asked that a method was not called, which is true of every name.

## What it does

Looks for ``mock.method.assert_not_called()`` and ``assert not mock.method.called`` where the mock has no spec.
What is certainly no name of the real one is left to negative-assert-of-other-name.

## Why is this bad

When the method is renamed, the code under test calls the new name, and the mock still says that the old one was not
called.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    if name:
        await repo.save_user(name)


@pytest.mark.asyncio
async def test_register_saves_no_empty_name() -> None:
    repo = AsyncMock()
    await register(repo, "")
    repo.save.assert_not_awaited()  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


class Repository:
    async def save_user(self, name: str) -> None: ...


async def register(repo: AsyncMock, name: str) -> None:
    if name:
        await repo.save_user(name)


@pytest.mark.asyncio
async def test_register_saves_no_empty_name() -> None:
    repo = AsyncMock(spec=Repository)
    await register(repo, "")
    repo.save_user.assert_not_awaited()
```

## When it is wrong

Where another test asserts the same call positively, so that a renamed method is noticed there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks, undertest
from async_testing.facts.mocknames import WORDS, assertions
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT307"
STATUS = "preview"
SEVERITY = "info"
NEEDS = WORDS


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each negative assertion about a method of a mock without a spec."""
    for where, method, other in loose(source):
        if not other:
            text = " ".join(source.segment(method).split())
            message = f"{text} is a name that nothing holds to the real class"
            yield Hit(where, message, "make the mock with spec=...")


def loose(source: SourceFile) -> Iterator[tuple[ast.Call | ast.Assert, ast.expr, bool]]:
    """The negative assertions about a method of a mock without a spec.

    Yields:
        The assertion, the method, and whether the code under test calls other names of what the mock stands for.
    """
    for scope in source.scopes:
        for call, name in assertions(scope):
            if name.attr in ("assert_not_called", "assert_not_awaited"):
                found = _loose(source, scope, name.value)
                if found is not None:
                    yield call, name.value, _is_other(source, scope, found)
        for statement in scope.of(ast.Assert):
            test = statement.test
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and _reads_calls(test.operand):
                assert isinstance(test.operand, ast.Attribute)
                found = _loose(source, scope, test.operand.value)
                if found is not None:
                    yield statement, test.operand.value, _is_other(source, scope, found)


def _reads_calls(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in (
        "called",
        "call_count",
        "await_count",
        "mock_calls",
    )


def _loose(source: SourceFile, scope: Scope, node: ast.expr) -> mocks.Mocked | None:
    """The method of a mock without a spec that an expression is, if the file says no more about it."""
    found = mocks.of(source).of(node, scope)
    if found is None or found.spec or found.kind not in ("AsyncMock", "MagicMock", "Mock"):
        return None
    if len(found.path) != 1 or not found.name:
        return None
    return found if len(re.findall(rf"\.{found.path[0]}\b", source.text)) == 1 else None


def _is_other(source: SourceFile, scope: Scope, found: mocks.Mocked) -> bool:
    """Whether a mock is handed to the project's code, which calls other names of what it stands for."""
    given = {
        one.id
        for call in scope.of(ast.Call)
        for one in [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(one, ast.Name) and _is_imported(source, call.func)
    }
    if found.name not in given:
        return False
    receiver = undertest.plain_name(found.name.removeprefix("self."))
    return bool(receiver) and undertest.is_other_name(source, receiver, found.path[0])


def _is_imported(source: SourceFile, node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in source.imports
