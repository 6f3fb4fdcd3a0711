"""A mock is told what to return after the last call that could use it.

## What it does

Looks for ``mock.return_value = ...`` and ``mock.side_effect = ...`` in a test after which nothing is called or
awaited any more but the mock's assertions.

## Why is this bad

The code under test ran before with a mock that returned another mock. What was set up takes part in nothing.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def load(client: AsyncMock) -> object:
    return await client.get("/users")


@pytest.mark.asyncio
async def test_load_asks_the_client() -> None:
    client = AsyncMock()
    await load(client)
    client.get.return_value = {"id": 1}  # error
    client.get.assert_awaited_once_with("/users")
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def load(client: AsyncMock) -> object:
    return await client.get("/users")


@pytest.mark.asyncio
async def test_load_asks_the_client() -> None:
    client = AsyncMock()
    client.get.return_value = {"id": 1}
    assert await load(client) == {"id": 1}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import ASSERTIONS, WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT323"
NEEDS = WORDS

_SETTINGS = frozenset({"return_value", "side_effect"})
_PURE = frozenset({"len", "call", "str", "isinstance", "list", "dict", "set", "sorted", "mock.call"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each setting that comes after the last call."""
    setting = {id(scope) for name in _SETTINGS for scope, _, _ in source.settings.get(name, ())}
    for test in source.tests:
        body = test.node.body
        if id(test.function) not in setting:
            continue
        for at in range(len(body) - 1, 0, -1):
            statement = body[at]
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(target, ast.Attribute) and target.attr in _SETTINGS and at < len(body) - 1:
                found = mocks.of(source).of(target.value, test.function)
                if (
                    found is not None
                    and found.source is source
                    and found.name in _locals(source, test.function.node)
                ):
                    text = " ".join(source.segment(target).split())
                    yield Hit(
                        statement,
                        f"{text} is set after the last call of this test",
                        f"set {text} before the call",
                    )
            elif _runs(source, statement):
                break


def _locals(source: SourceFile, node: ast.AST) -> set[str]:
    """The names that a test binds itself: what comes from a fixture may be used when that is torn down."""
    return set(mocks.of(source).bindings(source.scope_of_node[id(node)]))


def _runs(source: SourceFile, statement: ast.stmt) -> bool:
    """Whether a statement may run code that uses a mock."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Await | ast.With | ast.AsyncWith | ast.AsyncFor | ast.Yield):
            return True
        if isinstance(node, ast.Call):
            last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if last not in ASSERTIONS and source.called(node).rpartition(".")[2] not in _PURE:
                return True
    return False
