"""A test returns a comparison instead of asserting it.

## What it does

Looks for ``return`` with a comparison in a test.

## Why is this bad

pytest throws the value away: the test passes whether it is true or false. The warning about it drowns among others.

## Example

```python
from httpx import AsyncClient


async def test_health(client: AsyncClient) -> None:
    response = await client.get("/health")
    return response.status_code == 200  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_health(client: AsyncClient) -> None:
    response = await client.get("/health")
    assert response.status_code == 200
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import last_name
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT528"
SEVERITY = "error"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison that a test returns."""
    for test in source.tests:
        if any(last_name(one) == "fixture" for one in test.node.decorator_list):
            continue
        for statement in test.function.of(ast.Return):
            value = statement.value
            if value is None or not _asks(value):
                continue
            start, _ = source.span(statement)
            fix = Fix("assert it", (Edit(start, start + len("return"), "assert"),), safe=False)
            shown = ast.unparse(value)[:80]
            yield Hit(
                statement, f"{test.name} returns '{shown}' instead of asserting it", f"assert {shown}", fix
            )


def _asks(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return any(_asks(one) for one in node.values)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare) or last_name(node) in ("isinstance", "issubclass", "all", "any")
