"""A pytest mark stands on a fixture, where it has no effect.

## What it does

Looks for ``pytest.mark.…`` above or below ``@pytest.fixture`` and ``@pytest_asyncio.fixture``, and for a mark between
two fixtures' decorators.

## Why is this bad

Marks are for tests. ``usefixtures`` on a fixture requests nothing, ``asyncio`` makes nothing async. Pytest 9 makes it
an error, older ones pass over it.

## Example

```python
import pytest


@pytest.fixture
@pytest.mark.usefixtures("database")  # error
def user() -> str:
    return "ann"
```

## Use instead

```python
import pytest


@pytest.fixture
def user(database: object) -> str:
    return "ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT216"
SEVERITY = "error"
NEEDS = ("mark",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each mark on a fixture."""
    for one in source.fixtures.own:
        for decorator in one.node.decorator_list:
            mark = next((found.name for found in marks.own(source, [decorator], "function")), "")
            if not mark:
                continue
            message = f"the mark {mark} on the fixture {one.name} has no effect, and pytest 9 rejects it"
            instead = (
                "a parameter for each fixture" if mark == "usefixtures" else f"fixture {one.name} without it"
            )
            yield Hit(decorator, message, instead, None if mark == "usefixtures" else _fix(source, decorator))


def _fix(source: SourceFile, decorator: ast.expr) -> Fix | None:
    last = decorator.end_lineno or decorator.lineno
    start = source.offset(decorator.lineno, 0)
    end = source.offset(last, 0) + len(source.lines[last - 1])
    text = source.text[start:end]
    if not text.lstrip().startswith("@") or "#" in text:
        return None
    return Fix("take out the mark", (Edit(start, end, ""),))
