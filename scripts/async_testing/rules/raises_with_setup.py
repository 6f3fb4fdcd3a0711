"""``pytest.raises`` around several statements: the exception may come from another one than the one meant.

## What it does

Looks for blocks of ``pytest.raises`` with more than one statement where an earlier one can raise too.

## Why is this bad

When the preparation fails with the expected exception, the test passes without having reached what it is about.

## Example

```python
import pytest
from httpx import AsyncClient, HTTPStatusError


async def test_get_unknown_user(client: AsyncClient) -> None:
    with pytest.raises(HTTPStatusError):  # error
        response = await client.get("/users/0")
        response.raise_for_status()
```

## Use instead

```python
import pytest
from httpx import AsyncClient, HTTPStatusError


async def test_get_unknown_user(client: AsyncClient) -> None:
    response = await client.get("/users/0")
    with pytest.raises(HTTPStatusError):
        response.raise_for_status()
```

## When it is wrong

Some exceptions only come after several steps, such as the end of a stream.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, library
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT516"
STATUS = "preview"
NEEDS = ("raises",)
HARMLESS = library.words(
    "uuid.uuid1 uuid.uuid4 datetime.datetime.now datetime.datetime.utcnow datetime.date.today time.time "
    "time.monotonic time.perf_counter object asyncio.Event asyncio.Lock secrets.token_hex secrets.token_urlsafe "
    "random.random"
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each block whose first statement could raise in place of the last."""
    for scope in source.functions:
        if ast.With not in scope.nodes and ast.AsyncWith not in scope.nodes:
            continue
        for found in asserts.raises_blocks(source, scope):
            body = [one for one in found.block.body if not isinstance(one, ast.Assert | ast.Pass)]
            raising = [one for one in body if _may_raise(source, one)]
            if len(raising) < 2 or raising[0] is not body[0]:
                continue
            under = f"stand under {ast.unparse(found.call)[:60]}"
            message = f"{len(raising)} statements {under}, each may be what raises"
            yield Hit(found.block, message, "leave only the call that is to raise inside")


def _may_raise(source: SourceFile, node: ast.stmt) -> bool:
    return any(
        isinstance(one, ast.Await) or (isinstance(one, ast.Call) and not _is_harmless(source, one))
        for one in asserts.inside(node)
    )


def _is_harmless(source: SourceFile, call: ast.Call) -> bool:
    """Whether a call makes a value and nothing else, whatever it is given: ``uuid4()``, ``AsyncMock(...)``."""
    name = source.called(call)
    return name in HARMLESS or (name.startswith(("unittest.mock.", "mock.")) and name.endswith("Mock"))
