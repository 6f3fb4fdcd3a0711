"""A test draws its own values by chance, without a seed.

## What it does

Looks in async tests for ``random.randint`` and the like, and ``secrets.randbelow``, where neither the file nor a
conftest sets a seed.

## Why is this bad

Each run tests something else. When it fails once, nobody knows with which values.

## Example

```python
import random

import pytest


async def shard(key: int, count: int) -> int:
    return key % count


@pytest.mark.asyncio
async def test_shard_is_within_bounds() -> None:
    key = random.randint(1, 10_000)  # error
    assert 0 <= await shard(key, 16) < 16
```

## Use instead

```python
import pytest


async def shard(key: int, count: int) -> int:
    return key % count


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "expected"), [(1, 1), (16, 0)])
async def test_shard_is_within_bounds(key: int, expected: int) -> None:
    assert await shard(key, 16) == expected
```

## When it is wrong

A value that only has to be unlike others, such as a name in a shared database, may be any. pytest-randomly sets a seed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT617"
STATUS = "preview"
NEEDS = ("random", "secrets")
DRAWS = frozenset(
    {"randint", "random", "choice", "choices", "sample", "uniform", "randrange", "shuffle", "gauss"}
)
DRAWS |= {"randbelow", "randbits", "getrandbits"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first such draw of each test."""
    if "seed" in source.text or any("seed" in one.text for one in source.workspace.conftests(source.path)):
        return
    for test in source.tests:
        if not test.is_async:
            continue
        for call in test.function.of(ast.Call):
            module, _, last = source.called(call).rpartition(".")
            if module in ("random", "secrets") and last in DRAWS:
                yield Hit(
                    call,
                    f"{module}.{last} gives something else on every run",
                    "write the values out, or seed",
                )
                break
