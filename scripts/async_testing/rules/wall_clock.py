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

from async_testing.facts import places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT604"
STATUS = "preview"
NEEDS = ("time",)
CLOCKS = frozenset(
    [
        "time.time",
        "time.monotonic",
        "time.perf_counter",
        "time.time_ns",
        "time.monotonic_ns",
        "time.perf_counter_ns",
    ]
)
CLOCKS |= {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")} | {"datetime.date.today"}
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
        return _direct(source, left) or _direct(source, right)
    if isinstance(op, ast.Lt | ast.LtE):
        return _duration(source, left, scope)
    if isinstance(op, ast.Gt | ast.GtE):
        return _duration(source, right, scope)
    return ""


def _direct(source: SourceFile, node: ast.expr) -> str:
    """The clock that an expression reads."""
    return next((name for inner in ast.walk(node) if (name := source.called(inner)) in CLOCKS), "")


def _expected(source: SourceFile, compared: ast.Compare, scope: Scope) -> Iterator[Hit]:
    """Yield what reads the clock for an expectation, in a variable that the code under test is not given."""
    for name in sorted(places.names([compared.left, *compared.comparators])):
        values = bindings(source, scope).get(name, [])
        value = values[0] if len(values) == 1 else None
        clock = _direct(source, value) if value is not None else ""
        if (
            value is not None
            and clock
            and not _is_given(source, value, clock)
            and _only_asserted(scope, name)
        ):
            message = f"the code reads the clock again, later than {clock}() here"
            yield Hit(value, message, "freeze the clock, or give the code the moment")


def _is_given(source: SourceFile, value: ast.expr, clock: str) -> bool:
    """Whether a value is more than a moment: a call that is given the clock's."""
    return any(
        isinstance(one, ast.Call) and source.called(one) != clock and _direct_argument(source, one)
        for one in ast.walk(value)
    )


def _direct_argument(source: SourceFile, call: ast.Call) -> bool:
    return any(_direct(source, one) for one in [*call.args, *(one.value for one in call.keywords)])


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


def _duration(source: SourceFile, node: ast.expr, scope: Scope) -> str:
    """The clock whose readings an expression is the difference of, by itself or by a variable."""
    if isinstance(node, ast.Name):
        values = bindings(source, scope).get(node.id, [])
        found = [
            _duration(source, value, scope) for value in values if isinstance(value, ast.BinOp | ast.Call)
        ]
        return next((one for one in found if one), "")
    if isinstance(node, ast.Call):
        name = source.called(node)
        if name in ("abs", "round", "float", "int") and node.args:
            return _duration(source, node.args[0], scope)
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "total_seconds"
        return _duration(source, node.func.value, scope) if is_method else ""  # type: ignore[attr-defined]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub | ast.Mult | ast.Div):
        return ""
    for side in (node.left, node.right):
        found_clock = _direct(source, side) or _duration(source, side, scope)
        if not found_clock and isinstance(side, ast.Name):
            values = bindings(source, scope).get(side.id, [])
            found_clock = next(
                (_direct(source, one) for one in values if one is not None and _direct(source, one)), ""
            )
        if found_clock:
            return found_clock
    return ""
