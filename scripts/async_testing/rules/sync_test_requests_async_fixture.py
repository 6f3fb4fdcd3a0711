"""A sync test asks for an async fixture that nothing awaits for it.

## What it does

Looks for sync tests that name an ``async def`` fixture under ``@pytest.fixture``, as a parameter or with
``usefixtures``, in strict mode and without anyio's backend. pytest-asyncio's own fixtures work in sync tests.

## Why is this bad

The test gets a coroutine, which is true whatever it would give. Pytest 9 makes it an error, older ones warn.

## Example

```python
import pytest
import pytest_asyncio


@pytest.fixture
async def user() -> dict[str, str]:
    return {}


def test_there_is_a_user(user: dict[str, str]) -> None:  # error
    assert user
```

## Use instead

```python
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def user() -> dict[str, str]:
    return {"name": "ann"}


@pytest.mark.asyncio
async def test_there_is_a_user(user: dict[str, str]) -> None:
    assert user == {"name": "ann"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import plainfixtures, runners
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit

CODE = "AT210"
SEVERITY = "error"
NEEDS = ("def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each sync test that gets a coroutine from a fixture."""
    for test in source.tests:
        if test.is_async or test.in_testcase or id(test.node) in source.fixtures.by_function:
            continue
        for name in runners.requested(test):
            if _breaks(source, test, name):
                message = (
                    f"{test.name} is sync, and fixture {name} is async: the test gets what nobody has awaited"
                )
                yield Hit(test.node, message, f"async def {test.name}, and @pytest_asyncio.fixture on {name}")
                break


def _breaks(source: SourceFile, test: Test, name: str) -> bool:
    one = source.fixtures.named(name, test.class_)
    if one is None or not plainfixtures.is_plain(one) or name in test.parametrized:
        return False
    if runners.is_anyio(source, test):
        return False
    return plainfixtures.unawaited(one) or plainfixtures.waits_for_anyio(one)
