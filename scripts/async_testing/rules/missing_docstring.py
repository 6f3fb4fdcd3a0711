"""A test has no docstring that says what it validates.

## What it does

Reports each test function without a docstring.

## Why is this bad

The name says what broke. Why it matters, and what must never happen, is in nobody's head two years later.

## Example

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:  # error
    assert await UserDAO.count() == 2
```

## Use instead

```python
import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_count_leaves_out_deleted_users() -> None:
    \"\"\"The number is what an administrator is billed for.\"\"\"
    assert await UserDAO.count() == 2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.tests import docstring
from async_testing.rules import Hit

CODE = "AT804"
STATUS = "seed"
NEEDS = ("def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test without a docstring."""
    for test in source.tests:
        if not docstring(test.function).strip():
            yield Hit(
                test.node,
                f"{test.name} does not say why it is there",
                "a docstring of one line: what it validates, and why that matters",
            )
