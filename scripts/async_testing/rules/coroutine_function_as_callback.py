"""A coroutine function is given to what calls a plain one: its coroutine is made and never awaited.

## What it does

Looks for coroutine functions of the project as callbacks of ``call_soon``, ``call_later``, ``add_done_callback``,
``run_in_executor``, ``add_signal_handler`` and ``threading.Thread``, and as the function of ``map``, ``filter`` or
the ``key`` of ``sorted``, ``min`` and ``max``.

## Why is this bad

Nothing of the function runs. To ``filter`` each coroutine is true, so that everything is let through.

## Example

```python
import asyncio

import pytest


async def is_open(door: str) -> bool:
    return door == "front"


async def close(door: list[str]) -> None:
    door.append("closed")


@pytest.mark.asyncio
async def test_doors() -> None:
    assert list(filter(is_open, ["front", "back"]))  # error
    doors: list[str] = []
    asyncio.get_running_loop().call_soon(close, doors)  # error
    await asyncio.sleep(0)
```

## Use instead

```python
import asyncio

import pytest


async def is_open(door: str) -> bool:
    return door == "front"


def close(door: list[str]) -> None:
    door.append("closed")


@pytest.mark.asyncio
async def test_doors() -> None:
    assert [door for door in ("front", "back") if await is_open(door)] == ["front"]
    doors: list[str] = []
    asyncio.get_running_loop().call_soon(close, doors)
    await asyncio.sleep(0)
    assert doors == ["closed"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.asserts import is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT120"
SEVERITY = "error"
NEEDS = (
    "call_soon",
    "call_later",
    "call_at",
    "add_done_callback",
    "run_in_executor",
    "add_signal_handler",
    "Thread(",
    "map(",
    "filter(",
    "key=",
)
METHODS = {
    "call_soon": 0,
    "call_soon_threadsafe": 0,
    "call_later": 1,
    "call_at": 1,
    "add_done_callback": 0,
    "run_in_executor": 1,
    "add_signal_handler": 1,
    "add_reader": 1,
    "add_writer": 1,
}
FUNCTIONS = frozenset({"map", "filter"})
KEYED = frozenset({"sorted", "min", "max"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each coroutine function that is called like a plain one."""
    if not is_testing(source):
        return
    for scope, call in source.calls(*METHODS, *FUNCTIONS, *KEYED, "Thread"):
        given = _callback(source, call)
        if given is None or not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if _is_coroutine_function(source, given, scope) and not _is_gathered(source, call):
            shown = ast.unparse(given)[:60]
            message = f"{shown} is a coroutine function: its coroutine is made here and never awaited"
            yield Hit(call, message, f"await {shown}(...), or a plain function")


def _callback(source: SourceFile, call: ast.Call) -> ast.expr | None:
    """What a call is given to be called by it, None where it takes no plain function."""
    name = source.called(call)
    if name == "threading.Thread":
        return next((one.value for one in call.keywords if one.arg == "target"), None)
    if name in FUNCTIONS:
        return call.args[0] if len(call.args) > 1 else None
    if name in KEYED:
        return next((one.value for one in call.keywords if one.arg == "key"), None)
    func = call.func
    place = METHODS.get(func.attr) if isinstance(func, ast.Attribute) and _is_loops(source, func) else None
    return call.args[place] if place is not None and len(call.args) > place else None


def _is_loops(source: SourceFile, func: ast.Attribute) -> bool:
    """Whether a method is that of an event loop or a task, by its name or by what it is called on."""
    owner = source.called(func.value) or source.dotted(func.value)
    return func.attr in ("add_done_callback", "run_in_executor") or "loop" in owner.rpartition(".")[2]


def _is_coroutine_function(source: SourceFile, node: ast.expr, scope: Scope) -> bool:
    """Whether a name leads to an ``async def``, as calling it would show."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    called = ast.Call(func=node, args=[], keywords=[])
    return bool(coroutines.made(source, called, scope))


def _is_gathered(source: SourceFile, call: ast.Call) -> bool:
    """Whether the coroutines of ``map`` are handed on to be awaited: ``gather(*map(load, keys))``."""
    if source.called(call) != "map":
        return False
    around = source.parent(call)
    while isinstance(around, ast.Starred) or (
        isinstance(around, ast.Call) and source.called(around) in ("list", "tuple")
    ):
        around = source.parent(around)
    return not isinstance(around, ast.Assert | ast.Compare | ast.Expr)
