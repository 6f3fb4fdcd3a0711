"""A test yields: pytest does not run generators.

## What it does

Looks for ``yield`` in the own code of a test function, ``async def`` or not. Functions with decorators that may run a
generator are left alone.

## Why is this bad

Pytest marks an async generator as an expected failure without a run. unittest makes the generator and drops it.

## Example

```python
import pytest


@pytest.mark.asyncio
async def test_session_closes():  # error
    yield 1
    assert False
```

## Use instead

```python
import pytest


@pytest.mark.asyncio
async def test_session_closes() -> None:
    assert list(map(str, [1])) == ["1"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import testcase
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT207"
SEVERITY = "error"
NEEDS = ("yield",)
KEEPING = ("pytest.mark.", "unittest.mock.patch", "mock.patch")
HOOKS = ("pytest_pyfunc_call", "pytest_pycollect_makeitem", "pytest_collection_modifyitems")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that is a generator."""
    for test in source.tests:
        node = test.node
        if not test.function.is_generator or id(node) in source.fixtures.by_function:
            continue
        names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]
        if not all(name.startswith(KEEPING) for name in names):
            continue
        if test.class_ is not None and testcase.kind_of(source, test.class_)[0] == "unknown":
            continue
        if any(hook in one.text for one in source.workspace.conftests(source.path) for hook in HOOKS):
            continue
        kind = "an async generator" if test.is_async else "a generator"
        yield Hit(
            node, f"{test.name} yields, which makes it {kind}: it never runs", "a fixture for what it yields"
        )
