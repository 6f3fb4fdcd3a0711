"""An assertion inside of ``with pytest.raises`` that comes behind the call that raises: it never runs.

## What it does

Looks into ``with pytest.raises(...)`` for an assertion that follows the last call of the block.

## Why is this bad

The exception leaves the block at the call, so the assertion behind it is never reached.

## Example

```python
import pytest
from httpx import AsyncClient, HTTPStatusError


async def test_get_unknown_user(client: AsyncClient) -> None:
    response = await client.get("/users/0")
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
        assert caught.value.response.status_code == 404  # error
```

## Use instead

```python
import pytest
from httpx import AsyncClient, HTTPStatusError


async def test_get_unknown_user(client: AsyncClient) -> None:
    response = await client.get("/users/0")
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    assert caught.value.response.status_code == 404
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT504"
NEEDS = ("raises", "assertRaises")
HARMLESS = frozenset(
    {"len", "str", "repr", "isinstance", "list", "set", "sorted", "bool", "int", "json", "any"}
)
HARMLESS |= {"all", "dict", "type", "getattr", "hasattr"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assertion behind the raising call of each block."""
    for scope in source.functions:
        if ast.With not in scope.nodes and ast.AsyncWith not in scope.nodes:
            continue
        for found in asserts.raises_blocks(source, scope):
            if any(asserts.last_name(one) in ("AssertionError", "Failed") for one in found.expected):
                continue
            late = _late(found.block.body, found.name)
            if late is not None:
                shown = ast.unparse(found.call)[:60]
                message = f"this assertion never runs: what raises under {shown} comes before it"
                yield Hit(late, message, "put it behind the with")


def _late(body: list[ast.stmt], name: str) -> ast.stmt | None:
    """The first of the assertions that end a block, if something before them can raise."""
    place = len(body)
    while place and _asserts(body[place - 1], name):
        place -= 1
    if place == len(body):
        last = body[-1]
        if isinstance(last, ast.With | ast.AsyncWith):
            return _late(last.body, name)
        return None
    if not any(_may_raise(one) for one in body[:place]):
        return None
    return body[place]


def _asserts(node: ast.stmt, name: str) -> bool:
    """Whether a statement only asserts: about the exception, or without a call that could be what raises."""
    if isinstance(node, ast.Assert):
        if asserts.is_false(node.test):
            return False
        if name and asserts.reads([node.test], name):
            return True
        return not any(
            isinstance(one, ast.Await | ast.Yield | ast.Subscript)
            or (isinstance(one, ast.Call) and asserts.last_name(one) not in HARMLESS)
            for one in ast.walk(node.test)
        )
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Await):
        return False
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr.startswith(
            ("assert_called", "assert_awaited", "assert_not_", "assert_any_", "assertEqual")
        )
    )


def _may_raise(node: ast.stmt) -> bool:
    return any(
        isinstance(one, ast.Call | ast.Await | ast.Raise | ast.AsyncFor) for one in asserts.inside(node)
    )
