"""A method that is not awaited is made a coroutine by an AsyncMock.

## What it does

Looks for an AsyncMock without a spec that stands for a session, connection, result or response, and of which a method
that the real class has as a plain one is set up or called: ``session.add``, ``result.scalars().all()``,
``conn.transaction``, ``response.json`` and ``raise_for_status`` of httpx. Of anything else, a method that is set up
and whose result the code, in the file or in the project's modules that it imports, takes for a plain value.

## Why is this bad

Everything below an AsyncMock is an AsyncMock. The code under test calls the method without ``await`` and gets a
coroutine, true, never None, with no attributes of the value that was set up. It takes the wrong branch, or nothing
happens at all.

## Example

```python
from unittest.mock import AsyncMock

import pytest
from sqlalchemy.ext.asyncio import AsyncSession


async def find(session: AsyncSession, name: str) -> object:
    result = await session.execute(name)
    return result.scalar_one_or_none()


@pytest.mark.asyncio
async def test_find_gives_none_for_strangers() -> None:
    session = AsyncMock()
    session.execute.return_value.scalar_one_or_none.return_value = None  # error
    found = await find(session, "nobody")
    assert not isinstance(found, str)
```

## Use instead

```python
from unittest.mock import AsyncMock, MagicMock

import pytest
from sqlalchemy.ext.asyncio import AsyncSession


async def find(session: AsyncSession, name: str) -> object:
    result = await session.execute(name)
    return result.scalar_one_or_none()


@pytest.mark.asyncio
async def test_find_gives_none_for_strangers() -> None:
    session = AsyncMock(spec=AsyncSession)
    session.execute.return_value = MagicMock()
    session.execute.return_value.scalar_one_or_none.return_value = None
    assert await find(session, "nobody") is None
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, undertest
from async_testing.facts.fixtures import FixtureDef
from async_testing.facts.mocknames import ASSERTIONS, STATE
from async_testing.facts.mockroles import METHODS, Roles
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT301"
_SET = ("return_value", "side_effect")
_ASYNC = ("AsyncMock", "async_stub")
_MAKERS = (*_ASYNC, "MagicMock", "NonCallableMagicMock", "stub", "Mock", "NonCallableMock")
NEEDS = ("AsyncMock", "async_stub")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each place where a plain method of such an AsyncMock is set up, else where the mock is made."""
    roles = Roles(source)
    yield from _explicit(source, roles)
    for scope, attributes in _candidates(source):
        asserted: dict[int, tuple[ast.Call, str]] = {}
        reported: set[int] = set()
        for attribute in attributes:
            use = _use(source, attribute)
            if not use:
                continue
            found = mocks.of(source).of(attribute.value, scope)
            if found is None or not found.is_plain_async or found.maker is None:
                continue
            below = mocks.of(source).of(attribute, scope)
            if below is None or below.kind != "AsyncMock" or not below.path:
                continue  # it was replaced by something else
            owner = roles.plain_method(found, attribute, scope)
            if (
                not owner
                and use == "set"
                and undertest.is_plain(source, attribute.attr, _names(found, scope))
            ):
                owner = undertest.plain_name(_written(found))
            if not owner:
                continue
            if use == "asserted":
                if found.source is source and not found.path:
                    asserted.setdefault(id(found.maker), (found.maker, f"{owner}.{attribute.attr}"))
            else:
                reported.add(id(found.maker))
                yield _hit(source.statement(attribute), owner, attribute.attr)
        for key, (maker, method) in asserted.items():
            if key not in reported:
                yield _hit(maker, *method.rsplit(".", 1))


def _candidates(source: SourceFile) -> list[tuple[Scope, list[ast.Attribute]]]:
    """By scope the attributes that may be such a method: any that is set up, else those of known names."""
    found: dict[int, tuple[Scope, dict[int, ast.Attribute]]] = {}
    pairs = source.attributes(*METHODS)
    pairs += [
        (scope, one.value) for scope, one in source.attributes(*_SET) if isinstance(one.value, ast.Attribute)
    ]
    for scope, attribute in pairs:
        found.setdefault(id(scope), (scope, {}))[1][id(attribute)] = attribute
    return [(scope, sorted(held.values(), key=_place)) for scope, held in found.values()]


