"""The mocks of stacked ``@patch`` decorators arrive under each other's names.

## What it does

Looks for two or more ``@patch`` decorators whose targets' names are those of the parameters, in the wrong order.

## Why is this bad

Decorators are applied from the bottom up: the lowest one fills the first parameter. What is set up for one function
is set up on the other, and an ``assert_not_awaited`` holds for the wrong one.

## Example

```python
from unittest.mock import AsyncMock, patch

import pytest


@pytest.mark.asyncio
@patch("app.mail.send")
@patch("app.payments.charge")
async def test_order_is_paid(mock_send: AsyncMock, mock_charge: AsyncMock) -> None:  # error
    mock_charge.return_value = "paid"
    mock_send.assert_not_awaited()
```

## Use instead

```python
from unittest.mock import AsyncMock, patch

import pytest


@pytest.mark.asyncio
@patch("app.mail.send")
@patch("app.payments.charge")
async def test_order_is_paid(mock_charge: AsyncMock, mock_send: AsyncMock) -> None:
    mock_charge.return_value = "paid"
    mock_send.assert_not_awaited()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT324"
SEVERITY = "error"
NEEDS = ("patch",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each function whose patched parameters have each other's names."""
    for function in source.functions:
        pairs = mocks.injected(source, function)
        if len(pairs) < 2:
            continue
        names = [_plain(name) for name, _ in pairs]
        found = [targets.of_call(source, decorator) for _, decorator in pairs]
        wanted = [_plain(one.name) if one else "" for one in found]
        if len(set(names)) != len(names) or len(set(wanted)) != len(wanted):
            continue
        for at, (name, target) in enumerate(zip(names, wanted, strict=True)):
            if name != target and name in wanted and names[wanted.index(name)] != name and target:
                first, second = pairs[at][0], targets.of_call(source, pairs[at][1])
                assert second is not None
                where = function.node
                assert isinstance(where, ast.stmt)
                yield Hit(
                    where,
                    f"{first} is given the mock of {second.owner}.{second.name}: the lowest @patch comes first",
                    "the parameters in the order of the decorators from the bottom up",
                )
                break


def _plain(name: str) -> str:
    return re.sub(
        r"^(?:mock|mocked|patched|fake)_|_(?:mock|patch|patched)$", "", name.strip("_").lower()
    ).strip("_")
