"""A function that raises or maps errors is only tested where all goes well.

## What it does

Follows the calls of a file's tests to the functions of the project, and looks whether those raise. One that does needs
a test that expects an error of it: ``pytest.raises``, a status of 4xx or 5xx, a mock that raises, or a name that says
so. The other test files of the folder count too. In a file of router tests that looks at statuses, one of them has to
be an error.

## Why is this bad

Each ``raise`` and each ``except`` is a promise to the caller. Without a test nobody notices when a missing row becomes
a 500, or when the error is swallowed.

## Example

```python
# file: app/dao.py
class NotFound(Exception): ...


async def fetch_user(conn, user_id: int) -> dict[str, object]:
    row = await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
    if row is None:
        raise NotFound(user_id)
    return dict(row)

# file: tests/test_user_dao.py
import pytest

from app.dao import fetch_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_fetch_user_returns_the_row(fake_connection: FakeConnection) -> None:  # error
    fake_connection.fetchrow_return = {"id": 7}

    assert await fetch_user(fake_connection, 7) == {"id": 7}
```

## Use instead

```python
# file: app/dao.py
class NotFound(Exception): ...


async def fetch_user(conn, user_id: int) -> dict[str, object]:
    row = await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
    if row is None:
        raise NotFound(user_id)
    return dict(row)

# file: tests/test_user_dao.py
import pytest

from app.dao import NotFound, fetch_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_fetch_user_returns_the_row(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = {"id": 7}

    assert await fetch_user(fake_connection, 7) == {"id": 7}


@pytest.mark.asyncio
async def test_fetch_user_of_nobody(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = None

    with pytest.raises(NotFound):
        await fetch_user(fake_connection, 7)
```

## When it is wrong

The error may be tested in another folder, or through a caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules._exercised import Called, beside, calls, can_fail, is_error_test

CODE = "AT811"
STATUS = "checklist"
NEEDS = ("def test",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first test of each function whose errors no test looks at."""
    if not source.tests:
        return
    if source.layer == "router":
        yield from _statuses(source)
    errors = {id(test.node): is_error_test(source, test) for test in source.tests}
    seen: dict[int, list[bool]] = {}
    first: dict[int, Called] = {}
    for called in calls(source):
        key = id(called.function.scope)
        first.setdefault(key, called)
        seen.setdefault(key, []).append(errors[id(called.test.node)])
    for key, called in first.items():
        name = called.function.scope.name
        if any(seen[key]) or not can_fail(called.function) or _elsewhere(source, name):
            continue
        message = f"{name} can raise ({called.function.source.path}), and no test looks at that"
        yield Hit(called.test.node, message, f"a test with pytest.raises around {name}(...)")


def _elsewhere(source: SourceFile, name: str) -> bool:
    """Whether a test file of the same folder seems to expect errors of a function of that name."""
    return any("raises" in text and re.search(rf"\b{re.escape(name)}\b", text) for text in beside(source))


def _statuses(source: SourceFile) -> Iterator[Hit]:
    looking = [test for test in source.tests if "status_code ==" in source.segment(test.node)]
    if looking and not any(is_error_test(source, test) for test in source.tests):
        number = len(looking)
        message = (
            f"none of {number} tests here looks at an error status"
            if number > 1
            else (f"{looking[0].name} is the only test of a status here, and no error's")
        )
        yield Hit(
            looking[0].node, message, "a test of what the client gets when it fails: 404, 409, 422, 401"
        )
