"""A test has the marks of two runners: asyncio and anyio.

## What it does

Looks for tests and classes that carry both ``pytest.mark.asyncio`` and ``pytest.mark.anyio``.

## Why is this bad

Two plugins claim the test. Which one runs it, and on what loop its fixtures live, depends on the order of plugins.

## Example

```python
import pytest


@pytest.mark.anyio  # error
@pytest.mark.asyncio
async def test_first() -> None:
    assert [1][0] == 1
```

## Use instead

```python
import pytest


@pytest.mark.anyio
async def test_first() -> None:
    assert [1][0] == 1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.marks import Mark
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT212"
NEEDS = ("anyio",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first of two marks of which only one can have its way."""
    if "asyncio" not in source.text or not source.is_test_file:
        return
    seen: set[int] = set()
    for test in source.tests:
        found = _nearest(test.marks) if test.is_async else None
        if found and id(found.node) not in seen:
            seen.add(id(found.node))
            message = f"{test.name} has the marks asyncio and anyio: two plugins claim it"
            yield Hit(found.node, message, "one of the two marks")
    module = marks.assigned(source, source.module, "module")
    if not source.tests and _nearest(module):
        yield Hit(module[0].node, "the module has the marks asyncio and anyio", "one of the two marks")


def _nearest(found: list[Mark]) -> Mark | None:
    """The first of both marks, the inner one of a test before that of its module; None where there are not both."""
    both = [mark for mark in found if mark.name in ("asyncio", "anyio")]
    if {mark.name for mark in both} != {"asyncio", "anyio"}:
        return None
    return both[0]
