"""A timeout is caught and passed over, and with it the assertions that it kept from running.

## What it does

Looks in tests for assertions in a ``try`` whose ``except TimeoutError`` does nothing, or after one that returns, in
``suppress(TimeoutError)``,
and in ``anyio.move_on_after(...)`` whose scope nobody asks whether time ran out.

## Why is this bad

When the code under test is too slow or hangs, the assertions are left out and the test is green.

## Example

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue_gives_the_name() -> None:
    queue: asyncio.Queue[str] = asyncio.Queue()
    try:
        assert await asyncio.wait_for(queue.get(), timeout=0.1) == "Ann"
    except asyncio.TimeoutError:  # error
        pass
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue_gives_the_name() -> None:
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait("Ann")
    assert await asyncio.wait_for(queue.get(), timeout=1) == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT610"
SEVERITY = "error"
NEEDS = ("TimeoutError", "move_on_after")
ERRORS = frozenset({"TimeoutError", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError"})
MOVES = frozenset({"anyio.move_on_after", "trio.move_on_after", "anyio.move_on_at"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each place where running out of time is no failure."""
    for scope in places.of_tests(source):
        for handler in scope.of(ast.ExceptHandler):
            block = source.parent(handler)
            if (
                not isinstance(block, ast.Try)
                or not _is_timeout(source, handler.type)
                or not _passes(handler.body)
            ):
                continue
            left_out = [*block.body, *block.orelse]
            if isinstance(handler.body[-1], ast.Return):
                left_out += [one for one in scope.body if one.lineno > (block.end_lineno or 0)]
            if _asserts(left_out) and not _says_failed(block.body):
                yield Hit(
                    handler,
                    "when time runs out the assertions are left out, and the test is green",
                    "let it raise",
                )
        for item in scope.of(ast.withitem):
            if _moves_on(source, item, scope) and _asserts(getattr(source.parent(item), "body", [])):
                message = "when time runs out the assertions are left out, and the test is green"
                yield Hit(item.context_expr, message, "anyio.fail_after(...), asyncio.timeout(...)")


def _is_timeout(source: SourceFile, node: ast.expr | None) -> bool:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(source.dotted(one) in ERRORS for one in items)


def _passes(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(one, ast.Pass)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        or (isinstance(one, ast.Return) and one.value is None)
        for one in body
    )


def _asserts(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Assert) for statement in body for node in ast.walk(statement))


def _says_failed(body: list[ast.stmt]) -> bool:
    """Whether what is caught is expected: the block fails by itself where it gets to its end, or it asserts False."""
    text = " ".join(ast.unparse(statement) for statement in body)
    return any(word in text for word in ("pytest.fail(", "assert False", "raise AssertionError"))


def _moves_on(source: SourceFile, item: ast.withitem, scope: Scope) -> bool:
    call = item.context_expr
    name = source.called(call)
    if name == "contextlib.suppress" and isinstance(call, ast.Call):
        return any(_is_timeout(source, one) for one in call.args)
    if name not in MOVES:
        return False
    return not isinstance(item.optional_vars, ast.Name) or not unawaited.loaded(scope, item.optional_vars.id)
