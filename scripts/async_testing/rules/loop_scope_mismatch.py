"""An async fixture lives on another loop than the tests that ask for it.

## What it does

Compares the loop scope of pytest-asyncio's fixtures, from the decorator or the configuration, with that of the async
tests that ask for them; and the scope of a fixture with its own loop scope. Of a narrower loop than the tests' only
connections, pools and futures are told, which evidently belong to it.

## Why is this bad

Locks, queues, connections and pools belong to the loop that they were used on first. The test fails, now or when it
has to wait, with "attached to a different loop"; a loop narrower than its fixture is an error at once.

## Example

```python
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")  # error
async def store() -> asyncio.Queue[int]:
    return asyncio.Queue()


@pytest.mark.asyncio
async def test_store_is_empty(store: asyncio.Queue[int]) -> None:
    assert store.empty()
```

## Use instead

```python
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def store() -> asyncio.Queue[int]:
    return asyncio.Queue()


@pytest.mark.asyncio(loop_scope="session")
async def test_store_is_empty(store: asyncio.Queue[int]) -> None:
    assert store.empty()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts, runners
from async_testing.facts.fixtures import PLAIN, FixtureDef
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT214"
SEVERITY = "error"
NEEDS = ("fixture",)
BOUND = ("asyncpg.Pool", "asyncpg.Connection", "psycopg.AsyncConnection", "psycopg_pool.AsyncConnectionPool")
"""Classes whose objects belong to the loop that they were opened on."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each fixture whose loop does not fit its scope or those who ask for it."""
    own_ones = [one for one in source.fixtures.own if _is_asyncio(source, one)]
    wide = [one for one in own_ones if loop_scope(one) != "function" or one.scope != "function"]
    bound = [one for one in own_ones if loop_scope(one) != "session" and _holds_loop(one)]
    if not (wide or bound) or runners.pins_old(source):
        return
    for one in bound:
        found = _elsewhere(source, one, loop_scope(one), wider=True)
        if found is not None:
            name, loop = found
            message = f"fixture {one.name} lives on its {loop_scope(one)} loop, {name} asks for it on the {loop} loop"
            yield Hit(one.decorator, message, f'loop_scope="{loop}" for the fixture')
    for one in wide:
        own = loop_scope(one)
        if runners.wider(one.scope, own):
            where = "loop_scope" if one.loop_scope else "asyncio_default_fixture_loop_scope"
            message = (
                f"fixture {one.name} has scope {one.scope} on a loop of scope {own} ({where}): ScopeMismatch"
            )
            yield Hit(one.decorator, message, f'loop_scope="{one.scope}" beside scope')
            continue
        found = _narrower(source, one, own) if own != "function" and _may_hold_loop(one) else None
        if found is not None:
            name, loop = found
            message = f"fixture {one.name} lives on the {own} loop, {name} asks for it on its {loop} loop"
            yield Hit(one.decorator, message, f'@pytest.mark.asyncio(loop_scope="{own}") on the tests')


def _is_asyncio(source: SourceFile, one: FixtureDef) -> bool:
    if not one.is_async or len(one.node.decorator_list) != 1 or "anyio_backend" in one.requests:
        return False
    given = one.option("loop_scope")
    if one.scope not in runners.WIDTH or (given is not None and not one.loop_scope):
        return False
    return one.by_pytest_asyncio or (one.kind in PLAIN and source.config.asyncio_mode == "auto")


def loop_scope(one: FixtureDef) -> str:
    """The scope of the loop that an async fixture runs on."""
    default = one.source.config.fixture_loop_scope
    return one.loop_scope or (one.scope if default in ("", "fixture-scope") else default)


def _may_hold_loop(one: FixtureDef) -> bool:
    """Whether what it gives may belong to a loop: nothing, a text or a plain collection does not."""
    kinds = (ast.Constant, ast.JoinedStr, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.Compare, ast.BoolOp)
    return any(not isinstance(value, kinds) for value in one.gives)


def _narrower(source: SourceFile, one: FixtureDef, own: str) -> tuple[str, str] | None:
    """A test or fixture that awaits on a narrower loop and asks for the fixture, and the scope of its loop."""
    found = _elsewhere(source, one, own, wider=False)
    if found is not None:
        return found
    if _are_changed(source):
        return None
    for other in source.fixtures.own:
        asks = one.name in other.requests and other.name != one.name and _is_asyncio(source, other)
        if asks and runners.wider(own, loop_scope(other)):
            return other.name, loop_scope(other)
    return None


def _are_changed(source: SourceFile) -> bool:
    """Whether a hook may give every test another loop."""
    near = (source, *source.workspace.conftests(source.path))
    return any("pytest_collection_modifyitems" in one.text for one in near)


def _elsewhere(source: SourceFile, one: FixtureDef, own: str, *, wider: bool) -> tuple[str, str] | None:
    """A test that asks for the fixture on a wider or a narrower loop than its own, and the scope of that loop."""
    if _are_changed(source):
        return None
    for place in runners.below(source, one.name) if source.is_conftest else (source,):
        for test in place.tests:
            if test.is_async and not test.in_testcase and one.name in runners.requested(test):
                found = place.fixtures.named(one.name, test.class_)
                same = found is not None and found.path == one.path and found.node.lineno == one.node.lineno
                pair = (_loop(test), own) if wider else (own, _loop(test))
                if same and runners.wider(*pair):
                    return test.name, _loop(test)
    return None


def _holds_loop(one: FixtureDef) -> bool:
    """Whether what it gives belongs to the loop that it was opened on: a connection, a pool, a future."""
    for value in one.gives:
        kind = one.source.type_of(value, one.function)
        made = bindings(one.source, one.function).get(value.id, []) if isinstance(value, ast.Name) else []
        futures = any(asserts.last_name(call) == "create_future" for call in [value, *made])
        if futures or kind.startswith(BOUND):
            return True
    return False


def _loop(test: Test) -> str:
    """The scope of the loop of an async test, empty where it cannot be told."""
    if test.marked("anyio") or runners.unknown_marks(test.source, test):
        return ""
    mark = test.marked("asyncio")
    if mark is None:
        return test.source.config.test_loop_scope if test.source.config.asyncio_mode == "auto" else ""
    value = mark.keyword("loop_scope") or mark.keyword("scope")
    if value is None:
        return test.source.config.test_loop_scope
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
