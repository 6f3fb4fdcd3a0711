"""A statement names a method and doesn't call it: nothing happens.

## What it does

Looks for statements that are nothing but ``app.dependency_overrides.clear``, ``response.raise_for_status``,
``session.close`` and the like, and for names of the project's functions alone.

## Why is this bad

The parentheses are missing. The check or cleanup that the line seems to do isn't done.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    response.raise_for_status  # error
    assert response.json()["name"] == "Ann"
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    response.raise_for_status()
    assert response.json()["name"] == "Ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import expects, is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit
from async_testing.rules.uncalled_in_assert import _bound, _of_project

CODE = "AT514"
SEVERITY = "error"
METHODS = frozenset(
    {"clear", "close", "aclose", "raise_for_status", "commit", "rollback", "flush", "cancel", "stop"}
)
METHODS |= {
    "reset_mock",
    "set",
    "wait",
    "shutdown",
    "disconnect",
    "connect",
    "cleanup",
    "refresh",
    "release",
    "acquire",
}
METHODS |= {
    "start",
    "undo",
    "stopall",
    "append",
    "pop",
    "popitem",
    "update",
    "add",
    "remove",
    "join",
    "drain",
    "reset",
}
METHODS |= {
    "cache_clear",
    "terminate",
    "kill",
    "unlink",
    "write",
    "send",
    "put_nowait",
    "get_nowait",
    "task_done",
}
METHODS |= {
    "dispose",
    "begin",
    "expire_all",
    "expunge_all",
    "wait_closed",
    "create_all",
    "drop_all",
    "raise_on_error",
}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement that only names what it should call."""
    if not is_testing(source):
        return
    for scope in source.scopes:
        for statement in scope.of(ast.Expr):
            value = statement.value
            if isinstance(value, ast.Attribute):
                wrong = value.attr in METHODS and not expects(source, statement)
            elif isinstance(value, ast.Name):
                wrong = scope is not source.module and not _bound(scope, value.id)
                wrong = wrong and _of_project(source, value.id, scope) and not expects(source, statement)
            else:
                continue
            if wrong:
                shown = ast.unparse(value)
                _, end = source.span(value)
                fix = Fix("call it", (Edit(end, end, "()"),), safe=False)
                yield Hit(statement, f"{shown} is named here, but not called", f"{shown}()", fix)
