"""An async test starts another event loop from inside of its own.

## What it does

Looks in async tests and async fixtures for ``asyncio.run``, ``run_until_complete``, ``run_forever``, ``anyio.run``,
``trio.run`` and ``async_to_sync(...)(...)``.

## Why is this bad

A loop already runs. The call raises "asyncio.run() cannot be called from a running event loop", and the coroutine
that it was given is never awaited. Where the error is caught or patched away, the code under test did not run.

## Example

```python
import asyncio

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    assert asyncio.run(load()) == "Ann"  # error
```

## Use instead

```python
import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_gives_a_name() -> None:
    assert await load() == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit

CODE = "AT608"
SEVERITY = "error"
NEEDS = ("run", "async_to_sync")
RUNS = frozenset({"asyncio.run", "anyio.run", "trio.run", "asyncio.runners.run", "uvloop.run"})
RUNNER = "asyncio.Runner"
SMALL = 5
"""How many statements a helper that is looked into has at the most."""
SYNC = frozenset({"asgiref.sync.async_to_sync", "asgiref.sync.AsyncToSync"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each loop that an async test or fixture starts."""
    running = {id(scope) for scope in places.of_tests_and_fixtures(source) if scope.is_async}
    for scope, call in _candidates(source) if running else ():
        if id(scope) in running:
            shown = _starts(source, call, scope) or _starts_within(source, call)
            if shown and not _is_expected(source, call):
                message = f"{shown} cannot be called while the test's own loop runs"
                yield Hit(call, message, "await the coroutine", _fix(source, call))


def _candidates(source: SourceFile) -> list[tuple[Scope, ast.Call]]:
    """The calls that may start a loop by their names, and those of functions of the file that hold such a call."""
    found = source.calls("run", "run_until_complete", "run_forever")
    for scope, call in source.calls("async_to_sync", "AsyncToSync"):
        around = source.parent(call)
        found += [(scope, around)] if isinstance(around, ast.Call) else []
    helpers = {scope.name for scope, _ in found if scope.parent is source.module}
    return found + source.calls(*helpers)


def _starts(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    func = call.func
    name = source.dotted(func)
    if name in RUNS:
        return name
    if isinstance(func, ast.Call) and source.dotted(func.func) in SYNC:
        return "async_to_sync(...)"
    if isinstance(func, ast.Attribute) and func.attr == "run":
        return "asyncio.Runner().run" if source.type_of(func.value, scope) == RUNNER else ""
    if not isinstance(func, ast.Attribute) or func.attr not in ("run_until_complete", "run_forever"):
        return ""
    asked = source.called(func.value)
    if isinstance(func.value, ast.Name) and func.value.id in ("loop", "event_loop"):
        return ast.unparse(func)
    if not asked and isinstance(func.value, ast.Name):
        values = bindings(source, scope).get(func.value.id, [])
        asked = source.called(values[0]) if len(values) == 1 else ""
    return f"{func.attr}" if asked.startswith("asyncio.") and asked.endswith("_loop") else ""


def _starts_within(source: SourceFile, call: ast.Call) -> str:
    """The same for a plain function of the file that starts a loop itself, whatever it is called with."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    helper = source.module.child(name) if name else None
    if helper is None or not isinstance(helper.node, ast.FunctionDef) or helper.is_generator:
        return ""
    if name in source.fixtures.visible or len(helper.body) > SMALL:
        return ""
    found = (_starts(source, one, helper) for one in helper.of(ast.Call) if not _is_guarded(source, one))
    return next((f"{shown} in {name}" for shown in found if shown), "")


def _is_guarded(source: SourceFile, call: ast.Call) -> bool:
    """Whether a helper only starts a loop under a condition."""
    return any(isinstance(one, ast.If | ast.Try | ast.IfExp) for one in source.ancestors(call))


def _is_expected(source: SourceFile, call: ast.Call) -> bool:
    """Whether the test is about the error, or replaces what is called."""
    for around in source.ancestors(call):
        if isinstance(around, ast.With | ast.AsyncWith):
            text = " ".join(ast.unparse(item.context_expr) for item in around.items)
            if any(word in text for word in ("raises", "patch", "Raises", "suppress")):
                return True
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return any("patch" in ast.unparse(one) for one in around.decorator_list)
    return False


def _fix(source: SourceFile, call: ast.Call) -> Fix | None:
    if source.dotted(call.func) != "asyncio.run" or len(call.args) != 1 or call.keywords:
        return None
    start, end = source.span(call)
    bare = isinstance(source.parent(call), ast.Expr | ast.Assign | ast.Assert | ast.Compare | ast.Return)
    inner = source.segment(call.args[0])
    return Fix("await it", (Edit(start, end, f"await {inner}" if bare else f"(await {inner})"),), safe=False)
