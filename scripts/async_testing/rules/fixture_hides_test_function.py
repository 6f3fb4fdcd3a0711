"""A test is decorated as a fixture: it never runs.

## What it does

Looks for fixtures named like tests that assert something, give nothing, and that nothing in the file asks for.

## Why is this bad

``@pytest.fixture`` takes the function out of collection. Its assertions are never run.

## Example

```python
import pytest


@pytest.fixture
def test_total() -> None:  # error
    assert 1 + 1 == 3
```

## Use instead

```python
import pytest


@pytest.fixture
def total() -> int:
    return 1 + 1


def test_total(total: int) -> None:
    assert total == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import words
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT221"
SEVERITY = "error"
NEEDS = ("def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that its decorator hides."""
    if not source.is_test_file:
        return
    for one in source.fixtures.own:
        name = one.node.name
        if not source.config.collects_function(name) or one.name != name or one.gives or one.autouse:
            continue
        if not any(True for _ in one.function.within(ast.Assert)) or one.function.is_generator:
            continue
        if words.count(source.text, name) == 1:
            yield Hit(
                one.node,
                f"{name} is a fixture, not a test: its assertions never run",
                f"def {name} undecorated",
            )
