"""An assert looks at the truth of an object that is never false: a response, a task, an event, a queue.

## What it does

Looks for asserts on the bare result of ``client.get()`` and its like of httpx, Starlette and aiohttp, on tasks, events,
locks and queues of asyncio, and on what ``gather`` and ``wait`` give, by its truth or against None.

## Why is this bad

These classes define neither ``__bool__`` nor ``__len__``. A response of status 500 is true, and so is an event that was
never set and a queue with nothing in it.

## Example

```python
import asyncio

import httpx
import pytest


@pytest.mark.asyncio
async def test_users_are_listed() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(500))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        response = await client.get("/users")
    assert response  # error
    listed = asyncio.Event()
    assert listed  # error
```

## Use instead

```python
import asyncio

import httpx
import pytest


@pytest.mark.asyncio
async def test_users_are_listed() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        response = await client.get("/users")
    assert response.status_code == 200
    listed = asyncio.Event()
    listed.set()
    assert listed.is_set()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT522"
SEVERITY = "error"
NEEDS = ("assert",)
MADE = {
    "asyncio.Event": "is_set()",
    "asyncio.Lock": "locked()",
    "asyncio.Semaphore": "locked()",
    "asyncio.BoundedSemaphore": "locked()",
    "asyncio.Condition": "locked()",
    "asyncio.Queue": "qsize()",
    "asyncio.LifoQueue": "qsize()",
    "asyncio.PriorityQueue": "qsize()",
    "asyncio.Future": "done()",
    "asyncio.create_task": "result()",
    "asyncio.ensure_future": "result()",
    "asyncio.gather": "result()",
    "anyio.Event": "is_set()",
    "anyio.Lock": "locked()",
}
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send"})
ASYNC_CLIENTS = frozenset({"httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession"})
PLAIN_CLIENTS = frozenset(
    {"httpx.Client", "httpx2.Client", "fastapi.testclient.TestClient", "starlette.testclient.TestClient"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert on such an object."""
    for claim in _claims.of(source):
        given = _claims.value(source, claim.subject, claim.scope)
        if isinstance(given, ast.Await | ast.Call):
            what, instead = _what(source, given, claim.scope)
            if what and _claims.alone(claim) and not _is_handling(source, claim.where):
                shown = ast.unparse(claim.subject)[:60]
                yield Hit(claim.where, f"{shown} is {what}, always true and never None", f"assert {instead}")


def _what(source: SourceFile, given: ast.Await | ast.Call, scope: Scope) -> tuple[str, str]:
    """What an expression always gives, and what to assert of it; empty where it may be false."""
    call = given.value if isinstance(given, ast.Await) else given
    if not isinstance(call, ast.Call):
        return "", ""
    name = source.called(call)
    if isinstance(given, ast.Await):
        if name == "asyncio.wait":
            return "a pair of sets", "what the tasks in the first of them give"
        if name == "asyncio.gather" and any(not isinstance(one, ast.Starred) for one in call.args):
            return "a list of as many results as were asked for", "the results themselves"
    elif name in MADE:
        return f"what {name}() gives", f"its {MADE[name]}"
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in VERBS:
        return "", ""
    clients = ASYNC_CLIENTS if isinstance(given, ast.Await) else PLAIN_CLIENTS
    if source.type_of(func.value, scope) in clients:
        return "a response", "its status and what it holds"
    return "", ""


def _is_handling(source: SourceFile, node: ast.AST) -> bool:
    """Whether an assert stands in an ``except``, where it only tells a type checker what the ``try`` has set."""
    return any(isinstance(one, ast.ExceptHandler) for one in source.ancestors(node))
