"""``asyncio.sleep`` is replaced for the whole process.

## What it does

Looks for ``monkeypatch.setattr(asyncio, "sleep", ...)``, ``patch("asyncio.sleep")`` and
``patch("app.client.asyncio.sleep")``, which is the same object.

## Why is this bad

Everything that sleeps in this process is changed: the test, the libraries, the runner. A mock returns at once and never
lets the loop go, so that ``while True: await asyncio.sleep(1)`` spins and the other tasks never run.

## Example

```python
import asyncio
from unittest.mock import AsyncMock

import pytest


async def poll(call: AsyncMock) -> str:
    while (found := await call()) is None:
        await asyncio.sleep(1)
    return str(found)


@pytest.mark.asyncio
async def test_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "sleep", AsyncMock())  # error
    assert await poll(AsyncMock(side_effect=[None, "ok"])) == "ok"
```

## Use instead

```python
import asyncio
from collections.abc import Awaitable, Callable
from unittest.mock import AsyncMock

import pytest


async def poll(call: AsyncMock, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> str:
    while (found := await call()) is None:
        await pause(1)
    return str(found)


@pytest.mark.asyncio
async def test_poll() -> None:
    pause = AsyncMock()
    assert await poll(AsyncMock(side_effect=[None, "ok"]), pause=pause) == "ok"
    pause.assert_awaited_once_with(1)
```

## When it is wrong

Where nothing else sleeps, and the code under test ends by itself, no harm is done.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT619"
STATUS = "preview"
NEEDS = ("asyncio.sleep", '"sleep"', "'sleep'")
_KINDS = ("AsyncMock", "MagicMock", "Mock")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such replacement by something that does not sleep."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            if not call.args:
                continue
            target = targets.of_call(source, call)
            if target is None or target.name != "sleep" or target.owner.rpartition(".")[2] != "asyncio":
                continue
            if target.new is None and (target.told or mocks.keyword(call, "side_effect") is not None):
                continue
            if target.new is None or _returns_at_once(source, target.new):
                message = (
                    "asyncio.sleep is replaced for everything in this process, and never lets the loop go"
                )
                yield Hit(call, message, "hand the pause to the code under test, or set its delay to 0")


def _returns_at_once(source: SourceFile, new: ast.expr) -> bool:
    if isinstance(new, ast.Lambda):
        return isinstance(new.body, ast.Constant)
    plain = isinstance(new, ast.Call) and mocks.maker_kind(source, new) in _KINDS
    return plain and mocks.keyword(new, "side_effect") is None and mocks.keyword(new, "wraps") is None  # type: ignore[arg-type]
