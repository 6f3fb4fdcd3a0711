"""``assert all(...)`` over what may be empty: of nothing, everything is true.

## What it does

Looks for ``assert all(... for one in items)`` where the test got the items at run time and asserts nothing else of
them.

## Why is this bad

The test is green when the query found nothing.

## Example

```python
from httpx import AsyncClient


async def test_list_active_users(client: AsyncClient) -> None:
    response = await client.get("/users")
    users = response.json()
    assert all(user["active"] for user in users)  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_list_active_users(client: AsyncClient) -> None:
    response = await client.get("/users")
    users = response.json()
    assert len(users) == 2
    assert all(user["active"] for user in users)
```

## When it is wrong

Where an empty answer is as good as another.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, runtime
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules.assertion_in_empty_loop import _may_be_empty

CODE = "AT519"
STATUS = "preview"
NEEDS = ("all(",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each ``assert all(...)`` that an empty answer satisfies."""
    for test in source.tests:
        for statement in test.function.of(ast.Assert):
            items = _items(statement.test)
            if (
                items is None
                or not _may_be_empty(source, test, items, False)
                or _told_elsewhere(test, statement, items)
            ):
                continue
            shown = ast.unparse(items)[:60]
            yield Hit(
                statement, f"all(...) is true if {shown} is empty", f"assert {shown} or its length first"
            )


def _items(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "all":
        return None
    inner = node.args[0] if node.args else None
    return inner.generators[0].iter if isinstance(inner, ast.GeneratorExp | ast.ListComp) else None


def _told_elsewhere(test: Test, statement: ast.Assert, items: ast.expr) -> bool:
    """Whether another assertion of the test reads the same variable."""
    names = runtime.roots(items)
    others = [one for one in test.function.of(ast.Assert) if one is not statement]
    return any(asserts.reads([one.test], name) for one in others for name in names)
