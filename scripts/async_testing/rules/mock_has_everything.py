"""``hasattr`` of a mock without a spec: a mock has every attribute that it is asked for.

## What it does

Looks for asserts on ``hasattr(mock, "name")`` and ``callable(mock.name)`` where the mock has no spec.

## Why is this bad

A mock makes up the attribute when it is asked. The assertion holds for any name, a misspelled one too.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_client_can_be_closed() -> None:
    client = AsyncMock()
    assert hasattr(client, "aclose")  # error
```

## Use instead

```python
import pytest


class Client:
    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.asyncio
async def test_client_can_be_closed() -> None:
    client = Client()
    await client.aclose()
    assert client.closed
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT328"
SEVERITY = "error"
NEEDS = WORDS
_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that a mock has something."""
    for claim in _claims.of(source):
        call = claim.subject
        if not isinstance(call, ast.Call) or not call.args:
            continue
        asked = source.called(call)
        name = call.args[1] if asked == "hasattr" and len(call.args) == 2 else None
        if name is not None and (
            not isinstance(name, ast.Constant) or str(name.value).startswith(("assert", "__"))
        ):
            continue
        if name is None and (asked != "callable" or not isinstance(call.args[0], ast.Attribute)):
            continue
        found = mocks.of(source).of(call.args[0], claim.scope)
        if found is None or found.spec or found.kind not in _KINDS or ast.Delete in claim.scope.nodes:
            continue
        shown = ast.unparse(call.args[0])[:60]
        yield Hit(claim.where, f"{shown} is a mock, which has whatever it is asked for", "give it a spec")
