"""A client for an application whose lifespan nobody runs: what it makes at start-up is missing in the test.

## What it does

Looks for ``ASGITransport(app=app)`` and for ``TestClient(app)`` outside of ``with``, where the project shows that the
application has a lifespan or start-up handlers, and neither the file nor its conftests start them. Where the test sets
the application's state or dependencies by hand, it is left alone.

## Why is this bad

httpx never sends the lifespan events, and ``TestClient`` only does when it is entered. Pools and clients that the
application makes at its start are not there, or, worse, those of another test are.

## Example

```python
from contextlib import asynccontextmanager

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


@asynccontextmanager
async def lifespan(app):
    app.state.users = {}
    yield


app = FastAPI(lifespan=lifespan)


async def test_list_users() -> None:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:  # error
        response = await client.get("/users")
    assert response.json() == []
```

## Use instead

```python
from contextlib import asynccontextmanager

from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


@asynccontextmanager
async def lifespan(app):
    app.state.users = {}
    yield


app = FastAPI(lifespan=lifespan)


async def test_list_users() -> None:
    async with LifespanManager(app) as manager:
        async with AsyncClient(transport=ASGITransport(app=manager.app), base_url="http://test") as client:
            response = await client.get("/users")
    assert response.json() == []
```

## When it is wrong

Tests that replace everything the start-up would make need no lifespan. Allow it there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import webapps
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT404"
NEEDS = ("ASGITransport", "TestClient")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each client whose application is never started."""
    if not (source.is_test_file or source.is_conftest) or webapps.started_somewhere(source):
        return
    scopes = [source.module, *source.functions]
    for scope in scopes:
        for call in scope.of(ast.Call):
            name = source.called(call)
            transport = name.rpartition(".")[2] == "ASGITransport" and name.startswith("httpx")
            if not transport and (name not in webapps.CLIENTS or _entered(source, scope, call)):
                continue
            app = webapps.app_of(call)
            found = webapps.origin(source, app, scope) if app is not None else None
            if found is not None and webapps.has_lifespan(found) and not _replaced(source, scope):
                shown = ast.unparse(app) if app is not None else ""
                what = (
                    "ASGITransport never runs it" if transport else "TestClient only runs it inside of 'with'"
                )
                instead = (
                    f"async with LifespanManager({shown})"
                    if transport
                    else f"with TestClient({shown}) as client"
                )
                yield Hit(call, f"{shown} has a lifespan or start-up handler, but {what}", instead)


def _replaced(source: SourceFile, scope: Scope) -> bool:
    """Whether the test gives the application by hand what its start would make: its state, its dependencies."""
    if scope is source.module:
        return False
    return any(
        attribute.attr in ("state", webapps.OVERRIDES, "startup")
        for _, one in webapps.reach(source, scope)
        for attribute in one.within(ast.Attribute)
    )


def _entered(source: SourceFile, scope: Scope, call: ast.Call) -> bool:
    """Whether a client is entered: at once, later by its name, by a stack, or by whoever gets it."""
    parent = source.parent(call)
    if isinstance(parent, ast.withitem | ast.Call | ast.Return | ast.With):
        return True
    if not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
        return not isinstance(parent, ast.Yield | ast.Attribute)
    name = parent.targets[0].id
    where = source.scopes if scope is source.module else [scope]
    for one in where:
        items = [item.context_expr for item in one.within(ast.withitem)]
        given = [argument for other in one.within(ast.Call) for argument in other.args]
        returned = [node.value for node in one.within(ast.Return) if node.value is not None]
        if any(isinstance(node, ast.Name) and node.id == name for node in [*items, *given, *returned]):
            return True
    return False
