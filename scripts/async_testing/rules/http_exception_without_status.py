"""``pytest.raises(HTTPException)`` without a look at the status code: a 500 satisfies it too.

## What it does

Looks for ``pytest.raises(HTTPException)`` of FastAPI, Starlette or Litestar with no ``match`` and no look at the caught
exception afterwards. Where the next line asserts what was asserted not to hold before, the test is about that.

## Why is this bad

One class stands for all of an API's errors. Without its status the test can't tell "not found" from "not allowed".

## Example

```python
import pytest
from fastapi import HTTPException


async def get_user(key: int) -> None:
    raise HTTPException(status_code=404)


async def test_get_unknown_user() -> None:
    with pytest.raises(HTTPException):  # error
        await get_user(0)
```

## Use instead

```python
import pytest
from fastapi import HTTPException


async def get_user(key: int) -> None:
    raise HTTPException(status_code=404)


async def test_get_unknown_user() -> None:
    with pytest.raises(HTTPException) as caught:
        await get_user(0)
    assert caught.value.status_code == 404
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _recorded

CODE = "AT506"
NEEDS = ("HTTPException",)
PLACES = ("fastapi", "starlette", "litestar")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each HTTPException that is expected whatever its status."""
    for scope in source.functions:
        if ast.With not in scope.nodes and ast.AsyncWith not in scope.nodes:
            continue
        for found in asserts.raises_blocks(source, scope):
            if found.narrowed or not any(_is_general(source, one) for one in found.expected):
                continue
            if found.name and _looked_at(scope.body, found.name):
                continue
            if _recorded.is_change(source, found.block):
                continue
            message = "any HTTPException satisfies this, whatever its status code"
            yield Hit(found.call, message, "as caught: ..., then assert caught.value.status_code == ...")


def _is_general(source: SourceFile, node: ast.expr) -> bool:
    name = source.dotted(node)
    if not name.endswith("HTTPException"):
        return False
    return name.partition(".")[0] in PLACES and name.rpartition(".")[2] in (
        "HTTPException",
        "StarletteHTTPException",
    )


def _looked_at(body: list[ast.stmt], name: str) -> bool:
    """Whether the caught exception is read for more than its detail or headers."""
    uses = len(asserts.reads(body, name))
    vague = sum(
        isinstance(node, ast.Attribute)
        and node.attr == "type"
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for statement in body
        for node in ast.walk(statement)
    )
    return uses > vague
