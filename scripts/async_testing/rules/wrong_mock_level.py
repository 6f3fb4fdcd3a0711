"""A test replaces something of another layer than the one below it.

## What it does

Goes by the layer of the test file. Tests of a DAO replace the connection, not methods of the DAO; tests of a service
replace the DAO and tests of a router the service or a dependency, neither of them the connection or the driver.

## Why is this bad

A DAO without its own methods is not tested. A router tested on a fake connection breaks with each change of a statement
that its own tests are not about.

## Example

```python
# file: tests/test_user_dao.py
from unittest.mock import AsyncMock, patch

import pytest

from app.dao import UserDAO


@pytest.mark.asyncio
async def test_rename_keeps_the_address() -> None:
    with patch.object(UserDAO, "fetch_by_id", AsyncMock(return_value={"id": 7})):  # error
        user = await UserDAO.rename(7, "Ann")

    assert user["id"] == 7
```

```python
# file: tests/test_user_router.py
import httpx
import pytest
from unittest.mock import AsyncMock, patch


@pytest.mark.asyncio
async def test_get_user_not_found_is_404(async_client: httpx.AsyncClient) -> None:
    with patch("asyncpg.Connection.fetchrow", AsyncMock(return_value=None)):  # error
        response = await async_client.get("/users/7")

    assert response.status_code == 404
```

## Use instead

```python
# file: tests/test_user_dao.py
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_rename_keeps_the_address(fake_connection: FakeConnection) -> None:
    fake_connection.fetch_row_return = {"id": 7}

    user = await UserDAO.rename.__wrapped__(fake_connection, 7, "Ann")

    assert user["id"] == 7
```

## When it is wrong

The layer is taken from the names of files and modules, and those of classes tell what is a DAO.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules._replaced import WORDS, Replaced, in_scope, is_dao, used_classes
from async_testing.rules.vague_test_name import words

CODE = "AT807"
STATUS = "checklist"
NEEDS = WORDS

_CONNECTIONS = "connection connections conn pool engine session sessionmaker acquire cursor transaction"
CONNECTIONS = frozenset(_CONNECTIONS.split())
OWNERS = CONNECTIONS | frozenset(["db", "database"])
QUERIES = frozenset(
    [
        "execute",
        "executemany",
        "execute_many",
        "fetch",
        "fetchrow",
        "fetch_row",
        "fetchval",
        "fetch_val",
        "fetchone",
    ]
)
DRIVERS = frozenset(
    ["asyncpg", "psqlpy", "psycopg", "psycopg2", "aiomysql", "aiosqlite", "aiopg", "databases"]
)
BELOW = {"service": "the DAO", "router": "the service or a dependency"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each replacement at another level."""
    layer = source.layer
    if layer not in ("dao", "service", "router") or not source.tests:
        return
    used = used_classes(source) if layer == "dao" else frozenset()
    for scope in source.scopes:
        for one in in_scope(source, scope):
            if layer == "dao":
                if is_dao(one.owner) and one.owner.rpartition(".")[2] in used and not _is_connection(one):
                    shown = f"{one.owner.rpartition('.')[2]}.{one.name}"
                    message = f"{shown} is the DAO's own and is replaced in the DAO's tests"
                    yield Hit(one.node, message, "a fake connection that answers what the DAO asks")
            elif _is_query(one):
                message = f"{one.owner.rpartition('.')[2]}.{one.name} belongs to the connection, in tests of a {layer}"
                yield Hit(one.node, message, f"replace {BELOW[layer]}")


def _is_connection(one: Replaced) -> bool:
    return not CONNECTIONS.isdisjoint(words(one.name))


def _is_query(one: Replaced) -> bool:
    """Whether it is a driver's, or a method of a connection; a fake's own methods are the test's business."""
    parts = one.owner.split(".")
    if parts[-1].startswith(("Fake", "Mock", "Dummy", "Stub", "AsyncMock", "MagicMock")):
        return False
    if not DRIVERS.isdisjoint([*parts, one.name]):
        return True
    return one.name in QUERIES and not OWNERS.isdisjoint(words(parts[-1]))
