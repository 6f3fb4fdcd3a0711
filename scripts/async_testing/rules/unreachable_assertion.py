"""An assertion that no run reaches: it stands behind a ``return``, a ``raise`` or a call that ends the test.

## What it does

Looks for assertions in the same block behind ``return``, ``raise``, ``break``, ``continue``, ``pytest.fail()`` or
``pytest.exit()``. A test that a skip switches off is left alone.

## Why is this bad

The assertion reads as if it checked something, but never runs.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    return
    assert response.json()["name"] == "Ann"  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    assert response.json()["name"] == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import block_of, inside, is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT517"
NEEDS = ("assert",)
ENDS = frozenset({"pytest.fail", "pytest.exit", "sys.exit"})
_LEAVING = {ast.Return, ast.Raise, ast.Break, ast.Continue}
EXITS: tuple[type[ast.stmt], ...] = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assertion behind each statement that ends its block."""
    if not is_testing(source):
        return
    calling = {id(scope) for scope, _ in source.calls("fail", "exit")}
    for scope in source.functions:
        if not scope.nodes.keys() & _LEAVING and id(scope) not in calling:
            continue
        if ast.Assert not in scope.nodes and not any("assert" in one.attr for one in scope.of(ast.Attribute)):
            continue
        seen: set[int] = set()
        for end in _ends(source, scope):
            block = block_of(source, end)
            place = next((number for number, one in enumerate(block) if one is end), -1)
            if place < 0 or _switched_off(scope, end):
                continue
            found = next((one for one in inside(block[place + 1 :]) if _asserts(one)), None)
            if isinstance(found, ast.stmt | ast.expr) and id(found) not in seen:
                seen.add(id(found))
                what = ast.unparse(end).partition("\n")[0][:60]
                message = f"this assertion never runs: '{what}' in line {end.lineno} ends the block before it"
                yield Hit(found, message, "move it up, or take it away")


def _ends(source: SourceFile, scope: Scope) -> Iterator[ast.stmt]:
    for kind in EXITS:
        yield from scope.of(kind)
    for statement in scope.of(ast.Expr):
        if source.called(statement.value) in ENDS:
            yield statement


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "assert" in node.func.attr


def _switched_off(scope: Scope, end: ast.stmt) -> bool:
    """Whether a ``raise SkipTest`` at the beginning switches the whole test off."""
    return isinstance(end, ast.Raise) and any(one is end for one in scope.body[:2])
