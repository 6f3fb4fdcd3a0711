"""A test is run again until it passes.

## What it does

Looks for async tests under ``@pytest.mark.flaky`` and the decorators ``flaky``, ``retry`` and ``rerun``.

## Why is this bad

A race in the code under test shows now and then. Run often enough, the test is green in spite of it.

## Example

```python
import pytest


async def checksum(data: bytes) -> int:
    return sum(data) % 256


@pytest.mark.flaky(reruns=3)  # error
@pytest.mark.asyncio
async def test_checksum() -> None:
    assert await checksum(b"12") == 99
```

## Use instead

```python
import pytest


async def checksum(data: bytes) -> int:
    return sum(data) % 256


@pytest.mark.asyncio
async def test_checksum() -> None:
    assert await checksum(b"12") == 99
```

## When it is wrong

A test against a service over the network may fail for reasons that no code of the project can mend.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT235"
STATUS = "preview"
NEEDS = ("flaky", "retry", "rerun")
NAMES = frozenset({"flaky", "rerun", "reruns", "retry"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that is run again."""
    for test in source.tests:
        if not test.is_async:
            continue
        for mark in marks.own(source, test.node.decorator_list, "function"):
            if mark.name in ("flaky", "repeat_until_pass"):
                yield _hit(mark.node, test.name)
        for one in test.node.decorator_list:
            name = source.dotted(one.func if isinstance(one, ast.Call) else one)
            if name.rpartition(".")[2] in NAMES and not name.startswith("pytest."):
                yield _hit(one, test.name)


def _hit(where: ast.expr, name: str) -> Hit:
    return Hit(where, f"{name} is run again until it is green", "find what it races with")
