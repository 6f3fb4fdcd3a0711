"""``usefixtures`` without the name of a fixture: nothing is used.

## What it does

Looks for ``@pytest.mark.usefixtures`` without arguments, and with something else than names in quotes.

## Why is this bad

The fixture that the test needs is not set up, and pytest only warns of it.

## Example

```python
import pytest

ROWS: list[int] = []


@pytest.fixture
def filled() -> None:
    ROWS.append(1)


@pytest.mark.usefixtures()  # error
@pytest.mark.asyncio
async def test_rows() -> None:
    assert len(ROWS) < 2
```

## Use instead

```python
import pytest

ROWS: list[int] = []


@pytest.fixture
def filled() -> None:
    ROWS.append(1)


@pytest.mark.usefixtures("filled")
@pytest.mark.asyncio
async def test_rows() -> None:
    assert len(ROWS) == 1
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT234"
NEEDS = ("usefixtures",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such mark."""
    if not source.is_test_file:
        return
    for scope in [*source.functions, *source.classes]:
        decorators = scope.node.decorator_list  # type: ignore[union-attr]
        for mark in marks.own(source, decorators, "function"):
            if mark.name != "usefixtures":
                continue
            if mark.call is None or not (mark.call.args or mark.call.keywords):
                yield Hit(mark.node, "usefixtures names no fixture: nothing is used", 'usefixtures("name")')
            elif any(isinstance(one, ast.List | ast.Tuple) for one in mark.call.args):
                yield Hit(mark.node, "usefixtures takes names, not a list of them", 'usefixtures("a", "b")')
