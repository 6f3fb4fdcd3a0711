"""A mock is given a return value or side effect under a name that means nothing to it.

## What it does

Looks for ``mock.return_values = ...``, ``AsyncMock(side_effects=...)`` and other near misses of ``return_value`` and
``side_effect`` on what is known to be a mock.

## Why is this bad

A mock takes any attribute. The call then returns a new mock, which is true, and nothing is raised.

## Example

```python
from unittest.mock import AsyncMock

import pytest


@pytest.mark.asyncio
async def test_report_is_loaded() -> None:
    client = AsyncMock()
    client.get.return_values = {"id": 1}  # error
    storage = AsyncMock(side_effects=OSError)  # error
    assert (await client.get("/report")) is not None
    assert storage is not client
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def load(client: AsyncMock) -> dict[str, int]:
    report: dict[str, int] = await client.get("/report")
    return report


@pytest.mark.asyncio
async def test_report_is_loaded() -> None:
    client = AsyncMock()
    client.get.return_value = {"id": 1}
    assert await load(client) == {"id": 1}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache

from async_testing.facts import mocks
from async_testing.facts.mocknames import WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT325"
SEVERITY = "error"
NEEDS = WORDS

_RIGHT = ("return_value", "side_effect")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each setting of a mock with such a name."""
    for name, settings in source.settings.items():
        right = meant(name)
        for scope, assign, target in settings if right else ():
            found = None if _is_flag(assign.value) else mocks.of(source).of(target.value, scope)
            if found is not None and (not found.spec or found.path):
                _, end = source.span(target)
                yield _hit(assign, name, right, Edit(end - len(name), end, right))
    for name, given in source.keywords.items():
        right = meant(name)
        for _, call, one in given if right else ():
            if mocks.maker_kind(source, call) or mocks.patch_kind(source, call):
                start = source.offset(one.lineno, one.col_offset)
                yield _hit(one.value, name, right, Edit(start, start + len(name), right))


def _is_flag(value: ast.expr) -> bool:
    """Whether an attribute of that name is meant: ``task.side_effects = False``."""
    return isinstance(value, ast.Constant) and isinstance(value.value, bool)


def _hit(where: ast.expr | ast.stmt, name: str, right: str, edit: Edit) -> Hit:
    message = f"{name} is not a setting of a mock but an attribute like any other: the call does not use it"
    return Hit(where, message, f"{right} = ...", Fix(f"write {right}", (edit,), safe=False))


@cache
def meant(name: str) -> str:
    """The setting that a name misses by a letter or two, empty where it is right or something else."""
    if name in _RIGHT or name[:1] not in "rs":
        return ""
    for right in _RIGHT:
        plain = name.replace("_", "").lower()
        if SequenceMatcher(None, plain, right.replace("_", "")).ratio() >= 0.87:
            return right
    return ""
