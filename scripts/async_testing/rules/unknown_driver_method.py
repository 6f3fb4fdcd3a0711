"""A method is called or mocked that the driver's class does not have.

## What it does

Looks for methods of connections, pools and cursors whose class is known, or of an AsyncMock with the name of one in a
file about one driver, and compares them with what that driver offers: ``conn.fetch_one`` on asyncpg,
``conn.fetchrow`` on psqlpy.

## Why is this bad

A mock takes the name, and the test is green. In production the same line raises AttributeError.

## Example

```python
from unittest.mock import AsyncMock

import asyncpg
import pytest


async def find(conn: asyncpg.Connection, key: int) -> object:
    return await conn.fetch_one("SELECT * FROM users WHERE id = $1", key)  # error


@pytest.mark.asyncio
async def test_find() -> None:
    conn = AsyncMock()
    conn.fetch_one.return_value = {"id": 1}  # error
    assert await find(conn, 1) == {"id": 1}
```

## Use instead

```python
from unittest.mock import AsyncMock

import asyncpg
import pytest


async def find(conn: asyncpg.Connection, key: int) -> object:
    return await conn.fetchrow("SELECT * FROM users WHERE id = $1", key)


@pytest.mark.asyncio
async def test_find() -> None:
    conn = AsyncMock(spec=asyncpg.Connection)
    conn.fetchrow.return_value = {"id": 1}
    assert await find(conn, 1) == {"id": 1}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import drivers, mocks
from async_testing.facts.mocknames import ASSERTIONS, STATE
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT302"
SEVERITY = "error"

_PACKAGES = ("asyncpg", "psqlpy", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
_METHODS = frozenset({"fetch", "fetch_one", "fetch_all", "fetch_row", "fetch_val", "fetch_many"})
_METHODS |= {"fetchone", "fetchall", "fetchrow", "fetchval", "fetchmany", "iterate", "query", "query_one"}
_METHODS |= {"execute_many", "executemany", "execute_batch"}
_NAME = re.compile(r"(?:^|_)(connection|conn|pool|transaction|tx|cursor|cur)$")
_CLASS = {
    "connection": ("Connection", "AsyncConnection"),
    "pool": ("Pool", "ConnectionPool", "AsyncConnectionPool"),
}
_CLASS |= {"transaction": ("Transaction",), "cursor": ("Cursor", "AsyncCursor")}
_SHORT = {"conn": "connection", "tx": "transaction", "cur": "cursor"}
_FOR = {"fetch_one": ("fetchrow", "fetch_row", "fetchone"), "fetch_all": ("fetch", "fetchall")}
_FOR |= {"fetchone": ("fetchrow", "fetch_row"), "fetchall": ("fetch",)}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each use of a method that the class does not have."""
    if not any(package in source.text for package in (*_PACKAGES, "sqlalchemy", *_METHODS)):
        return
    typed = any(package in source.text for package in (*_PACKAGES, "sqlalchemy"))
    for scope, attribute in source.each(ast.Attribute) if typed else source.attributes(*_METHODS):
        if _is_use(source, attribute):
            dotted = _class(source, scope, attribute)
            members = drivers.members(dotted)
            if members and attribute.attr not in members.all:
                yield _hit(source, attribute, dotted, members)


def _is_use(source: SourceFile, attribute: ast.Attribute) -> bool:
    """Whether a method is called, or as a mock set up or asserted."""
    name = attribute.attr
    if name.startswith("_") or name in ASSERTIONS or name in STATE or name in ("mock_add_spec", "reset_mock"):
        return False
    if name in ("configure_mock", "attach_mock"):
        return False
    parent = source.parent(attribute)
    if isinstance(parent, ast.Call):
        return parent.func is attribute
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("return_value", "side_effect") or (
            name in _METHODS and parent.attr in ASSERTIONS
        )
    return isinstance(parent, ast.Assign) and attribute in parent.targets and name in _METHODS


def _class(source: SourceFile, scope: Scope, attribute: ast.Attribute) -> str:
    """The driver's class that an object is or stands for, dotted; empty where that cannot be told."""
    if isinstance(source.parent(attribute), ast.Call | ast.Assign):
        kind = source.type_of(attribute.value, scope)
        if drivers.members(kind):
            return kind if _is_imported(source, kind) else ""
    if attribute.attr not in _METHODS:
        return ""
    found = mocks.of(source).of(attribute.value, scope)
    if found is None or found.kind not in ("AsyncMock", "MagicMock", "Mock") or found.path:
        return ""
    if found.maker is not None and found.spec:
        spec = mocks.keyword(found.maker, "spec") or mocks.keyword(found.maker, "spec_set")
        return found.source.dotted(spec or (found.maker.args[0] if found.maker.args else None))
    label = _NAME.search(found.name.removeprefix("self.").removesuffix("_mock").lower())
    package = _package(source) if label else ""
    if not label or not package:
        return ""
    noun = _SHORT.get(label[1], label[1])
    names = [f"{package}.{one}" for one in _CLASS[noun] if f"{package}.{one}" in drivers.CLASSES]
    return names[0] if names else ""


def _is_imported(source: SourceFile, dotted: str) -> bool:
    """Whether the class is the package's own, not one of the project that is spelled alike."""
    return source.workspace.locate(source.path, dotted.partition(".")[0]) is None


def _package(source: SourceFile) -> str:
    """The one driver that a file is about: by its own imports, else by those of the project's modules it imports."""
    own = {name.partition(".")[0] for name in source.imports.values()} & set(_PACKAGES)
    if not own:
        modules = {name.rpartition(".")[0] for name in source.imports.values()} | set(source.imports.values())
        for module in sorted(one for one in modules if one.strip(".")):
            path = source.workspace.locate(source.path, module)
            text = source.workspace.read(path) or b"" if path else b""
            own |= {
                one
                for one in _PACKAGES
                if re.search(rb"^\s*(?:import|from) " + one.encode() + rb"\b", text, re.M)
            }
    return own.pop() if len(own) == 1 else ""


def _hit(source: SourceFile, attribute: ast.Attribute, dotted: str, members: drivers.Members) -> Hit:
    name = attribute.attr
    plain = name.replace("_", "")
    near = [one for one in sorted(members.all) if one.replace("_", "") == plain]
    near += [one for one in _FOR.get(name, ()) if one in members.all]
    instead = f"{near[0]}, which {dotted} has" if near else f"a method that {dotted} has"
    return Hit(attribute, f"{dotted} has no {name}: production raises AttributeError here", instead)
