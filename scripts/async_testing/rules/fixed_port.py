"""A server of a test listens on a port that is written out.

## What it does

Looks in tests and fixtures for ``start_server``, ``create_server``, ``serve``, ``TCPSite``, ``bind``, their like
and the servers of the standard library with a number other than 0 as the port. A branch that a constant of the module
switches off is left alone.

## Why is this bad

The port may be taken: by another run on the same machine, by a parallel worker, or by the run before, which the system
has not let go yet.

## Example

```python
import asyncio

import pytest


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.asyncio
async def test_echo() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 48765)  # error
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", 48765)
        assert await reader.read() == b""
        writer.close()
```

## Use instead

```python
import asyncio

import pytest


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.asyncio
async def test_echo() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT618"
NEEDS = ("serve", "Serve", "bind", "TCPSite", "uvicorn")
SERVERS = frozenset({"TCPServer", "ThreadingTCPServer", "HTTPServer", "ThreadingHTTPServer", "UDPServer"})
"""Of the standard library, which get host and port as one tuple."""
POSITIONS = {
    "asyncio.start_server": 2,
    "anyio.create_tcp_listener": 9,
    "websockets.serve": 2,
    "websockets.asyncio.server.serve": 2,
    "aiohttp.web.TCPSite": 2,
    "uvicorn.Config": 9,
    "uvicorn.run": 9,
    "aiohttp.test_utils.TestServer": 9,
}
PORTS = ("port", "local_port")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each server on such a port."""
    if "create_server" not in source.text and not any(
        word in source.text
        for word in (
            "start_server",
            "serve(",
            "TCPSite",
            "uvicorn",
            "TestServer",
            ".bind(",
            "TCPServer",
            "HTTPServer",
        )
    ):
        return
    for scope in places.of_tests_and_fixtures(source):
        if "port" in scope.name and not any(place == scope.name for place in PORTS):
            continue  # about ports
        for call in scope.of(ast.Call):
            port = _port(source, call)
            number = _number(source, port, scope) if port is not None else 0
            if number and not _is_mocked(source, call) and not _is_off(source, call):
                message = f"port {number} may be taken on this machine, or by another worker"
                yield Hit(call, message, "port 0, and ask the socket for the one it got")


def _port(source: SourceFile, call: ast.Call) -> ast.expr | None:
    """The port that a call listens on, None where it listens on none or it is not told."""
    name = source.called(call)
    place = POSITIONS.get(name)
    func = call.func
    if name.rpartition(".")[2] in SERVERS and name.startswith(("socketserver.", "http.server.")):
        address = call.args[0] if call.args else None
        return address.elts[1] if isinstance(address, ast.Tuple) and len(address.elts) == 2 else None
    if place is None and isinstance(func, ast.Attribute):
        if func.attr == "create_server" and _is_loop(source, func.value):
            place = 2
        elif func.attr == "bind" and len(call.args) == 1 and isinstance(call.args[0], ast.Tuple):
            elements = call.args[0].elts
            return elements[1] if len(elements) == 2 and "sock" in ast.unparse(func.value).lower() else None
    if place is None:
        return None
    if len(call.args) > place:
        return call.args[place]
    return next((one.value for one in call.keywords if one.arg in PORTS), None)


def _is_loop(source: SourceFile, node: ast.expr) -> bool:
    text = source.called(node) or source.dotted(node)
    return "loop" in text.rpartition(".")[2]


def _number(source: SourceFile, node: ast.expr, scope: Scope) -> int:
    """The number that a port is, 0 where it is none or another each time."""
    if isinstance(node, ast.Name) and unawaited.loaded(scope, node.id):
        node = source.constants.get(node.id, node)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0


def _is_off(source: SourceFile, call: ast.Call) -> bool:
    """Whether a constant of the module switches the branch off that a call stands in."""
    inner: ast.AST = call
    for around in source.ancestors(call):
        if isinstance(around, ast.If):
            test, turned = around.test, False
            while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                test, turned = test.operand, not turned
            value = source.constants.get(test.id, test) if isinstance(test, ast.Name) else test
            if isinstance(value, ast.Constant) and any(
                one is inner for one in (around.orelse if bool(value.value) is not turned else around.body)
            ):
                return True
        inner = around
    return False


def _is_mocked(source: SourceFile, call: ast.Call) -> bool:
    """Whether the call is expected to fail, or nothing listens as the socket is a mock."""
    for around in source.ancestors(call):
        if isinstance(around, ast.With | ast.AsyncWith):
            text = " ".join(ast.unparse(item.context_expr) for item in around.items)
            if "raises" in text or "patch" in text:
                return True
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return "patch" in " ".join(ast.unparse(one) for one in around.decorator_list)
    return False
