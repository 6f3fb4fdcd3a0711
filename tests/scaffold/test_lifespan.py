"""The lifespan as the fixtures run it: one task, original errors, state. On the very file that is copied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from async_testing.templates.app_clients import client_of, in_lifespan
from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send


class Broken(Exception):
    pass


@pytest.mark.asyncio
async def test_it_is_entered_and_left_in_one_task_also_from_two() -> None:
    tasks: list[asyncio.Task[Any] | None] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group():
            tasks.append(asyncio.current_task())
            yield
            tasks.append(asyncio.current_task())

    running = in_lifespan(FastAPI(lifespan=lifespan))
    await asyncio.create_task(running.__aenter__())
    await asyncio.create_task(running.__aexit__(None, None, None))
    assert len(tasks) == 2
    assert tasks[0] is tasks[1]


@pytest.mark.asyncio
async def test_a_failing_start_raises_the_original_error() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise Broken
        yield

    with pytest.raises(Broken):
        await in_lifespan(FastAPI(lifespan=lifespan)).__aenter__()


@pytest.mark.asyncio
async def test_a_failing_stop_raises_the_original_error() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        raise Broken

    running = in_lifespan(FastAPI(lifespan=lifespan))
    await running.__aenter__()
    with pytest.raises(Broken):
        await running.__aexit__(None, None, None)


@pytest.mark.asyncio
@pytest.mark.parametrize("moment", ["startup", "shutdown"])
async def test_a_failure_that_is_only_told_is_raised(moment: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if moment == "shutdown":
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": f"lifespan.{moment}.failed", "message": f"no {moment}"})

    async def start_and_stop() -> None:
        async with in_lifespan(app):
            pass

    with pytest.raises(RuntimeError, match=f"no {moment}"):
        await start_and_stop()


@pytest.mark.asyncio
async def test_an_application_without_lifespan_is_served() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async with in_lifespan(app) as running, client_of(running) as client:
        assert (await client.get("/")).status_code == 204


@pytest.mark.asyncio
async def test_a_task_of_the_lifespan_that_fails_meanwhile_is_told_at_the_end() -> None:
    failed = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async def fail() -> None:
            failed.set()
            raise Broken

        async with anyio.create_task_group() as group:
            group.start_soon(fail)
            yield

    async def start_and_stop() -> None:
        async with in_lifespan(FastAPI(lifespan=lifespan)):
            await failed.wait()

    with pytest.raises(ExceptionGroup) as caught:
        await start_and_stop()
    assert caught.group_contains(Broken)


@pytest.mark.asyncio
async def test_each_request_has_its_own_copy_of_the_state() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, int]]:
        yield {"count": 1}

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def count(request: Request) -> int:
        request.state.count += 1
        return int(request.state.count)

    async with in_lifespan(app) as running, client_of(running) as client:
        assert [(await client.get("/")).json() for _ in range(2)] == [2, 2]


@pytest.mark.asyncio
async def test_start_and_stop_are_announced_once() -> None:
    received: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for answer in ("startup", "shutdown"):
            received.append(await receive())
            await send({"type": f"lifespan.{answer}.complete"})

    async with in_lifespan(app):
        assert received == [{"type": "lifespan.startup"}]
    assert received == [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
