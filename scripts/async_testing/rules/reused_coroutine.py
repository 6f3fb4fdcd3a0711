"""One coroutine object is handed out to whoever calls.

## What it does

Looks for coroutines that are made once and given again and again: as ``return_value`` or ``side_effect`` of a mock,
at a module's or class's own level (an async generator too, where several tests read it), by a function put in with
``setattr``, by a fixture for several tests. A plain mock that the test itself calls once may return one; where the code
under test calls it, nobody knows how often, unless the test asserts that a patch was called once.

## Why is this bad

A coroutine can be awaited once. The second call gets the one that is used up, "cannot reuse already awaited coroutine";
with an AsyncMock even the first caller gets a coroutine where it expects the result.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_is_faked() -> None:
    fake = AsyncMock(return_value=load())  # error
    assert await fake() == "Ann"
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def load() -> str:
    return "Ann"


@pytest.mark.asyncio
async def test_load_is_faked() -> None:
    fake = AsyncMock(side_effect=load)
    assert await fake() == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines, mocks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT105"
SEVERITY = "error"
NEEDS = ("async ", "asyncio", "AsyncMock")
RESULTS = ("return_value", "side_effect")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each coroutine that is made once and handed out more often."""
    yield from _in_calls(source)
    for name in RESULTS:
        for scope, assign, target in source.settings.get(name, ()):
            yield from _given(source, name, assign.value, scope, _root(target), target.value)
    for scope in [source.module, *source.classes]:
        yield from _kept(source, scope)
    for fixture in source.fixtures.own:
        if fixture.scope in ("class", "module", "package", "session") and not fixture.is_async:
            for value in fixture.gives:
                shown = coroutines.made(source, value, fixture.function)
                if shown:
                    message = f"every test of the {fixture.scope} gets the same coroutine of {shown}(...)"
                    yield Hit(value, message, f"make the fixture async: await {shown}(...) in it")


def _in_calls(source: SourceFile) -> Iterator[Hit]:
    for name in RESULTS:
        for scope, call, keyword in source.keywords.get(name, ()):
            around = source.parent(call)
            target = around.targets[0] if isinstance(around, ast.Assign) else None
            yield from _given(source, name, keyword.value, scope, call, target)
    yield from _in_words(source)
    for scope, call in source.calls("setattr"):
        if isinstance(call.func, ast.Attribute) and len(call.args) > 1:
            yield from _replaced(source, call.args[-1], scope)


def _in_words(source: SourceFile) -> Iterator[Hit]:
    """The same for what is configured by its name: ``**{"send.return_value": send()}``."""
    for scope, call in source.calls("configure_mock", *coroutines.MOCK_NAMES):
        configured = isinstance(call.func, ast.Attribute) and call.func.attr == "configure_mock"
        if not configured and not mocks.maker_kind(source, call):
            continue
        owner = call.func.value if configured and isinstance(call.func, ast.Attribute) else call
        for one in call.keywords:
            if one.arg is not None or not isinstance(one.value, ast.Dict):
                continue
            for key, value in zip(one.value.keys, one.value.values, strict=True):
                name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                path, _, setting = name.rpartition(".")
                if setting in RESULTS and path:
                    written = _below(owner, path) if configured else None
                    yield from _given(source, setting, value, scope, _root(owner), written)


def _below(owner: ast.expr, path: str) -> ast.expr:
    """What an attribute of a mock, or one of an attribute, is called in the code."""
    for part in path.split("."):
        owner = ast.Attribute(owner, part, ast.Load())
    return owner


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def _is_reused(scope: Scope, mock: coroutines.Mock | None, written: ast.expr | None) -> bool:
    """Whether a mock gives its result more than once, or is called by code that may call it more often.

    Args:
        scope: the function that sets the mock up.
        mock: what is known of it.
        written: how the function names it, None where it has no name there.
    """
    shown = ast.unparse(written) if written is not None else ""
    calls = sum(ast.unparse(call.func) == shown for call in scope.of(ast.Call)) if shown else 0
    return calls > 1 or (mock is not None and (mock.is_async or not calls))


