"""A cleanup function is a coroutine function, and whoever calls it does not await it.

## What it does

Looks at what is given to ``request.addfinalizer``, ``addCleanup``, ``addClassCleanup``, ``addModuleCleanup``,
``atexit.register`` and ``ExitStack.callback``: a coroutine function of the project or a known library, or a ``lambda``
that calls one.

## Why is this bad

These call the function and drop what it returns. The cleanup never runs, and what it should have closed or removed is
there for the next test.

## Example

```python
import pytest


class Pool:
    async def close(self) -> None: ...


@pytest.fixture
def pool(request: pytest.FixtureRequest) -> Pool:
    made = Pool()
    request.addfinalizer(made.close)  # error
    return made
```

## Use instead

```python
from collections.abc import AsyncIterator

import pytest_asyncio


class Pool:
    async def close(self) -> None: ...


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[Pool]:
    made = Pool()
    yield made
    await made.close()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT109"
SEVERITY = "error"
TAKES = frozenset({"addfinalizer", "addCleanup", "addClassCleanup", "addModuleCleanup", "doClassCleanups"})
STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
NEEDS = (*TAKES, "atexit", "ExitStack")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each cleanup whose coroutine will be dropped."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            if not call.args or not _registers(source, call, scope):
                continue
            shown = _coroutine(source, call, scope)
            if shown:
                taker = ast.unparse(call.func)
                instead = (
                    "addAsyncCleanup" if "Cleanup" in taker else "an async fixture: yield, then await it"
                )
                if taker.endswith("callback"):
                    instead = "AsyncExitStack.push_async_callback"
                yield Hit(call, f"{taker} calls {shown} and drops its coroutine: it never runs", instead)


def _registers(source: SourceFile, call: ast.Call, scope: Scope) -> bool:
    func = call.func
    if source.dotted(func) == "atexit.register":
        return True
    if not isinstance(func, ast.Attribute):
        return False
    return func.attr in TAKES or (func.attr == "callback" and source.type_of(func.value, scope) in STACKS)


def _coroutine(source: SourceFile, call: ast.Call, scope: Scope) -> str:
    given = call.args[0]
    if isinstance(given, ast.Lambda):
        return coroutines.made(source, given.body, source.scope_of_node[id(given)])
    if isinstance(given, ast.Call) and source.dotted(given.func) in ("functools.partial", "partial"):
        given = given.args[0] if given.args else given
    if not isinstance(given, ast.Name | ast.Attribute):
        return ""
    if isinstance(given, ast.Attribute) and given.attr == "aclose":
        return ast.unparse(given)
    as_called = ast.copy_location(ast.Call(func=given, args=call.args[1:], keywords=call.keywords), given)
    return coroutines.made(source, source.keep(as_called), scope)
