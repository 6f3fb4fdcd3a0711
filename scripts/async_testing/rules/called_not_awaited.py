"""An AsyncMock is asked whether it was called, which does not say that it was awaited.

## What it does

Looks for ``assert_called*``, ``assert mock.called`` and comparisons of ``call_count`` on what is known to be an
AsyncMock: made or assigned as one, a method below one, a coroutine function of the project that is patched or in the
spec of a mock.

## Why is this bad

A call without ``await`` counts as a call. When the code under test loses its ``await``, the assertion still passes.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def publish(send: AsyncMock) -> None:
    await send("created")


@pytest.mark.asyncio
async def test_publish_sends() -> None:
    send = AsyncMock()
    await publish(send)
    send.assert_called_once_with("created")  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def publish(send: AsyncMock) -> None:
    await send("created")


@pytest.mark.asyncio
async def test_publish_sends() -> None:
    send = AsyncMock()
    await publish(send)
    send.assert_awaited_once_with("created")
```

## When it is wrong

Where the code under test makes a task of the coroutine that has not run by then, or hands it on to be awaited later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import drivers, mocks, targets, undertest
from async_testing.facts.mocknames import assertions
from async_testing.facts.mockroles import FETCHES, RESPONSE, RESULT, SESSION, Roles
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT308"
STATUS = "preview"
SEVERITY = "info"
NEEDS = ("AsyncMock", "async_stub", "patch", "autospec", "spec=")

_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
}
_PLAIN = RESULT | FETCHES | SESSION | RESPONSE | drivers.ENTERED
_PLAIN |= {"debug", "info", "warning", "error", "exception", "cancel", "terminate", "is_closed", "write"}
"""Methods that are more often than not no coroutines, below an AsyncMock of whatever."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion about the calls of an AsyncMock."""
    roles = Roles(source)
    for scope in source.scopes:
        for call, name in assertions(scope):
            right = _AWAITED.get(name.attr)
            if not right or not _is_async(source, scope, name.value, roles):
                continue
            text = " ".join(source.segment(name.value).split())
            if _is_awaited_too(source, scope, text):
                continue
            _, end = source.span(name)
            fix = Fix(f"call {right}", (Edit(end - len(name.attr), end, right),), safe=False)
            message = f"{text}.{name.attr} passes when nobody awaits {text}(...)"
            yield Hit(call, message, f"{text}.{right}(...)", fix)
        for stated in scope.of(ast.Assert):
            state = _state(stated.test)
            if state is None or not _is_async(source, scope, state.value, roles):
                continue
            text = " ".join(source.segment(state.value).split())
            if not _is_awaited_too(source, scope, text):
                message = f"{text}.{state.attr} says nothing of whether the calls were awaited"
                yield Hit(stated, message, f"{text}.await_count")


def _state(node: ast.expr) -> ast.Attribute | None:
    """``mock.called`` or ``mock.call_count`` where a condition asks that there were calls."""
    if isinstance(node, ast.Attribute):
        return node if node.attr == "called" else None
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    left, right = node.left, node.comparators[0]
    if not isinstance(left, ast.Attribute) or not isinstance(right, ast.Constant) or not right.value:
        return None
    counted = left.attr == "call_count" and isinstance(node.ops[0], ast.Eq | ast.GtE | ast.Gt)
    said = left.attr == "called" and isinstance(node.ops[0], ast.Eq | ast.Is)
    return left if counted or said else None


def _is_async(source: SourceFile, scope: Scope, node: ast.expr, roles: Roles) -> bool:
    """Whether calling what a node is gives a coroutine of a mock."""
    found = mocks.of(source).of(node, scope)
    if found is None or found.maker is None or "return_value" in found.path:
        return False
    if not found.path:
        if found.kind == "AsyncMock":
            return not found.spec
        target = targets.of_call(found.source, found.maker) if found.kind == "patch" else None
        if target is None or target.told:
            return False
        replaced = targets.replaced(found.source, target)
        return replaced is not None and replaced.is_coroutine
    if not isinstance(node, ast.Attribute):
        return False
    if found.spec:
        return len(found.path) == 1 and _is_async_in_spec(found, node.attr)
    if found.kind != "AsyncMock" or roles.plain_method(found, node, scope):
        return False
    receiver = undertest.plain_name([found.name.removeprefix("self."), *found.path][-2])
    used = undertest.calls(source, node.attr, frozenset({receiver}))
    return used == {undertest.AWAITED} if node.attr in _PLAIN else undertest.VALUE not in used


def _is_async_in_spec(found: mocks.Mocked, method: str) -> bool:
    """Whether a mock's spec is a class of the project that has a coroutine method of a name."""
    assert found.maker is not None
    given = next((one.value for one in found.maker.keywords if one.arg in ("spec", "spec_set")), None)
    spec = given if given is not None else found.maker.args[0] if found.maker.args else None
    if spec is None or mocks.patch_kind(found.source, found.maker):
        return False
    dotted = found.source.dotted(spec)
    member = found.source.workspace.definition(found.source, f"{dotted}.{method}") if dotted else None
    return member is not None and member.is_coroutine


def _is_awaited_too(source: SourceFile, scope: Scope, text: str) -> bool:
    """Whether the same function asks for what was awaited as well."""
    around = source.text if scope is source.module else source.segment(scope.node)  # type: ignore[arg-type]
    return any(
        f"{text}.{word}" in around
        for word in ("assert_awaited", "assert_any_await", "await_", "assert_has_awaits")
    )
