"""A plain fixture gives the coroutine of a function instead of what the function returns.

## What it does

Looks for fixtures that are not ``async`` and return or yield the call of a coroutine function, where no test of the
file that asks for the fixture awaits it or hands it on.

## Why is this bad

The test gets a coroutine object, which is true and never runs. Whatever the fixture was to prepare is not there.

## Example

```python
import pytest


async def create_user(name: str) -> dict[str, str]:
    return {"name": name}


@pytest.fixture
def user():
    return create_user("Ann")  # error


@pytest.mark.asyncio
async def test_user_is_there(user) -> None:
    assert user
```

## Use instead

```python
import pytest
import pytest_asyncio


async def create_user(name: str) -> dict[str, str]:
    return {"name": name}


@pytest_asyncio.fixture
async def user() -> dict[str, str]:
    return await create_user("Ann")


@pytest.mark.asyncio
async def test_user_is_there(user: dict[str, str]) -> None:
    assert user["name"] == "Ann"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import coroutines, unawaited
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT110"
SEVERITY = "error"
NEEDS = ("fixture",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each coroutine that a plain fixture gives to tests that do not await it."""
    for fixture in source.fixtures.own:
        if fixture.is_async or fixture.scope != "function":
            continue
        for value in fixture.gives:
            shown = coroutines.made(source, value, fixture.function)
            if not shown:
                continue
            users = [test.function for test in source.tests if fixture.name in test.parameters]
            users += [one.function for one in source.fixtures.own if fixture.name in one.requests]
            if (users or fixture.autouse) and not any(
                unawaited.handed_on(one, fixture.name) for one in users
            ):
                message = f"tests get the coroutine of {shown}(...), which nobody awaits"
                yield Hit(value, message, f"an async fixture: await {shown}(...)")
