"""An assertion stands in a callback, where its failure never reaches the test.

## What it does

Looks for assertions in functions that a test hands to the loop (``call_soon``, ``call_later``, ``call_at``,
``call_soon_threadsafe``, ``add_done_callback``, ``add_signal_handler``) or to a thread. One inside a ``try`` counts as
taken care of.

## Why is this bad

The loop logs what a callback raises and goes on; a thread's failure is a warning. The test is green when the assertion
fails, and also when the callback is never called.

## Example

```python
import asyncio

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    def check(task: asyncio.Task[str]) -> None:
        assert task.result() == "Bob"  # error

    task = asyncio.create_task(load())
    task.add_done_callback(check)
    await task
```

## Use instead

```python
import asyncio

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    seen: list[str] = []
    task = asyncio.create_task(load())
    task.add_done_callback(lambda task: seen.append(task.result()))
    await task
    await asyncio.sleep(0)
    assert seen == ["Ann"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT108"
SEVERITY = "error"
LATER = {
    "call_soon": 0,
    "call_soon_threadsafe": 0,
    "call_later": 1,
    "call_at": 1,
    "add_done_callback": 0,
    "add_signal_handler": 1,
    "add_reader": 1,
    "add_writer": 1,
    "set_exception_handler": 0,
}
NEEDS = (*LATER, "Thread", "Timer")
THREADS = frozenset({"threading.Thread", "threading.Timer"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion in a function that only the loop or a thread calls."""
    tests = {id(test.function) for test in source.tests}
    for scope, call in source.calls(*LATER, "Thread", "Timer"):
        if id(scope) not in tests:
            continue
        where, given = _callback(source, call)
        inner = _function(source, given, scope) if given is not None else None
        if inner is None or _called_directly(inner, scope):
            continue
        for statement in inner.of(ast.Assert):
            if not any(isinstance(one, ast.Try) for one in source.ancestors(statement)) and not _narrows(
                inner, statement
            ):
                message = f"a failure in what {where} calls never reaches the test"
                yield Hit(statement, message, "collect what it sees, and assert in the test itself")


def _callback(source: SourceFile, call: ast.Call) -> tuple[str, ast.expr | None]:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in LATER and len(call.args) > LATER[func.attr]:
        return func.attr, call.args[LATER[func.attr]]
    name = source.dotted(func)
    if name in THREADS and not _raises_in_threads(source):
        target = next((one.value for one in call.keywords if one.arg in ("target", "function")), None)
        if target is None and name.endswith("Timer") and len(call.args) > 1:
            target = call.args[1]
        return "the thread", target
    return "", None


def _raises_in_threads(source: SourceFile) -> bool:
    """Whether a thread's failure fails the test, by pytest's warning about it."""
    return any(
        line.startswith("error") and (":" not in line or "Thread" in line)
        for line in source.config.filterwarnings
    )


def _function(source: SourceFile, given: ast.expr, scope: Scope) -> Scope | None:
    """The function of the test or of the file that is handed over; partial() is looked into."""
    if isinstance(given, ast.Call) and source.dotted(given.func) in ("functools.partial", "partial"):
        given = given.args[0] if given.args else given
    if not isinstance(given, ast.Name):
        return None
    current: Scope | None = scope
    while current is not None:
        for child in current.children:
            if child.name == given.id and isinstance(child.node, ast.FunctionDef):
                return child
        current = current.parent
    return None


def _narrows(inner: Scope, statement: ast.Assert) -> bool:
    """Whether it only tells a type checker something about a name that the code below goes on with."""
    return (
        isinstance(statement.test, ast.Compare)
        and isinstance(statement.test.left, ast.Name)
        and isinstance(statement.test.ops[0], ast.IsNot)
        and statement is not inner.body[-1]
    )


def _called_directly(inner: Scope, scope: Scope) -> bool:
    return any(isinstance(one.func, ast.Name) and one.func.id == inner.name for one in scope.within(ast.Call))
