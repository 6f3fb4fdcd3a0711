"""A client for an application whose lifespan nobody runs: what it makes at start-up is missing in the test.

## What it does

Looks for ``ASGITransport(app=app)`` and for ``TestClient(app)`` outside of ``with``, where the project shows that the
application has a lifespan or start-up handlers, and neither the file nor its conftests start them. It is told once for
each application of a file. Where the test sets the application's state or dependencies by hand, or only expects to be
turned away (401, 403, 404, 405, 422), it is left alone.

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
REFUSALS = frozenset({"401", "403", "404", "405", "422"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first client of each application that is never started."""
    if not (source.is_test_file or source.is_conftest) or webapps.started_somewhere(source):
        return
    seen: dict[object, list[tuple[ast.Call, str, bool]]] = {}
    for scope in [source.module, *source.functions]:
        for call in scope.of(ast.Call):
            name = source.called(call)
            transport = name.rpartition(".")[2] == "ASGITransport" and name.startswith("httpx")
            if not transport and (name not in webapps.CLIENTS or _entered(source, scope, call)):
                continue
            app = webapps.app_of(call)
            found = webapps.origin(source, app, scope) if app is not None else None
            if app is None or found is None or not webapps.has_lifespan(found):
                continue
            if not _replaced(source, scope) and not _refused(source, scope):
                seen.setdefault(_maker(found), []).append((call, ast.unparse(app), transport))
    for clients in seen.values():
        yield _hit(*clients[0], len(clients) - 1)


def _maker(found: webapps.Origin) -> object:
    """What tells applications apart: the factory, else the call that makes it."""
    if found.call is None or last_name(found.call) in webapps.APPS:
        return id(found.call)
    return found.source.called(found.call) or id(found.call)


def _hit(call: ast.Call, shown: str, transport: bool, others: int) -> Hit:
    what = "ASGITransport never runs it" if transport else "TestClient only runs it inside of 'with'"
    instead = f"async with LifespanManager({shown})" if transport else f"with TestClient({shown}) as client"
    more = f", here and in {others} more of this file" if others else ""
    return Hit(call, f"{shown} has a lifespan or start-up handler, but {what}{more}", instead)


def _replaced(source: SourceFile, scope: Scope) -> bool:
    """Whether the test gives the application by hand what its start would make: its state, its dependencies."""
    if scope is source.module:
        return False
    return any(
        any(attribute.attr in ("state", "startup") for attribute in one.within(ast.Attribute))
        or any("override" in word for word in _words(one))
        for _, one in webapps.reach(source, scope)
    )


def _words(scope: Scope) -> Iterator[str]:
    """The names that a function's code uses, of whatever kind: overrides may be set by a helper or a fixture."""
    yield from scope.names_read
    for attribute in scope.within(ast.Attribute):
        yield attribute.attr


def _refused(source: SourceFile, scope: Scope) -> bool:
    """Whether a test only expects that requests are turned away, which needs nothing that the start would make."""
    expected: set[str] = set()
    for statement in scope.within(ast.Assert) if scope is not source.module else ():
        for compared in ast.walk(statement.test):
            sides = [compared.left, *compared.comparators] if isinstance(compared, ast.Compare) else []
            others = [one for one in sides if last_name(one) != "status_code"]
            if len(others) < len(sides):
                expected |= {_status(one) for side in others for one in ast.walk(side)} - {""}
    return bool(expected) and expected <= REFUSALS


def _status(node: ast.AST) -> str:
    """A status, written as a number or as a name of Starlette's: ``HTTP_404_NOT_FOUND``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return name[5:8] if name.startswith("HTTP_") else ""


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
