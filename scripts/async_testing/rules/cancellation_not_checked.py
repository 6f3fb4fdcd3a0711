"""A test about a cancellation takes any end of the task for one.

## What it does

Looks in tests whose name speaks of cancelling or stopping for a task that is cancelled and then awaited under
``except asyncio.CancelledError: pass`` or ``suppress(asyncio.CancelledError)``, where assertions about something else
follow and nothing asks the task how it ended.

## Why is this bad

The test is green as well when the task swallows the cancellation or had ended before. And where the test itself is
cancelled while it waits, by a timeout around it, that is swallowed, too.

## Example

```python
import asyncio

import pytest

CLOSED: list[str] = []


async def poll() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        CLOSED.append("poller")


@pytest.mark.asyncio
async def test_cancel_closes_the_poller() -> None:
    task = asyncio.create_task(poll())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:  # error
        pass
    assert "poller" in CLOSED
```

## Use instead

```python
import asyncio

import pytest

CLOSED: list[str] = []


async def poll() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        CLOSED.append("poller")


@pytest.mark.asyncio
async def test_cancel_closes_the_poller() -> None:
    task = asyncio.create_task(poll())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "poller" in CLOSED
```

## When it is wrong

Where the code may end either way, and the test is about what it leaves behind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.mocknames import ASSERTIONS
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.cancelled_swallowed import CANCELLED

CODE = "AT630"
STATUS = "preview"
NEEDS = ("CancelledError", "BaseException")

_ABOUT_IT = re.compile(r"cancel|stop|shut|abort|interrupt|clos|terminat|kill")
_INSTEAD = "with pytest.raises(asyncio.CancelledError): around the await"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such end of a task."""
    for test in source.tests:
        scope = test.function
        if not scope.is_async or not _ABOUT_IT.search(test.name.lower()):
            continue
        cancelled = _cancelled(scope)
        for handler in scope.of(ast.ExceptHandler) if cancelled else ():
            block = source.parent(handler)
            if (
                _is_cancellation(source, handler.type)
                and _is_empty(handler.body)
                and isinstance(block, ast.Try)
            ):
                task = _only_await(block.body)
                if task in cancelled and not block.orelse and _is_forgotten(source, scope, block, task):
                    yield Hit(handler, f"however {task} ends, this goes on", _INSTEAD)
        for entered in scope.of(ast.withitem) if cancelled else ():
            call, block = entered.context_expr, source.parent(entered)
            if not isinstance(call, ast.Call) or source.called(call) != "contextlib.suppress":
                continue
            if isinstance(block, ast.With) and any(_is_cancellation(source, one) for one in call.args):
                task = _only_await(block.body)
                if task in cancelled and _is_forgotten(source, scope, block, task):
                    yield Hit(call, f"however {task} ends, this goes on", _INSTEAD)


def _cancelled(scope: Scope) -> set[str]:
    """The variables and attributes that the test cancels, as written."""
    return {
        ast.unparse(call.func.value)
        for call in scope.of(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "cancel"
    }


def _is_cancellation(source: SourceFile, node: ast.expr | None) -> bool:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(source.dotted(one) in CANCELLED or source.dotted(one) == "BaseException" for one in items)


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


def _only_await(body: list[ast.stmt]) -> str:
    """What a block awaits, if that is all it does; a time limit around it left out."""
    if len(body) != 1 or not isinstance(body[0], ast.Expr | ast.Assign):
        return ""
    value = body[0].value
    inner = value.value if isinstance(value, ast.Await) else None
    if isinstance(inner, ast.Call) and inner.args and ast.unparse(inner.func).endswith("wait_for"):
        inner = inner.args[0]
    return ast.unparse(inner) if isinstance(inner, ast.Name | ast.Attribute) else ""


def _is_forgotten(source: SourceFile, scope: Scope, block: ast.stmt, task: str) -> bool:
    """Whether assertions follow a block, none of which asks the task, and the block is no cleanup."""
    if places.in_finally(source, block):
        return False
    line = block.end_lineno or block.lineno
    after = [one for one in places.statements(scope) if one.lineno > line]
    asserts = any(isinstance(one, ast.Assert) or _is_mock_assertion(one) for one in after)
    return asserts and not any(re.search(rf"\b{re.escape(task)}\b", ast.unparse(one)) for one in after)


def _is_mock_assertion(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ASSERTIONS
    )
