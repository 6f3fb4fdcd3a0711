"""A test waits for an exception with ``try`` and ``except: pass``, and passes as well if none comes.

## What it does

Looks for tests without any assertion whose ``try`` catches a certain exception and does nothing about it, with no
``else`` and no failure behind the call. Cancellation and cleanup are left alone.

## Why is this bad

The test can only fail by another exception: whether the expected one comes makes no difference.

## Example

```python
async def create(name: str) -> None:
    raise ValueError("empty name")


async def test_create_without_name() -> None:
    try:
        await create("")
    except ValueError:  # error
        pass
```

## Use instead

```python
import pytest


async def create(name: str) -> None:
    raise ValueError("empty name")


async def test_create_without_name() -> None:
    with pytest.raises(ValueError):
        await create("")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, runtime
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT518"
NEEDS = ("except",)
EXPECTED_TO_COME: tuple[str, ...] = (
    "Cancelled",
    "Timeout",
    "StopIteration",
    "StopAsyncIteration",
    "ImportError",
    "ModuleNotFound",
)
EXPECTED_TO_COME += ("KeyboardInterrupt", "SystemExit", "ConnectionClosed", "ConnectionReset", "FileNotFound")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the handler that takes the exception a test is about."""
    for test in source.tests:
        tries = test.function.of(ast.Try)
        if len(tries) != 1 or tries[0].orelse or tries[0].finalbody or len(tries[0].handlers) != 1:
            continue
        handler = tries[0].handlers[0]
        if handler.type is None or not all(runtime.only_tells(one) for one in handler.body):
            continue
        if any(word in ast.unparse(handler.type) for word in EXPECTED_TO_COME):
            continue
        if asserts.checks(test.function.body) or not any(one is tries[0] for one in test.function.body[-1:]):
            continue
        if not any(isinstance(one, ast.Await | ast.Call) for one in asserts.inside(tries[0].body)):
            continue
        kind = ast.unparse(handler.type)
        message = f"{test.name} passes whether {kind} comes or not"
        broad = kind in ("Exception", "BaseException")
        instead = (
            "pytest.raises of the very exception that is meant, or no try"
            if broad
            else f"with pytest.raises({kind}): ..."
        )
        yield Hit(handler, message, instead)
