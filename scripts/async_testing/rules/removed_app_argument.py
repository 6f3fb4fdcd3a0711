"""``AsyncClient(app=...)``: httpx took the argument away in version 0.28.

## What it does

Looks for ``app=`` given to the clients of httpx.

## Why is this bad

It is a TypeError with every httpx since 0.28. The application belongs to the transport.

## Example

```python
from fastapi import FastAPI
from httpx import AsyncClient


async def test_health(app: FastAPI) -> None:
    async with AsyncClient(app=app, base_url="http://test") as client:  # error
        response = await client.get("/health")
    assert response.status_code == 200
```

## Use instead

```python
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


async def test_health(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        response = await client.get("/health")
    assert response.status_code == 200
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT405"
SEVERITY = "error"
NEEDS = ("httpx",)
TRANSPORTS = {"AsyncClient": "ASGITransport", "Client": "WSGITransport"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each client that is given an application."""
    for call in source.all(ast.Call):
        module, _, name = source.called(call).rpartition(".")
        if module not in ("httpx", "httpx2") or name not in TRANSPORTS:
            continue
        given = next((one for one in call.keywords if one.arg == "app"), None)
        if given is None:
            continue
        transport = TRANSPORTS[name]
        message = f"{name}(app=...) is a TypeError since httpx 0.28"
        instead = f"{name}(transport={transport}(app={ast.unparse(given.value)}), ...)"
        yield Hit(call, message, instead, _fix(source, call, given, transport))


def _fix(source: SourceFile, call: ast.Call, given: ast.keyword, transport: str) -> Fix | None:
    if any(one.arg in ("transport", None) for one in call.keywords):
        return None
    _, end = source.span(given.value)
    start = source.offset(given.lineno, given.col_offset)
    edits: list[Edit] = []
    spelled = (
        f"{ast.unparse(call.func.value)}.{transport}" if isinstance(call.func, ast.Attribute) else transport
    )
    if isinstance(call.func, ast.Name) and transport not in source.imports:
        alias = next(
            (
                one
                for node in source.all(ast.ImportFrom)
                if node.module in ("httpx", "httpx2")
                for one in node.names
                if (one.asname or one.name) == call.func.id
            ),
            None,
        )
        if alias is None:
            return None
        place = source.offset(alias.lineno, alias.col_offset)
        edits.append(Edit(place, place, f"{transport}, "))
    edits.append(Edit(start, end, f"transport={spelled}({source.text[start:end]})"))
    return Fix("give it to the transport", tuple(edits), safe=False)
