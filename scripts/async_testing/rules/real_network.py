"""A test asks a real host of the network.

## What it does

Looks in async tests for requests to an ``http`` address of another machine through a client that the test itself makes
without a transport, and for connections of ``websockets`` to one, in files where nothing replaces the network.

## Why is this bad

The test depends on a service that nobody here runs: it fails when that is down, slow, or has changed.

## Example

```python
import httpx
import pytest


@pytest.mark.asyncio
async def test_page() -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get("https://api.weather.io/now")  # error
    assert response.status_code == 200
```

## Use instead

```python
import httpx
import pytest


@pytest.mark.asyncio
async def test_page() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        response = await client.get("https://api.weather.io/now")
    assert response.status_code == 200
```

## When it is wrong

A test against a live service is what some suites are for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT627"
STATUS = "preview"
NEEDS = ("httpx", "aiohttp", "websockets")
DIRECT = frozenset({"websockets.connect", "websockets.client.connect", "websockets.asyncio.client.connect"})
DIRECT |= {f"httpx.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "request", "stream")}
CLIENTS = frozenset({"httpx.AsyncClient", "aiohttp.ClientSession", "httpx.Client"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
REPLACING = (
    "respx",
    "httpx_mock",
    "aioresponses",
    "vcr",
    "monkeypatch",
    "patch(",
    "mock",
    "responses",
    "pook",
)
_REMOTE = re.compile(
    r"(?:https?|wss?)://(?!localhost|127\.|0\.0\.0\.0|\[::1|test|example|[^/.]+(?:[:/]|$))[\w.-]+\.[a-z]{2,}"
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each request to such a host."""
    if any(word in source.text for word in REPLACING):
        return
    for test in source.tests:
        if not test.is_async:
            continue
        for call in test.function.of(ast.Call):
            func = call.func
            direct = next((one for one in call.args[:2] if _is_remote(one)), None)
            if direct is not None and source.called(call) in DIRECT:
                shown = ast.literal_eval(direct)[:60]
                yield Hit(call, f"{shown} is a real host", "a server of the test's own, or a transport")
                continue
            if not isinstance(func, ast.Attribute) or func.attr not in VERBS or not call.args:
                continue
            url = call.args[0]
            if _is_remote(url) and isinstance(func.value, ast.Name):
                values = bindings(source, test.function).get(func.value.id, [])
                if len(values) == 1 and _is_plain(source, values[0]):
                    yield Hit(
                        call,
                        f"{ast.literal_eval(url)[:60]} is a real host",
                        "a MockTransport, or the application itself",
                    )


def _is_remote(url: ast.expr) -> bool:
    return isinstance(url, ast.Constant) and isinstance(url.value, str) and bool(_REMOTE.match(url.value))


def _is_plain(source: SourceFile, made: ast.expr | None) -> bool:
    """Whether a client is made without what would answer in the place of the network."""
    if not isinstance(made, ast.Call) or source.called(made) not in CLIENTS:
        return False
    return not any(
        one.arg in ("transport", "app", "mounts", "proxy", "connector", None) for one in made.keywords
    )
