"""A test changes a list or dict that its parametrization shares with other cases.

## What it does

Looks for tests that fill or change a parameter whose values are written as lists, dicts or sets, where a second
``parametrize`` runs the test with the same object again.

## Why is this bad

The object is made once, when the file is imported. The second case gets what the first has left of it.

## Example

```python
import pytest


async def size(payload: dict[str, int]) -> int:
    return len(payload)


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["a", "b"])
@pytest.mark.parametrize("payload", [{"id": 1}])
async def test_size(payload: dict[str, int], key: str) -> None:
    payload[key] = 1  # error
    assert await size(payload) >= 2
```

## Use instead

```python
import pytest


async def size(payload: dict[str, int]) -> int:
    return len(payload)


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["a", "b"])
@pytest.mark.parametrize("payload", [{"id": 1}])
async def test_size(payload: dict[str, int], key: str) -> None:
    assert await size({**payload, key: 1}) == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT625"
NEEDS = ("parametrize",)
CHANGES = frozenset(
    {"append", "add", "update", "extend", "insert", "setdefault", "pop", "popitem", "remove", "clear"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first change of each such parameter."""
    for test in source.tests:
        found = [one.call for one in test.marks if one.name == "parametrize" and one.call is not None]
        if len(found) < 2:
            continue
        for call in found:
            name = _container(call)
            if name and name not in bindings(source, test.function):
                change = _change(test.function, name)
                if change is not None:
                    message = f"{name} is one object for several cases, and the next one gets it changed"
                    yield Hit(change, message, f"change a copy of {name}")


def _container(call: ast.Call) -> str:
    """The one parameter of a ``parametrize`` whose values are written as containers, empty where it is another."""
    if len(call.args) < 2 or not isinstance(call.args[0], ast.Constant):
        return ""
    name, values = call.args[0].value, call.args[1]
    if not isinstance(name, str) or not name.isidentifier() or not isinstance(values, ast.List | ast.Tuple):
        return ""
    return (
        name
        if values.elts and all(isinstance(one, ast.List | ast.Dict | ast.Set) for one in values.elts)
        else ""
    )


def _change(scope: Scope, name: str) -> ast.stmt | None:
    changes: list[ast.Assign | ast.AugAssign | ast.Delete] = [
        *scope.of(ast.Assign),
        *scope.of(ast.AugAssign),
        *scope.of(ast.Delete),
    ]
    for assign in changes:
        targets = [assign.target] if isinstance(assign, ast.AugAssign) else assign.targets
        if any(isinstance(one, ast.Subscript) and _is(one.value, name) for one in targets):
            return assign
    for statement in scope.of(ast.Expr):
        func = statement.value.func if isinstance(statement.value, ast.Call) else None
        if isinstance(func, ast.Attribute) and func.attr in CHANGES and _is(func.value, name):
            return statement
    return None


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
