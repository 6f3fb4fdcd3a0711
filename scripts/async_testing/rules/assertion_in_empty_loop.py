"""All assertions of a test are in a loop over something that may be empty.

## What it does

Looks for tests whose assertions all stand in a ``for`` or ``async for`` over what the test got at run time, such as the
items of a response, or a stream; an assert on the status beside it does not count. Loops over literals, ranges and
parameters are left alone, and what the test builds by a library that it asks for with ``importorskip``; so are those
that only look for what must not be there: ``assert user.name != "Bob"``.

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
    if not all(_in_loop(source, one) or _is_of_status(one) for one in test.function.of(ast.Assert)):
        return
    found = [one for one in asserts.checks(test.function.body) if not _is_of_status(one)]
    if not any(isinstance(one, ast.Assert) for one in found):
        return
    if all(isinstance(one, ast.stmt) and asserts.fails(one) for one in found):
        return  # it is to be empty
    if all(isinstance(one, ast.Assert) and _denies(one.test) for one in found):
        return  # where nothing is, the unwanted one is not
    loop = _common(source, test, found[0])
    if loop is None or loop.orelse:
        return
    for node in found[1:]:
        if not any(one is loop for one in source.ancestors(node)):
            return
    streamed = isinstance(loop, ast.AsyncFor) and _is_stream(source, test, loop.iter)
    if _may_be_empty(source, test, loop.iter, streamed):
        shown = ast.unparse(loop.iter)[:70]
        if isinstance(loop, ast.AsyncFor):
            message = f"no assertion of the test runs if {shown} gives nothing"
            yield Hit(loop, message, f"items = [one async for one in {shown}], then assert its length first")
        else:
            message = f"no assertion of the test runs if {shown} is empty"
            yield Hit(loop, message, f"assert {shown} or its length first")


def _denies(test: ast.expr) -> bool:
    """Whether an assertion says that an item is not the unwanted one: ``row.name != "Bob"``.

    ``" " not in row.name`` says what every item is like, and ``row.name != ""`` that it has one.
    """
    if not isinstance(test, ast.Compare) or len(test.ops) > 1 or isinstance(test.left, ast.Constant):
        return False
    other = test.comparators[0]
    empty = isinstance(other, ast.Constant) and not other.value
    return isinstance(test.ops[0], ast.NotEq | ast.NotIn) and not empty


def _in_loop(source: SourceFile, node: ast.AST) -> bool:
    return any(isinstance(one, ast.For | ast.AsyncFor) for one in source.ancestors(node))


def _is_of_status(node: ast.AST) -> bool:
    """Whether an assert is about the status of a response alone, which says nothing of what it holds."""
    test = node.test if isinstance(node, ast.Assert) else None
    return isinstance(test, ast.Compare) and asserts.last_name(test.left) == "status_code"


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
    if _holds(node):
        return False
    if runtime.roots(node) & (set(test.parametrized)):
        return False
    names = runtime.roots(node)
    bound = bindings(source, test.function)
    if any(_made_here(value) for name in names for value in bound.get(name, [])):
        return False
    if "importorskip" in source.text and _is_of_library(bound, node):
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


def _is_of_library(bound: dict[str, list[ast.expr | None]], node: ast.expr, hops: int = 4) -> bool:
    """Whether an object comes from an optional library alone: ``array.keys()`` of ``array = da.arange(10)``."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if asserts.last_name(node) == "importorskip":
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    values = bound.get(node.id, []) if isinstance(node, ast.Name) and hops else []
    return bool(values) and all(one is not None and _is_of_library(bound, one, hops - 1) for one in values)


def _is_stream(source: SourceFile, test: Test, node: ast.expr, hops: int = 2) -> bool:
    """Whether an ``async for`` goes over what a call gives: ``dao.iterate()``, at once, by a name or by a fixture."""
    if isinstance(node, ast.Call):
        if asserts.last_name(node) in KEEPING or runtime.roots(node) & test.parametrized:
            return False
        inner = node.func.id if isinstance(node.func, ast.Name) else ""
        return test.function.child(inner) is None
    if not isinstance(node, ast.Name) or not hops:
        return False
    values = bindings(source, test.function).get(node.id)
    if values is not None:
        last = values[0] if len(values) == 1 else None
        return last is not None and not _holds(last) and _is_stream(source, test, last, hops - 1)
    fixture = source.fixtures.named(node.id, test.class_) if node.id in test.parameters else None
    if fixture is None or len(fixture.gives) != 1:
        return False
    given = fixture.gives[0]
    return isinstance(given, ast.Call) and not _holds(given) and asserts.last_name(given) not in KEEPING


def _holds(value: ast.expr) -> bool:
    """Whether an object is made of literals that are not empty: ``Feed([1, 2])``."""
    return any(
        _filled(one) for one in ast.walk(value) if isinstance(one, ast.List | ast.Tuple | ast.Dict | ast.Set)
    )


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
            return not any(_at_run_time(part) for part in one.generators)
    return isinstance(value, ast.Dict)


def _at_run_time(part: ast.comprehension) -> bool:
    """Whether a comprehension goes over a stream, or over what it waits for."""
    return bool(part.is_async) or any(isinstance(one, ast.Await) for one in ast.walk(part.iter))


def _filled(node: ast.List | ast.Tuple | ast.Dict | ast.Set) -> bool:
    return bool(node.keys) if isinstance(node, ast.Dict) else bool(node.elts)
