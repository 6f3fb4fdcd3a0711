"""A test asks for what was logged, printed or warned of, and never looks at it.

## What it does

Looks for async tests that take ``caplog``, ``capsys``, ``capfd`` or ``recwarn`` and do not mention it.

## Why is this bad

The assertion that it was asked for is missing.

## Example

```python
import logging

import pytest


async def retry() -> int:
    logging.getLogger("app").warning("retrying")
    return 1


@pytest.mark.asyncio
async def test_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:  # error
    assert await retry() == 1
```

## Use instead

```python
import logging

import pytest


async def retry() -> int:
    logging.getLogger("app").warning("retrying")
    return 1


@pytest.mark.asyncio
async def test_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert await retry() == 1
    assert caplog.messages == ["retrying"]
```

## When it is wrong

``recwarn`` and ``capsys`` may be there to keep something quiet.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT537"
STATUS = "preview"
NEEDS = ("caplog", "capsys", "capfd", "recwarn")
CAPTURES = ("caplog", "capsys", "capfd", "recwarn")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test with such a parameter."""
    for test in source.tests:
        if not test.is_async:
            continue
        for name in CAPTURES:
            if name in test.parameters and not unawaited.loaded(test.function, name):
                yield Hit(
                    test.node, f"{test.name} asks for {name} and never looks at it", f"assert {name}..."
                )
