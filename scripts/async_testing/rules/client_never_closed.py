"""An async client, connection or engine is opened in a test or fixture and never closed: it outlives the loop.

## What it does

Looks for ``AsyncClient(...)`` of httpx and ``ClientSession(...)`` of aiohttp in a variable that is neither entered,
closed nor handed on; for fixtures that return or yield one where neither they nor who asks for it closes it; and for
clients made for a single request: ``await AsyncClient().get(...)``. The same of connections and pools of asyncpg,
psycopg, aiosqlite, aiomysql, asyncmy and redis, and of SQLAlchemy's async engines.

## Why is this bad

Its sockets are closed at some later time, when the loop is gone: a ResourceWarning in another test, if anything.

## Example

```python
from httpx import AsyncClient


async def test_health() -> None:
    client = AsyncClient(base_url="http://localhost:8000")  # error
    response = await client.get("/health")
    assert response.json() == {"status": "ok"}
```

## Use instead

```python
from httpx import AsyncClient


async def test_health() -> None:
    async with AsyncClient(base_url="http://localhost:8000") as client:
        response = await client.get("/health")
    assert response.json() == {"status": "ok"}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import asserts, handedout, library, places, targets
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT406"
STATUS = "preview"
NEEDS = ("AsyncClient", "ClientSession", "connect", "create_pool", "Pool", "edis", "create_async_engine")
CLIENTS = frozenset({"httpx.AsyncClient", "aiohttp.ClientSession"})
ENGINE = "sqlalchemy.ext.asyncio.create_async_engine"
OPENED = library.words(
    "asyncpg.connect asyncpg.create_pool aiosqlite.connect aiomysql.connect aiomysql.create_pool asyncmy.connect "
    "asyncmy.create_pool psycopg.AsyncConnection.connect psycopg_pool.AsyncConnectionPool redis.asyncio.Redis "
    "redis.asyncio.from_url redis.asyncio.Redis.from_url sqlalchemy.ext.asyncio.create_async_engine"
)
CLOSING = library.words(
    "aclose close __aexit__ __aenter__ dispose terminate disconnect wait_closed ensure_closed"
)
MAKERS = frozenset({"async_sessionmaker", "sessionmaker", "AsyncSession"})
"""What is given an engine and does not dispose of it."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each client that nobody closes."""
    for scope in places.of_tests_and_fixtures(source):
        for call in scope.of(ast.Call):
            name = source.called(call)
            if name in CLIENTS or (name in OPENED and not _is_replaced(source, call, name)):
                yield from _judged(source, scope, call)


def _judged(source: SourceFile, scope: Scope, call: ast.Call) -> Iterator[Hit]:
    name, where = _stored(source, call)
    if source.called(call) in OPENED:
        yield from _opened(source, scope, call, name, where)
        return
    client = f"async with {ast.unparse(call)[:60]} as {name.rpartition('.')[2] or 'client'}"
    if name.startswith("self."):
        if not _kept_is_closed(source, name):
            yield Hit(where, f"{name} is never closed", "close it in the teardown, or use a fixture")
    elif isinstance(source.parent(call), ast.Return | ast.Yield) or (name and _is_given(scope, name)):
        is_fixture = id(scope.node) in source.fixtures.by_function
        if is_fixture and not handedout.is_managed(source, scope) and not _given_away(source, scope, name):
            shown = name or "the client that the fixture gives"
            yield Hit(where, f"{shown} is never closed", f"{client}: yield it in there")
    elif name and not _given_away(source, scope, name):
        yield Hit(where, f"{name} is never closed", client)
    elif _asked_at_once(source, call) and not _patched(source, call):
        yield Hit(call, "the client made for this request is never closed", client)


def _opened(
    source: SourceFile, scope: Scope, call: ast.Call, name: str, where: ast.expr | ast.stmt
) -> Iterator[Hit]:
    """Yield what is opened by another call than a client's, in a variable or given by a fixture as it is."""
    is_fixture = id(scope.node) in source.fixtures.by_function
    given = isinstance(_around(source, call), ast.Return | ast.Yield) or (name and _is_given(scope, name))
    if name.startswith("self.") or not (name or given) or (name and _given_away(source, scope, name)):
        return
    if not scope.is_async or (given and not is_fixture):
        return  # an engine opens nothing before it is asked
    if given and handedout.is_managed(source, scope):
        return
    closing = "dispose" if source.called(call) == ENGINE else "close"
    shown = name or "what the fixture opens"
    finally_ = "behind the yield" if is_fixture else "in a finally"
    yield Hit(where, f"{shown} is never closed", f"await {name or 'it'}.{closing}() {finally_}")


