"""``pytest.raises(Exception)``: any failure satisfies it, a typo in the test too.

## What it does

Looks for ``pytest.raises`` and ``assertRaises`` of Exception or BaseException, alone or among others, with no text to
match and nothing that looks at the exception afterwards. Where the test then asserts what was recorded meanwhile (a
mock's calls, the log, a list that a callback fills, a statistic that names the error's class), a mistake would not
pass, and it is left alone.

## Why is this bad

A TypeError from a wrong argument or a NameError in the test passes as the expected exception.

## Example

```python
import pytest


async def create(name: str) -> None:
    raise ValueError("empty name")


async def test_create_without_name() -> None:
    with pytest.raises(Exception):  # error
        await create("")
```

## Use instead

```python
import pytest


async def create(name: str) -> None:
    raise ValueError("empty name")


async def test_create_without_name() -> None:
    with pytest.raises(ValueError, match="empty name"):
        await create("")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _recorded

CODE = "AT505"
NEEDS = ("Exception",)
BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each expectation that any exception satisfies."""
    for scope in source.functions:
        if ast.With not in scope.nodes and ast.AsyncWith not in scope.nodes:
            continue
        for found in asserts.raises_blocks(source, scope):
            broad = next((one for one in found.expected if source.dotted(one) in BROAD), None)
            if (
                broad is None
                or found.narrowed
                or _looked_at(source, found)
                or _raised_here(source, found, broad)
                or _recorded.is_told(source, scope, found.block)
                or _recorded.is_change(source, found.block)
            ):
                continue
            shown = ast.unparse(found.call)[:60]
            message = f"{shown} is satisfied by any failure, a mistake in the test too"
            yield Hit(found.call, message, "name the exception that is meant, or match its text")


def _looked_at(source: SourceFile, found: asserts.Raises) -> bool:
    scope = source.scope(found.block)
    return bool(found.name) and bool(asserts.reads(scope.body, found.name))


def _raised_here(source: SourceFile, found: asserts.Raises, broad: ast.expr) -> bool:
    """Whether the test itself raises or injects just this exception, so that no other is to be had."""
    kind = asserts.last_name(broad)
    around = source.scope(found.block)
    inner: list[ast.Raise] = list(around.within(ast.Raise))
    if any(one.exc is not None and asserts.last_name(one.exc) == kind for one in inner):
        return True
    return any(
        asserts.last_name(argument) == kind
        for call in around.within(ast.Call)
        if not source.called(call).endswith(("raises", "assertRaises"))
        for argument in [*call.args, *(one.value for one in call.keywords)]
    ) or any(asserts.last_name(one.value) == kind for one in around.within(ast.Assign))
