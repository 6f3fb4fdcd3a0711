"""A mock is asked that a method was not called whose name the code under test does not know.

## What it does

Looks for ``assert_not_called``, ``assert_not_awaited`` and ``assert not mock.method.called`` on a mock without a spec,
where the project's modules that the test imports call methods of what has the mock's name, and none of them says this
one's.

## Why is this bad

A mock has every method. That one it makes up was not called is true whatever the code under test does.

## Example

```python
# file: app/news.py
async def publish(mailer, readers):
    for reader in readers:
        await mailer.send_mail(reader)

# file: tests/test_news.py
from unittest.mock import AsyncMock

import pytest
from app.news import publish


@pytest.mark.asyncio
async def test_nobody_reads() -> None:
    mailer = AsyncMock()
    await publish(mailer, [])
    mailer.send.assert_not_awaited()  # error
```

## Use instead

```python
# file: app/news.py
async def publish(mailer, readers):
    for reader in readers:
        await mailer.send_mail(reader)

# file: tests/test_news.py
from unittest.mock import AsyncMock

import pytest
from app.news import publish


@pytest.mark.asyncio
async def test_nobody_reads() -> None:
    mailer = AsyncMock()
    await publish(mailer, [])
    mailer.send_mail.assert_not_awaited()
```

## When it is wrong

Where the mock is handed on to code in modules that the test does not import, which calls the method.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.mocknames import WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.negative_assert_without_spec import loose

CODE = "AT335"
NEEDS = WORDS


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each negative assertion about a method that the code under test does not know."""
    for where, method, other in loose(source):
        if other:
            text = " ".join(source.segment(method).split())
            message = f"the code under test never says {text.rpartition('.')[2]}: a mock has every method"
            yield Hit(where, message, "the method that the code calls, and a mock with spec=...")
