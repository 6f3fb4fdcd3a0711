# async-testing-expert 0.1.0 sha256:6b131e06f6e7e734 (scaffold.py --update renews it)
"""How the fixtures reach the app: its lifespan, requests, what its routes depend on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2 as httpx
    from starlette.applications import Starlette
    from starlette.testclient import TestClient
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BASE_URL = "http://localhost"
"""A host that apps which check it nearly always allow."""


@asynccontextmanager
async def in_lifespan(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """Start ``app`` and stop it in one task, as a server does and task groups need.

    What the lifespan yields reaches ``request.state``; what it raises is raised here.
    """
    state: dict[str, Any] = {}
    messages: asyncio.Queue[Message] = asyncio.Queue()
    started = asyncio.Event()
    failures: list[str] = []

    async def send(message: Message) -> None:
        if message["type"].endswith(".failed"):
            failures.append(message.get("message", message["type"]))
        started.set()

    async def run() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
        try:
            await app(scope, messages.get, send)
        finally:
            started.set()
        if failures:  # told, but not raised
            raise RuntimeError(failures[0])

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        merged = {**state, **scope.get("state", {})}
        await app({**scope, "state": merged}, receive, send)

    messages.put_nowait({"type": "lifespan.startup"})
    task = asyncio.create_task(run())
    await started.wait()
    if failures or task.done():
        await task
    try:
        yield with_state
    finally:
        messages.put_nowait({"type": "lifespan.shutdown"})
        await task


def client_of(app: ASGIApp, **options: Any) -> httpx.AsyncClient:
    """A client of ``app`` without a network; httpx2 where installed, else httpx."""
    http: Any = import_module("httpx2" if find_spec("httpx2") else "httpx")
    client: httpx.AsyncClient = http.AsyncClient(
        transport=http.ASGITransport(app=app, **options),
        base_url=BASE_URL,
    )
    return client


@contextmanager
def sync_client_of(
    app: ASGIApp,
    request: pytest.FixtureRequest,
    **options: Any,
) -> Iterator[TestClient]:
    """Run the app and its lifespan on an event loop of this client's own.

    What the lifespan opens belongs to that loop, so no other client may use it.
    """
    from starlette.testclient import TestClient

    clients = {"client", "sync_error_client", "running_app"} & set(request.fixturenames)
    if len(clients) > 1:
        pytest.fail(f"{sorted(clients)} use a loop each: ask for one of them")
    with TestClient(app, base_url=BASE_URL, **options) as started:
        yield started


def dependencies_of(app: Starlette) -> Iterator[Any]:
    """What the routes depend on: directly, by router or app, and through each other."""
    from fastapi import routing

    # Newer FastAPI keeps included routers as they are and offers this to look inside.
    resolve: Any = getattr(routing, "iter_route_contexts", iter)
    waiting = [getattr(route, "dependant", None) for route in resolve(app.routes)]
    while waiting:
        for needed in getattr(waiting.pop(), "dependencies", ()):
            yield needed.call
            waiting.append(needed)
