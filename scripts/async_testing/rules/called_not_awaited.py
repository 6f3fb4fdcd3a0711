"""An AsyncMock is asked whether it was called, which does not say that it was awaited.

## What it does

Looks for ``assert_called*`` and ``assert_not_called`` on what is known to be an AsyncMock of its own: made as one, or
assigned as one to an attribute.

## Why is this bad

A call without ``await`` counts as a call. When the code under test loses its ``await``, the assertion still passes.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def publish(send: AsyncMock) -> None:
    await send("created")


@pytest.mark.asyncio
async def test_publish_sends() -> None:
    send = AsyncMock()
    await publish(send)
    send.assert_called_once_with("created")  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def publish(send: AsyncMock) -> None:
    await send("created")


@pytest.mark.asyncio
async def test_publish_sends() -> None:
    send = AsyncMock()
    await publish(send)
    send.assert_awaited_once_with("created")
```

## When it is wrong

Where the code under test makes a task of the coroutine that has not run by then, or hands it on to be awaited later.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import assertions
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT308"
STATUS = "preview"
SEVERITY = "info"
NEEDS = ("AsyncMock", "async_stub")

_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion about the calls of an AsyncMock."""
    for scope in source.scopes:
        for call, name in assertions(scope):
            right = _AWAITED.get(name.attr)
            found = mocks.of(source).of(name.value, scope) if right else None
            if not right or found is None or found.kind != "AsyncMock" or found.path or found.spec:
                continue
            if found.maker is None:
                continue
            _, end = source.span(name)
            fix = Fix(f"call {right}", (Edit(end - len(name.attr), end, right),), safe=False)
            text = " ".join(source.segment(name.value).split())
            message = f"{text}.{name.attr} passes when nobody awaits {text}(...)"
            yield Hit(call, message, f"{text}.{right}(...)", fix)
