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

from async_testing.facts import handedout, webapps
from async_testing.facts.asserts import last_name
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
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


def _entered(source: SourceFile, scope: Scope, call: ast.Call, hops: int = 3) -> bool:
    """Whether a client is entered: at once, later by its name, by a stack, or by whoever gets it."""
    parent = source.parent(call)
    if isinstance(parent, ast.Return | ast.Yield):
        return _given(source, scope, hops)
    if isinstance(parent, ast.Assign | ast.AnnAssign):
        target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
        if isinstance(target, ast.Name):
            return _named(source, scope, target.id, hops)
        return not isinstance(target, ast.Attribute) or _kept(source, ast.unparse(target))
    return not isinstance(parent, ast.Attribute)


def _given(source: SourceFile, scope: Scope, hops: int) -> bool:
    """Whether those who ask for the fixture, or call the function, enter what they get."""
    if id(scope.node) in source.fixtures.by_function:
        return handedout.is_managed(source, scope)
    calls = [
        (one, call) for one in source.scopes for call in one.of(ast.Call) if last_name(call) == scope.name
    ]
    return not calls or not hops or any(_entered(source, one, call, hops - 1) for one, call in calls)


def _named(source: SourceFile, scope: Scope, name: str, hops: int) -> bool:
    """Whether a client in a variable is entered or handed on, in whatever scopes see the variable."""
    for one in source.scopes if scope is source.module else [scope]:
        if one is not scope and (name in bindings(source, one) or name in webapps.parameters(one)):
            continue
        if any(_is(node, name) for node in _users(one, within=scope is not source.module)):
            return True
        given: list[ast.Return | ast.Yield] = [*one.of(ast.Return), *one.of(ast.Yield)]
        if any(_is(node.value, name) for node in given if node.value) and _given(source, one, hops):
            return True
    return False


def _users(scope: Scope, within: bool = True) -> Iterator[ast.expr]:
    """What a scope, with or without those inside of it, enters, by hand too, or gives to a call."""
    for item in scope.within(ast.withitem) if within else scope.of(ast.withitem):
        yield item.context_expr
    for call in scope.within(ast.Call) if within else scope.of(ast.Call):
        yield from call.args
        yield from (one.value for one in call.keywords)
    for attribute in scope.within(ast.Attribute) if within else scope.of(ast.Attribute):
        if attribute.attr == "__enter__":
            yield attribute.value


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _kept(source: SourceFile, shown: str) -> bool:
    """Whether a client in an attribute is entered or handed on."""
    return any(
        ast.unparse(node) == shown for node in _users(source.module) if isinstance(node, ast.Attribute)
    )