def _is_replaced(source: SourceFile, call: ast.Call, name: str) -> bool:
    """Whether nothing is opened, or kept: the function is patched in the file, or the engine keeps no connection."""
    last = name.rpartition(".")[2]
    return any(target.name == last for _, target in targets.all_of(source)) or "NullPool" in ast.unparse(call)


def _around(source: SourceFile, call: ast.Call) -> ast.AST | None:
    """What a call stands in, awaited or not."""
    parent = source.parent(call)
    return source.parent(parent) if isinstance(parent, ast.Await) else parent


def _stored(source: SourceFile, call: ast.Call) -> tuple[str, ast.expr | ast.stmt]:
    """The variable or attribute that a client is put in, empty where it is in none, and the place to tell."""
    parent = _around(source, call)
    if isinstance(parent, ast.Assign | ast.AnnAssign):
        target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
        if isinstance(target, ast.Name):
            return target.id, parent
        if isinstance(target, ast.Attribute) and source.dotted(target) == f"self.{target.attr}":
            return f"self.{target.attr}", parent
    return "", call


def _kept_is_closed(source: SourceFile, name: str) -> bool:
    """Whether the file closes or enters a client that is kept in an attribute, or hands it on."""
    shown = re.escape(name)
    closed = rf"{shown}\.(?:a?close|__a)|\bwith\b[^\n]*{shown}\b|[(,=]\s*{shown}\s*[,)\n]|return {shown}$"
    return re.search(closed, source.text, re.MULTILINE) is not None


def _given(scope: Scope) -> list[ast.Return | ast.Yield]:
    return [*scope.of(ast.Return), *scope.of(ast.Yield)]


def _is_given(scope: Scope, name: str) -> bool:
    """Whether a function returns or yields a variable as it is."""
    return any(_is_named(one.value, name) for one in _given(scope))


def _asked_at_once(source: SourceFile, call: ast.Call) -> bool:
    """Whether a client is made for one request: ``await AsyncClient().get(...)``."""
    method = source.parent(call)
    request = source.parent(method) if isinstance(method, ast.Attribute) else None
    return isinstance(request, ast.Call) and isinstance(source.parent(request), ast.Await)


def _patched(source: SourceFile, call: ast.Call) -> bool:
    """Whether something is patched around a call, so that perhaps nothing is opened."""
    return any(
        asserts.last_name(item.context_expr) in ("patch", "object")
        for around in source.ancestors(call)
        if isinstance(around, ast.With | ast.AsyncWith)
        for item in around.items
    )


def _given_away(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether a client is closed, or used as anything but the owner of a method that is called or what is given."""
    used = 0
    for attribute in scope.within(ast.Attribute):
        if isinstance(attribute.value, ast.Name) and attribute.value.id == name:
            used += 1
            if attribute.attr in CLOSING:
                return True
    used += sum(_is_named(one.value, name) for one in _given(scope))
    for call in scope.within(ast.Call):
        if asserts.last_name(call) in MAKERS and _stays(source, scope, call):
            used += sum(_is_named(one, name) for one in [*call.args, *(one.value for one in call.keywords)])
    return len(asserts.reads(scope.body, name)) > used


def _stays(source: SourceFile, scope: Scope, maker: ast.Call) -> bool:
    """Whether a maker of sessions, or a session, is used where it is made and given to nobody."""
    around = source.parent(maker)
    if isinstance(around, ast.keyword | ast.Call) and getattr(around, "func", None) is not maker:
        return False
    target = around.targets[0] if isinstance(around, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return True
    return not any(
        _is_named(one, target.id)
        for call in scope.within(ast.Call)
        for one in [*call.args, *(one.value for one in call.keywords)]
    )


def _is_named(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
