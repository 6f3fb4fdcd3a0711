"""A coroutine object is made once, for a parameter of several tests.

## What it does

Looks at the values of ``parametrize`` and at the ``params`` of fixtures for calls of coroutine functions.

## Why is this bad

The coroutine is made while tests are collected. Only the first run can await it: a second test, a rerun or a second
parametrize with it fails with "cannot reuse already awaited coroutine", and a deselected test leaves it never awaited.

## Example

```python
import pytest


async def load(name: str) -> str:
    return name


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "loading",
    [
        load("Ann"),  # error
        pytest.param(load("Bob"), id="bob"),  # error
    ],
)
async def test_load_gives_a_name(loading) -> None:
    assert await loading
```

## Use instead

```python
import pytest


async def load(name: str) -> str:
    return name


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["Ann", pytest.param("Bob", id="bob")])
async def test_load_gives_a_name(name: str) -> None:
    assert await load(name) == name
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT104"
SEVERITY = "error"
NEEDS = ("parametrize", "params")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each coroutine among the values of a parameter."""
    for _, call in source.calls("parametrize", "fixture"):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "parametrize":
            given = call.args[1:2] or [one.value for one in call.keywords if one.arg == "argvalues"]
        elif isinstance(call.func, ast.Name | ast.Attribute) and any(
            one.arg == "params" for one in call.keywords
        ):
            if not source.dotted(call.func).endswith(".fixture"):
                continue
            given = [one.value for one in call.keywords if one.arg == "params"]
        else:
            continue
        for value in given:
            for made in _values(source, value):
                shown = coroutines.made(source, made, source.module)
                if shown:
                    message = (
                        f"{shown}(...) makes one coroutine for every run of the test: it can be awaited once"
                    )
                    yield Hit(made, message, f"pass what {shown}() needs, and await it in the test")


def _values(source: SourceFile, node: ast.expr) -> Iterator[ast.Call]:
    """The calls whose results are the values themselves, or members of them."""
    if isinstance(node, ast.Name) and node.id in source.constants:
        node = source.constants[node.id]
        if isinstance(node, ast.Name):
            return
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for item in node.elts:
            yield from _values(source, item)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(source, value)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        yield from _values(source, node.elt)
    elif isinstance(node, ast.Starred):
        yield from _values(source, node.value)
    elif isinstance(node, ast.Call):
        if source.dotted(node.func) == "pytest.param":
            for item in node.args:
                yield from _values(source, item)
        else:
            yield node
