"""All assertions of a test are in a loop over something that may be empty.

## What it does

Looks for tests whose assertions all stand in a ``for`` or ``async for`` over what the test got at run time, such as the
items of a response. Loops over literals, ranges and parameters are left alone.

## Why is this bad

An empty list passes: the test would be green if the query found nothing.

## Example

```python
from httpx import AsyncClient


async def test_list_active_users(client: AsyncClient) -> None:
    response = await client.get("/users", params={"active": True})
    for user in response.json():  # error
        assert user["active"] is True
```

## Use instead

```python
from httpx import AsyncClient


async def test_list_active_users(client: AsyncClient) -> None:
    response = await client.get("/users", params={"active": True})
    users = response.json()
    assert len(users) == 2
    for user in users:
        assert user["active"] is True
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, runtime
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT503"
NEEDS = ("for ",)
KEEPING = frozenset(
    {"enumerate", "zip", "sorted", "list", "reversed", "set", "tuple", "items", "values", "keys"}
)
KEEPING |= {"json", "gather"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the loop that all assertions of a test stand in."""
    for test in source.tests:
        if ast.For in test.function.nodes or ast.AsyncFor in test.function.nodes:
            yield from _judged(source, test)


def _judged(source: SourceFile, test: Test) -> Iterator[Hit]:
    found = asserts.checks(test.function.body)
    if not found or not any(isinstance(one, ast.Assert) for one in found):
        return
    loop = _common(source, test, found[0])
    if loop is None or loop.orelse:
        return
    for node in found[1:]:
        if not any(one is loop for one in source.ancestors(node)):
            return
    streamed = isinstance(loop, ast.AsyncFor) and _called_on_parameter(test, loop.iter)
    if _may_be_empty(source, test, loop.iter, streamed):
        shown = ast.unparse(loop.iter)[:70]
        yield Hit(
            loop, f"no assertion of the test runs if {shown} is empty", f"assert {shown} or its length first"
        )


def _common(source: SourceFile, test: Test, node: ast.AST) -> ast.For | ast.AsyncFor | None:
    """The outermost loop around a node, no ``while``, ``try`` or other check outside of it."""
    found: ast.For | ast.AsyncFor | None = None
    inner = node
    for around in source.ancestors(node):
        if around is test.node:
            return found
        if isinstance(around, ast.For | ast.AsyncFor) and any(inner is one for one in around.body):
            found = around
        elif isinstance(around, ast.While | ast.Try | ast.If) and found is not None:
            return None
        inner = around
    return None


def _may_be_empty(source: SourceFile, test: Test, node: ast.expr, streamed: bool) -> bool:
    """Whether what a loop goes over was got at run time, and nothing tells that it holds something."""
    if any(
        isinstance(one, ast.List | ast.Tuple | ast.Dict | ast.Set) and _filled(one) for one in ast.walk(node)
    ):
        return False
    if runtime.roots(node) & (set(test.parametrized)):
        return False
    names = runtime.roots(node)
    bound = bindings(source, test.function)
    if any(_made_here(value) for name in names for value in bound.get(name, [])):
        return False
    if any(
        isinstance(one, ast.Call) and asserts.last_name(one) in ("gather", "range") for one in ast.walk(node)
    ):
        return False
    if isinstance(node, ast.Call) and asserts.last_name(node) in (
        "range",
        "as_completed",
        "product",
        "repeat",
    ):
        return False
    if any(isinstance(one, ast.Await) for one in ast.walk(node)):
        return True
    return streamed or runtime.obtained(source, test, node)


def _called_on_parameter(test: Test, node: ast.expr) -> bool:
    """Whether it is a call such as ``client.stream()`` or ``dao.iterate()`` on a parameter of the test."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if asserts.last_name(node) in KEEPING:
        return False
    first = runtime.roots(node.func)
    return bool(first & set(test.parameters)) and not first & test.parametrized


def _made_here(value: ast.expr | None) -> bool:
    """Whether a value is built from literals or ranges, so that its length is known."""
    if value is None:
        return False
    for one in ast.walk(value):
        if (
            isinstance(one, ast.List | ast.Tuple | ast.Set)
            and one.elts
            and isinstance(value, ast.List | ast.Tuple)
        ):
            return True
        if isinstance(one, ast.Call) and asserts.last_name(one) in (
            "range",
            "gather",
            "zip",
            "wait",
            "product",
        ):
            return True
        if isinstance(one, ast.ListComp | ast.DictComp | ast.SetComp) and one is value:
            return True
    return isinstance(value, ast.Dict)


def _filled(node: ast.List | ast.Tuple | ast.Dict | ast.Set) -> bool:
    return bool(node.keys) if isinstance(node, ast.Dict) else bool(node.elts)
