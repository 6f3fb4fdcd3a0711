"""An expected failure that is not strict: the test is green if it fails, and if it passes.

## What it does

Looks for async tests under ``xfail`` without ``strict=True`` and without ``raises=``, where the configuration does
not make them strict.

## Why is this bad

Any failure satisfies it, a forgotten ``await`` or a typo too, and nobody hears of it when the code is mended.

## Example

```python
import pytest


async def half(value: float) -> int:
    return round(value)


@pytest.mark.xfail  # error
@pytest.mark.asyncio
async def test_half_goes_up() -> None:
    assert await half(2.5) == 3
```

## Use instead

```python
import pytest


async def half(value: float) -> int:
    return round(value)


@pytest.mark.xfail(reason="banker's rounding", strict=True)
@pytest.mark.asyncio
async def test_half_goes_up() -> None:
    assert await half(2.5) == 3
```

## When it is wrong

A test that fails now and then on purpose of nobody may be marked like that until it is understood.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT232"
STATUS = "preview"
NEEDS = ("xfail",)
TRUE = ("true", "1", "yes", "on")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such mark."""
    for test in source.tests:
        if not test.is_async:
            continue
        for mark in marks.own(source, test.node.decorator_list, "function"):
            if mark.name != "xfail" or _is_narrow(mark) or _is_strict(source):
                continue
            yield Hit(
                mark.node, f"{test.name} is green whether it fails or passes", "strict=True, and raises=..."
            )


def _is_narrow(mark: marks.Mark) -> bool:
    """Whether a mark says which failure it expects, leaves that to a condition, or does not run the test."""
    strict = mark.keyword("strict")
    if strict is not None and not (isinstance(strict, ast.Constant) and strict.value is False):
        return True
    if mark.call is not None and mark.call.args:
        return True
    return any(mark.keyword(name) is not None for name in ("raises", "run", "condition"))


def _is_strict(source: SourceFile) -> bool:
    options = ("xfail_strict", "strict_xfail", "strict")
    return any((source.config.option(name) or "").lower() in TRUE for name in options)
