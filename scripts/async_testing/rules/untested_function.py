"""A public async function is called by no test, not even through others.

## What it does

Looks at the modules of the project when all of its tests are checked. A public async function or method is reported
where no test says its name, no test asks for its route, and nothing that the tests get to says its name either: other
functions, dependencies, registries, containers. What a framework calls (a decorator or a base of another package,
entry points, special methods), protocols and abstract methods are left alone.

## Why is this bad

Nothing fails when it breaks. Its file looks tested as long as others in it are, and a report of coverage that nobody
reads does not say otherwise.

## Example

```python
# file: app/user_dao.py
async def fetch_user(conn, user_id: int) -> object:
    return await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)


async def rename_user(conn, user_id: int, name: str) -> None:  # error
    await conn.execute("UPDATE users SET name = $1 WHERE id = $2", name, user_id)

# file: tests/test_user_dao.py
import pytest

from app.user_dao import fetch_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_fetch_user_returns_the_row(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = {"id": 7}

    assert await fetch_user(fake_connection, 7) == {"id": 7}
```

## Use instead

```python
# file: app/user_dao.py
async def fetch_user(conn, user_id: int) -> object:
    return await conn.fetchrow("SELECT * FROM users WHERE id = $1", user_id)


async def rename_user(conn, user_id: int, name: str) -> None:
    await conn.execute("UPDATE users SET name = $1 WHERE id = $2", name, user_id)

# file: tests/test_user_dao.py
import pytest

from app.user_dao import fetch_user, rename_user
from tests.fakes import FakeConnection, Update


@pytest.mark.asyncio
async def test_fetch_user_returns_the_row(fake_connection: FakeConnection) -> None:
    fake_connection.fetchrow_return = {"id": 7}

    assert await fetch_user(fake_connection, 7) == {"id": 7}


@pytest.mark.asyncio
async def test_rename_user_updates_the_name(fake_connection: FakeConnection) -> None:
    await rename_user(fake_connection, 7, "Ann")

    assert fake_connection.execute_calls[0].meaning == Update("users", {"name": "Ann"}, where={"id": 7})
```

## When it is wrong

It may be called by a name that is put together when it runs, or be tested from another repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.rules import Hit

if TYPE_CHECKING:
    from async_testing.subjects.reach import Module, Project

CODE = "AT816"
STATUS = "checklist"


def check_module(module: Module, project: Project) -> Iterator[Hit]:
    """Yield each public async function of a module that the tests do not get to."""
    for function in module.functions:
        name = function.name.rpartition(".")[2]
        if not function.kind.startswith("async") or name.startswith("__") or function.name in module.hooks:
            continue
        if not project.is_reached(module, function):
            way = f"plan.py {module.path} names its cases"
            message = f"no test calls {function.name}, directly or through what it calls"
            if function.route is not None:
                path = f"{' or '.join(function.route.methods)} {function.route.path}"
                message = f"no test asks for {path} ({function.name})"
            yield Hit(function.line, message, f"a test of what it does: {way}")
