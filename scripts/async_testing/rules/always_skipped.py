"""A test is skipped wherever it runs.

## What it does

Looks for async tests and their classes under ``@pytest.mark.skip`` or ``@unittest.skip``, and for tests whose first
statement is ``pytest.skip()`` or ``self.skipTest()``.

## Why is this bad

What it was written for is not tested any more, on no machine, and the summary says so in one letter.

## Example

```python
import pytest


async def checksum(data: bytes) -> int:
    return sum(data) % 256


@pytest.mark.skip(reason="flaky")  # error
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

An old skip may be a choice of the team, with a reason that still holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import docstring
from async_testing.rules import Hit

CODE = "AT231"
STATUS = "preview"
SEVERITY = "info"
NEEDS = ("skip",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each skip without a condition."""
    for test in source.tests:
        if not test.is_async:
            continue
        decorators = test.node.decorator_list
        for mark in marks.own(source, decorators, "function"):
            if mark.name == "skip":
                yield Hit(mark.node, f"{test.name} never runs", "mend it, or take it away")
        for one in decorators:
            if source.called(one) == "unittest.skip":
                yield Hit(one, f"{test.name} never runs", "mend it, or take it away")
        body = test.function.body[1:] if docstring(test.function) else test.function.body
        first = body[0] if body else None
        call = first.value if isinstance(first, ast.Expr) else None
        if first is not None and source.called(call) in ("pytest.skip", "self.skipTest"):
            yield Hit(first, f"{test.name} skips itself whatever happens", "mend it, or take it away")
