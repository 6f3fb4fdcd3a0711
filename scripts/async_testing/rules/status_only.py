"""A test reads or writes something and asserts nothing but the status code of the answer.

## What it does

Looks for tests that ``get``, ``post``, ``put`` or ``patch`` something and whose only assertions compare the status
with 200 or 201.

## Why is this bad

An endpoint that answers with somebody else's data, or with none, passes.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    assert response.json() == {"id": 1, "name": "Ann"}
```

## When it is wrong

For health checks and for tests about access, the status is what matters.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules.permissive_status import _code, _is_status

CODE = "AT508"
STATUS = "preview"
SEVERITY = "info"
NEEDS = ("status",)
WRITING = frozenset({"post", "put", "patch"})
ABOUT_STATUS = ("health", "status", "access", "allow", "auth", "permi", "alive", "ready", "ping", "can_")
TAKEN = ("accept", "invalid", "disabled", "ignore", "optional", "skip", "without")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the assertion of each test that looks at nothing else."""
    for test in source.tests:
        own = test.function.of(ast.Assert)
        if not own or any(word in test.name.lower() for word in ABOUT_STATUS):
            continue
        if not all(_is_ok(source, one.test) for one in own):
            continue
        if len(asserts.checks(test.function.body)) != len(own):
            continue
        if any(True for child in test.function.children for _ in child.within(ast.Assert)):
            continue  # a handler of the test judges what it gets
        calls = [one for one in test.function.of(ast.Call) if isinstance(one.func, ast.Attribute)]
        used = {one.func.attr for one in calls}  # type: ignore[attr-defined]
        if "json" not in used and ("get" in used or (used & WRITING and not _may_look(test))):
            yield Hit(
                own[-1], f"{test.name} asserts nothing of the answer but its status", "assert the body too"
            )


def _may_look(test: Test) -> bool:
    """Whether a handler of the test may look at what was sent, or its name says that being taken is all there is."""
    return bool(test.function.children) or any(word in test.name.lower() for word in TAKEN)


def _is_ok(source: SourceFile, node: ast.expr) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq) or len(node.ops) != 1:
        return False
    return _is_status(node.left) and _code(source, node.comparators[0]) in (200, 201)
