"""The event_loop fixture is gone since pytest-asyncio 1.0: overriding it does nothing.

## What it does

Looks for fixtures named ``event_loop``, and for tests and fixtures that ask for one that no file of the project
defines. Projects that stay with a pytest-asyncio before 1.0 are left alone.

## Why is this bad

An override is dead code, and the loop that it makes is not the one that tests run on. A request for it is an error.

## Example

```python
import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:  # error
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.mark.asyncio
async def test_loop_is_running() -> None:
    assert asyncio.get_running_loop().is_running()
```

## Use instead

```python
import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_loop_is_running() -> None:
    assert asyncio.get_running_loop().is_running()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from async_testing.facts import runners
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT213"
NEEDS = ("event_loop",)
NAME = "event_loop"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each override of the loop's fixture and each request for one that is not there."""
    overrides = [one for one in source.fixtures.own if one.name == NAME and not _is_used(source)]
    asking = [] if NAME in source.fixtures.visible else _asking(source)
    if not (overrides or asking) or not runners.asyncio_is_used(source) or runners.pins_old(source):
        return
    for one in overrides:
        message = "pytest-asyncio has no event_loop fixture since 1.0: this override does nothing"
        yield Hit(
            one.node,
            message,
            'loop_scope="session" on the marks and fixtures, or the loop scopes of the config',
        )
    yield from asking


def _is_used(source: SourceFile) -> bool:
    """Whether something sync asks for the fixture, which then is a helper that works."""
    places = chain([source], runners.below(source, NAME) if source.is_conftest else ())
    return any(
        any(NAME in test.parameters and not test.is_async for test in place.tests)
        or any(NAME in one.requests and not one.is_async for one in place.fixtures.own if one.name != NAME)
        for place in places
    )


def _asking(source: SourceFile) -> list[Hit]:
    instead = "asyncio.get_running_loop() in an async test"
    hits = [
        Hit(
            test.node,
            f"{test.name} asks for event_loop, which is no fixture since pytest-asyncio 1.0",
            instead,
        )
        for test in source.tests
        if NAME in test.parameters and NAME not in test.parametrized and not test.in_testcase
        if source.fixtures.named(NAME, test.class_) is None and not _patched(source, test.node.decorator_list)
    ]
    return hits + [
        Hit(
            one.node,
            f"fixture {one.name} asks for event_loop, which is none since pytest-asyncio 1.0",
            instead,
        )
        for one in source.fixtures.own
        if NAME in one.requests and source.fixtures.named(NAME, one.function.class_) is None
    ]


def _patched(source: SourceFile, decorators: list[ast.expr]) -> bool:
    return any(not source.dotted(getattr(one, "func", one)).startswith("pytest.mark.") for one in decorators)
