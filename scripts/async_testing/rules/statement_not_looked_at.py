"""A test of a DAO on a fake connection never looks at the statement.

## What it does

Looks in tests of DAOs for a fake connection that is handed to the code, and whether the test then looks at its calls,
or another test of the file at those of the same method. Tests that expect an error are passed over.

## Why is this bad

A fake answers whatever it is asked. The test is green with ``DELETE FROM orders`` in the place of ``SELECT``.

## Example

```python
# file: tests/test_user_dao.py
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_count_by_status_returns_the_number() -> None:  # error
    conn = FakeConnection()
    conn.fetch_val_return = 5

    count = await UserDAO.count_by_status.__wrapped__(conn, "pending")

    assert count == 5
    assert len(conn.fetch_val_calls) == 1
```

## Use instead

```python
# file: tests/test_user_dao.py
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection, Select


@pytest.mark.asyncio
async def test_count_by_status_returns_the_number() -> None:
    conn = FakeConnection()
    conn.fetch_val_return = 5

    count = await UserDAO.count_by_status.__wrapped__(conn, "pending")

    assert count == 5
    assert conn.fetch_val_calls[0].meaning == Select("users", ["count(*)"], where={"status": "pending"})
```

## When it is wrong

Another file may look at the same statement, and this test be about the rows only.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules._exercised import is_error_test
from async_testing.rules._statements import asked, connections, is_looked_at

CODE = "AT813"
STATUS = "checklist"
NEEDS = ("def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test of a DAO that only looks at what comes back, of a method whose statement no test looks at."""
    if source.layer != "dao":
        return
    unseen: list[tuple[Test, str, set[str]]] = []
    seen: set[str] = set()
    for test in source.tests:
        for name in connections(source, test):
            asking = asked(source, test, name)
            if is_looked_at(source, test, name):
                seen |= asking
            elif asking and not is_error_test(source, test):
                unseen.append((test, name, asking))
    for test, name, asking in unseen:
        if not asking <= seen:
            message = f"{test.name} never looks at what {name} was asked"
            yield Hit(test.node, message, f"compare the calls of {name}: table, columns, conditions, values")