def _place(node: ast.Attribute) -> tuple[int, int, int]:
    return node.lineno, node.col_offset, -(node.end_col_offset or 0)


def _use(source: SourceFile, attribute: ast.Attribute) -> str:
    """``set`` where a method's outcome is set up, ``called`` where it is called, ``asserted`` where calls are read."""
    parent = source.parent(attribute)
    if isinstance(parent, ast.Call) and parent.func is attribute:
        return "" if isinstance(source.parent(parent), ast.Await) else "called"
    if not isinstance(parent, ast.Attribute):
        return ""
    if parent.attr in _SET:
        return "set"
    return "asserted" if parent.attr in ASSERTIONS or parent.attr in STATE else ""


def _written(found: mocks.Mocked) -> str:
    """The last name of a mock, or of the method whose result it is."""
    return [found.name or "it", *(one for one in found.path if one != "return_value")][-1]


def _names(found: mocks.Mocked, scope: Scope) -> frozenset[str]:
    """What the code under test would call a mock, or the method that gives it."""
    name = undertest.plain_name(_written(found).removeprefix("self."))
    given = "" if found.path else undertest.given_by(scope, found.name)
    fixture = found.source.fixtures.by_function.get(id(found.scope.node))
    asked = (
        undertest.plain_name(fixture.name) if fixture and not found.path and _gives(fixture, found) else ""
    )
    return frozenset({name, given, asked} - {""})


def _gives(fixture: FixtureDef, found: mocks.Mocked) -> bool:
    """Whether a mock is what a fixture gives, so that tests know it by the fixture's name."""
    return any(isinstance(one, ast.Name) and one.id == found.name for one in fixture.gives)


def _explicit(source: SourceFile, roles: Roles) -> Iterator[Hit]:
    """Yield ``result.scalars = AsyncMock(...)`` and the same as a keyword argument of the mock."""
    for scope, call in source.calls(*_ASYNC):
        assign = source.parent(call)
        if not isinstance(assign, ast.Assign):
            continue
        for target in assign.targets:
            if isinstance(target, ast.Attribute) and mocks.maker_kind(source, call) == "AsyncMock":
                owner = roles.by_name(target, scope) or _if_plain(source, target.value, target.attr)
                if owner:
                    yield _hit(assign, owner, target.attr)
    for _, call in source.calls(*_MAKERS):
        if call.keywords and mocks.maker_kind(source, call) in ("AsyncMock", "MagicMock", "Mock"):
            around = source.parent(call)
            bound = around.targets[0] if isinstance(around, ast.Assign) else None
            for method in _given(source, call):
                owner = roles.of_keyword(call, method) or _if_plain(source, bound, method)
                if owner:
                    yield _hit(call, owner, method)


def _if_plain(source: SourceFile, owner: ast.expr | None, method: str) -> str:
    """The name of a method's owner where the code takes what the method gives for a plain value."""
    name = undertest.plain_name(mocks.spelled(owner).rpartition(".")[2]) if owner is not None else ""
    return name if name and undertest.is_plain(source, method, frozenset({name})) else ""


def _given(source: SourceFile, call: ast.Call) -> Iterator[str]:
    """The methods that a mock is made with as coroutines: ``json=AsyncMock()``, ``**{"json.return_value": 1}``."""
    is_async = mocks.maker_kind(source, call) == "AsyncMock"
    for one in call.keywords:
        if one.arg and mocks.maker_kind(source, one.value) == "AsyncMock":
            yield one.arg
        elif one.arg is None and isinstance(one.value, ast.Dict) and is_async:
            for key in one.value.keys:
                name, _, setting = (
                    str(key.value).partition(".") if isinstance(key, ast.Constant) else ("", "", "")
                )
                if setting in ("return_value", "side_effect"):
                    yield name


def _hit(where: ast.AST, owner: str, method: str) -> Hit:
    assert isinstance(where, ast.expr | ast.stmt)
    return Hit(
        where,
        f"{owner}.{method} is not awaited, but an AsyncMock makes it a coroutine",
        f"AsyncMock(spec=...) of the real class, or MagicMock() for {method}",
    )