def _given(
    source: SourceFile, what: str, value: ast.expr, scope: Scope, owner: ast.expr, written: ast.expr | None
) -> Iterator[Hit]:
    """What a mock is told to return; not always wrong where a plain mock returns it once.

    Args:
        source: the file.
        what: the setting.
        value: what it is set to.
        scope: where.
        owner: the mock's name, or the call that makes it.
        written: how the code names what the setting is of, None where it has no name there.
    """
    several = what == "side_effect" and isinstance(value, ast.List | ast.Tuple)
    items = value.elts if several and isinstance(value, ast.List | ast.Tuple) else [value]
    for item in items:
        shown = coroutines.made(source, item, scope) or _held(source, item, scope)
        if not shown:
            continue
        if (
            (what == "side_effect" and not several)
            or (isinstance(item, ast.Name) and coroutines.binder(source, item.id, scope)[0] is None)
            or (bool(mocks.patch_kind(source, owner)) and not _asserted_once(source, owner, scope))
            or _is_reused(scope, coroutines.mock_of(source, owner, scope), written)
        ):
            message = f"the mock hands out one coroutine of {shown}(...): it can be awaited once"
            where = item if isinstance(item, ast.Call) else value
            yield Hit(where, message, f"side_effect={shown}, not called")


def _asserted_once(source: SourceFile, patch: ast.expr, scope: Scope) -> bool:
    """Whether a function asserts that what it patches in a ``with`` was called once, by a name for it."""
    if isinstance(patch, ast.Call) and mocks.keyword(patch, "new_callable") is not None:
        return False
    item = source.parent(patch)
    name = item.optional_vars if isinstance(item, ast.withitem) else None
    return isinstance(name, ast.Name) and any(
        around is scope and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == name.id
        for around, call in source.calls("assert_called_once", "assert_called_once_with")
    )


def _held(source: SourceFile, node: ast.expr, scope: Scope) -> str:
    """The coroutine function whose coroutine a name holds."""
    if not isinstance(node, ast.Name):
        return ""
    around, values = coroutines.binder(source, node.id, scope)
    if around is None:
        value = source.constants.get(node.id)
        return coroutines.made(source, value, source.module)
    return coroutines.made(source, values[0], around) if len(values) == 1 else ""


def _replaced(source: SourceFile, value: ast.expr, scope: Scope) -> Iterator[Hit]:
    """A function that gives a coroutine from outside of it."""
    if isinstance(value, ast.Lambda):
        shown = _held(source, value.body, source.scope_of_node[id(value)])
        if shown:
            message = f"every call gets the same coroutine of {shown}(...): it can be awaited once"
            yield Hit(value, message, f"call {shown}(...) inside of the function")


def _kept(source: SourceFile, scope: Scope) -> Iterator[Hit]:
    """Coroutines in variables of a module or class."""
    for name, values in bindings(source, scope).items():
        for value in values:
            shown = coroutines.made(source, value, scope) if isinstance(value, ast.Call) else ""
            if shown and isinstance(source.parent(value), ast.Assign | ast.AnnAssign):  # type: ignore[arg-type]
                message = (
                    f"{name} is one coroutine of {shown}(...) for the whole file: it can be awaited once"
                )
                yield Hit(value, message, f"await {shown}(...) where it is needed")  # type: ignore[arg-type]
            elif scope is source.module and _is_async_generator(source, value) and _users(source, name) > 1:
                message = f"{name} is one async generator for the whole file: the first test uses it up"
                yield Hit(value, message, f"make it in each test: {ast.unparse(value.func)}(...)")  # type: ignore[arg-type,union-attr]


def _is_async_generator(source: SourceFile, value: ast.expr | None) -> bool:
    """Whether a value is what a call of an async generator function of the project gives."""
    if not isinstance(value, ast.Call) or not isinstance(source.parent(value), ast.Assign | ast.AnnAssign):
        return False
    found = source.workspace.definition(source, source.dotted(value.func), where="async")
    if found is None or found.kind != "function" or found.scope.node.decorator_list:  # type: ignore[union-attr]
        return False
    return found.scope.is_async and found.scope.is_generator


def _users(source: SourceFile, name: str) -> int:
    """How many tests read a name of the module."""
    return sum(1 for test in source.tests if test.function.reads.get(name) and name not in test.parameters)
