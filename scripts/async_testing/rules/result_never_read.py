"""A test keeps what the awaited code returns, never reads it, and asserts nothing else.

## What it does

Looks for tests without an assertion of any kind (as no-assertion does) in which the result of an ``await`` is kept in a
variable that nothing reads. Variables that begin with an underscore say that this is meant.

## Why is this bad

The test was going to look at the result and never did: it is green whatever comes back.

## Example

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:  # error
    response = await client.post("/users", json={"name": "Ann"})
```

## Use instead

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:
    response = await client.post("/users", json={"name": "Ann"})
    assert response.json() == {"id": 1, "name": "Ann"}
```

## When it is wrong

Where all that counts is that nothing raises: do not keep the result then.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.no_assertion import without

CODE = "AT543"
NEEDS = ("await ",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that keeps a result and asserts nothing."""
    for test, unread in without(source):
        if unread:
            message = f"{test.name} asserts nothing: {unread} is never read"
            yield Hit(test.node, message, f"assert {unread} == ...")
