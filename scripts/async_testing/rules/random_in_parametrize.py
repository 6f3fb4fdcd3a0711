"""The values of a parametrized test are made by chance or by the clock, and so are the tests' names.

## What it does

Looks at the values of ``parametrize`` for numbers and texts from ``random``, ``secrets``, ``uuid4()`` made a text, and
``time.time()``, where no ``ids`` are given.

## Why is this bad

Each collection makes other tests. pytest-xdist's workers disagree about what they collected and stop, a failed test
cannot be named to be run again, and a failure cannot be repeated.

## Example

```python
import random

import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [random.randint(0, 9)])  # error
async def test_number_is_small(number: int) -> None:
    assert number < 10
```

## Use instead

```python
import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [0, 9])
async def test_number_is_small(number: int) -> None:
    assert number < 10
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT613"
NEEDS = ("parametrize",)
CHANCE = ("random.", "secrets.", "numpy.random.")
CLOCKS = frozenset({"time.time", "time.time_ns", "time.monotonic", "time.perf_counter"})
TEXTS = frozenset({"uuid.uuid4", "uuid.uuid1", "datetime.datetime.now", "datetime.datetime.utcnow"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each parameter value that differs with every collection."""
    for _, call in source.calls("parametrize"):
        if any(one.arg == "ids" for one in call.keywords):
            continue
        for value in [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "argvalues")]:
            for made in _values(source, value):
                name = _by_chance(source, made)
                if name:
                    yield Hit(
                        made, f"{name} names this test anew with every collection", "write the value down"
                    )


def _values(source: SourceFile, node: ast.expr) -> Iterator[ast.expr]:
    """The values that become part of a test's name."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for item in node.elts:
            yield from _values(source, item)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        yield from _values(source, node.elt)
    elif isinstance(node, ast.Call) and source.called(node) == "pytest.param":
        if not any(one.arg == "id" for one in node.keywords):
            for item in node.args:
                yield from _values(source, item)
    else:
        yield node


def _by_chance(source: SourceFile, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):  # uuid4().hex
        name = source.called(node.value)
        return f"{name}()" if name in TEXTS else ""
    if isinstance(node, ast.JoinedStr):
        names = [source.called(one.value) for one in node.values if isinstance(one, ast.FormattedValue)]
        return next(
            (f"{name}()" for name in names if name in TEXTS or name in CLOCKS or name.startswith(CHANCE)), ""
        )
    name = source.called(node)
    if name == "str" and isinstance(node, ast.Call) and node.args:
        inner = source.called(node.args[0])
        return f"{inner}()" if inner in TEXTS or inner in CLOCKS or inner.startswith(CHANCE) else ""
    if name == "random.Random" or name.startswith("random.Random"):
        return ""
    return f"{name}()" if name in CLOCKS or name.startswith(CHANCE) else ""
