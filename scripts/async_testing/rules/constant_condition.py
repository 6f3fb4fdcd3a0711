"""The condition of a skip or an expected failure is a constant.

## What it does

Looks for ``skipif`` and ``xfail`` marks, and ``unittest.skipIf`` and ``skipUnless``, whose condition is True, False
or a number.

## Why is this bad

With True the test never runs, and looks as if it ran somewhere. With False the mark does nothing.

## Example

```python
import pytest


async def checksum(data: bytes) -> int:
    return sum(data) % 256


@pytest.mark.skipif(True, reason="flaky")  # error
@pytest.mark.asyncio
async def test_checksum() -> None:
    assert await checksum(b"12") == 4
```

## Use instead

```python
import sys

import pytest


async def checksum(data: bytes) -> int:
    return sum(data) % 256


@pytest.mark.skipif(sys.platform == "win32", reason="no such socket there")
@pytest.mark.asyncio
async def test_checksum() -> None:
    assert await checksum(b"12") == 99
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT230"
NEEDS = ("skipif", "xfail", "skipIf", "skipUnless")
UNITTEST = {"unittest.skipIf": True, "unittest.skipUnless": False}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such mark."""
    if not source.is_test_file:
        return
    for scope in [*source.functions, *source.classes]:
        decorators = scope.node.decorator_list  # type: ignore[union-attr]
        for mark in marks.own(source, decorators, "function"):
            if mark.name in ("skipif", "xfail") and mark.call is not None:
                conditions = [
                    *mark.call.args,
                    *[one for one in [mark.keyword("condition")] if one is not None],
                ]
                if len(conditions) == 1:
                    yield from _hits(conditions[0], mark.node, mark.name, True)
        for one in decorators:
            wanted = UNITTEST.get(source.called(one))
            if isinstance(one, ast.Call) and wanted is not None and one.args:
                yield from _hits(one.args[0], one, source.called(one).rpartition(".")[2], wanted)


def _hits(condition: ast.expr, where: ast.expr, name: str, wanted: bool) -> Iterator[Hit]:
    if not isinstance(condition, ast.Constant) or not isinstance(condition.value, bool | int):
        return
    if bool(condition.value) is wanted:
        what = "is always skipped" if name != "xfail" else "is always expected to fail"
        yield Hit(
            where, f"the condition of {name} is a constant: what it marks {what}", "a condition, or no test"
        )
    else:
        yield Hit(where, f"the condition of {name} never holds: the mark does nothing", "take the mark away")
