"""An assertion depends on what time it is, or on how fast the machine is.

## What it does

Looks for assertions that compare the clock: ``time.time()``, ``time.monotonic()``, ``time.perf_counter()``,
``datetime.now()`` and ``utcnow()``, or a difference of them kept in a variable, by equality or against an upper bound.

## Why is this bad

A busy machine is slower than any bound that means something, and a test that runs over midnight, or over a second, sees
another time than the code it tests.

## Example

```python
import time

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_is_quick() -> None:
    began = time.perf_counter()
    await load()
    assert time.perf_counter() - began < 0.1  # error
```

## Use instead

```python
import asyncio

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_does_not_hang() -> None:
    assert await asyncio.wait_for(load(), timeout=5) == "Ann"
```

## When it is wrong

Where the bound is far beyond anything a machine could take, or the clock is frozen by a tool that is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import durations, places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT604"
STATUS = "preview"
NEEDS = ("time",)
FROZEN = ("freezegun", "time_machine", "freeze_time", "freezer", "frozen_time", "travel(")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion about the clock."""
    if any(word in source.text for word in FROZEN):
        return
    for test in source.tests:
        scope = test.function
        for statement in scope.of(ast.Assert):
            compared = statement.test
            if isinstance(compared, ast.Compare) and len(compared.ops) == 1:
                clock = _depends(source, compared, scope)
                if clock:
                    message = f"whether this holds depends on {clock}()"
                    yield Hit(statement, message, "freeze the clock, or wait with a timeout")
                elif isinstance(compared.ops[0], ast.Eq):
                    yield from _expected(source, compared, scope)


def _depends(source: SourceFile, compared: ast.Compare, scope: Scope) -> str:
    """The clock that a comparison depends on: a duration with an upper bound, or the present moment by equality."""
    left, right, op = compared.left, compared.comparators[0], compared.ops[0]
    if isinstance(op, ast.Eq):
        return durations.read(source, left) or durations.read(source, right)
    if isinstance(op, ast.Gt | ast.GtE):
        left, right = right, left
    elif not isinstance(op, ast.Lt | ast.LtE):
        return ""
    clock = durations.of(source, left, scope)
    return "" if clock and durations.is_long(source, right, left, scope) else clock


def _expected(source: SourceFile, compared: ast.Compare, scope: Scope) -> Iterator[Hit]:
    """Yield what reads the clock for an expectation, in a variable that the code under test is not given."""
    for name in sorted(places.names([compared.left, *compared.comparators])):
        values = bindings(source, scope).get(name, [])
        value = _compared(values[0], name, compared) if len(values) == 1 else None
        clock = durations.read(source, value) if value is not None else ""
        if (
            value is not None
            and clock
            and not _is_given(source, value, clock)
            and _only_asserted(scope, name)
        ):
            message = f"the code reads the clock again, later than {clock}() here"
            yield Hit(value, message, "freeze the clock, or give the code the moment")


def _compared(value: ast.expr | None, name: str, compared: ast.Compare) -> ast.expr | None:
    """What of a variable's value is compared: of a dict the entry that is asked for."""
    keys = [
        one.slice.value
        for side in (compared.left, *compared.comparators)
        for one in ast.walk(side)
        if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
        if isinstance(one.value, ast.Name) and one.value.id == name
    ]
    if not isinstance(value, ast.Dict) or not keys:
        return value
    return next(
        (
            item
            for key, item in zip(value.keys, value.values, strict=True)
            if isinstance(key, ast.Constant) and key.value in keys
        ),
        None,
    )


def _is_given(source: SourceFile, value: ast.expr, clock: str) -> bool:
    """Whether a value is more than a moment: a call that is given the clock's."""
    return any(
        isinstance(one, ast.Call) and source.called(one) != clock and _direct_argument(source, one)
        for one in ast.walk(value)
    )


def _direct_argument(source: SourceFile, call: ast.Call) -> bool:
    return any(durations.read(source, one) for one in [*call.args, *(one.value for one in call.keywords)])


def _only_asserted(scope: Scope, name: str) -> bool:
    asserted = sum(
        isinstance(node, ast.Name) and node.id == name
        for statement in scope.of(ast.Assert)
        if not any(
            isinstance(one, ast.Call) and places.names(one.args) & {name} for one in ast.walk(statement.test)
        )
        for node in ast.walk(statement.test)
    )
    return asserted > 0 and asserted == unawaited.loaded(scope, name)
