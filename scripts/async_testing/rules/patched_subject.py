"""A test patches what it tests, or reaches into a class by a mangled name.

## What it does

Looks for calls in a test of the very function or method that the same test has patched with a mock, and for patches of
name-mangled attributes: ``_UserDAO__connect``.

## Why is this bad

The test calls its own mock and checks what it set up itself: the code may do anything. A mangled name is private to the
class; the test breaks with every change inside of it, and says nothing of its behaviour.

## Example

```python
from unittest.mock import AsyncMock, patch

import pytest
from app.users import UserService


@pytest.mark.asyncio
async def test_create_gives_the_user() -> None:
    service = UserService()
    with patch.object(service, "create", AsyncMock(return_value={"id": 1})):  # error
        assert await service.create("Ann") == {"id": 1}


@pytest.mark.asyncio
async def test_connects() -> None:
    with patch("app.users.UserService._UserService__connect", AsyncMock()):  # error
        await UserService().create("Ann")
```

## Use instead

```python
from unittest.mock import AsyncMock, patch

import pytest
from app.users import UserService


@pytest.mark.asyncio
async def test_create_gives_the_user() -> None:
    service = UserService()
    with patch("app.users.insert", AsyncMock(return_value=1)):
        assert await service.create("Ann") == {"id": 1}
```

## When it is wrong

Where the test is about the patched object's caller, and the call in the test only prepares it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT313"
NEEDS = ("patch", "Mock(")

_MANGLED = re.compile(r"^_+[A-Z]\w*?[A-Za-z0-9]__[A-Za-z]\w*(?<!__)$")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each patch of what the test itself calls, or of a mangled name."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            target = targets.of_call(source, call)
            if target and _MANGLED.match(target.name):
                message = f"{target.name} is private to its class: the test depends on how it is written"
                yield Hit(call, message, "patch what the class calls, or pass in a fake")
        for assign in scope.of(ast.Assign):
            for one in assign.targets:
                if isinstance(one, ast.Attribute) and _MANGLED.match(one.attr):
                    message = f"{one.attr} is private to its class: the test depends on how it is written"
                    yield Hit(assign, message, "pass in a fake, or patch what the class calls")
    for test in source.tests:
        yield from _own(source, test.function)


def _own(source: SourceFile, function: Scope) -> Iterator[Hit]:
    decorators = [one for one in getattr(function.node, "decorator_list", []) if isinstance(one, ast.Call)]
    text = source.segment(function.node)  # type: ignore[arg-type]
    if "patch" not in text and "Mock(" not in text and not decorators:
        return
    called = {source.dotted(one.func): one for one in function.of(ast.Call) if not _is_expected(source, one)}
    for one in function.of(ast.Call):
        if isinstance(one.func, ast.Attribute) and not _is_expected(source, one):
            kind = source.type_of(one.func.value, function)
            if kind:
                called.setdefault(f"{kind}.{one.func.attr}", one)
    called.pop("", None)
    for call in [*decorators, *function.of(ast.Call)]:
        target = targets.of_call(source, call)
        if target is None or not _is_mock(source, call, target):
            continue
        name = f"{target.owner}.{target.name}"
        own = called.get(name)
        if own is not None and _holds(source, call, own) and not _acts(source, function, call):
            yield Hit(
                call, f"{name} is patched and then called by the test itself", f"patch what {name} calls"
            )
    for assign in function.of(ast.Assign):
        target_ = assign.targets[0]
        if (
            not isinstance(target_, ast.Attribute)
            or mocks.maker_kind(source, assign.value) not in mocks.KINDS
        ):
            continue
        name = source.dotted(target_)
        own = called.get(name)
        if own is None or own.lineno < assign.lineno or mocks.of(source).of(target_.value, function):
            continue
        yield Hit(
            assign, f"{name} is replaced and then called by the test itself", f"replace what {name} calls"
        )


def _is_expected(source: SourceFile, call: ast.Call) -> bool:
    """Whether a call is an assertion, or only spells what something else is expected to return."""
    if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert"):
        return True
    outer: ast.AST | None = source.parent(call)
    inner: ast.AST = call
    if isinstance(outer, ast.Await):
        inner, outer = outer, source.parent(outer)
    if isinstance(outer, ast.Compare):
        return inner is not outer.left
    return not isinstance(outer, ast.Expr | ast.Assign | ast.Assert | ast.Return)


def _is_mock(source: SourceFile, call: ast.Call, target: targets.Target) -> bool:
    if any(one.arg in ("wraps", "side_effect") for one in call.keywords):
        return False
    if target.new is None:
        return True
    made = target.new
    return (
        isinstance(made, ast.Call)
        and mocks.maker_kind(source, made) in ("AsyncMock", "MagicMock", "Mock")
        and not any(one.arg in ("wraps", "side_effect") for one in made.keywords)
    )


def _acts(source: SourceFile, function: Scope, patch: ast.Call) -> bool:
    """Whether the mock of ``with patch(...) as name`` is given something to do, and only stands before the real one."""
    if patch in getattr(function.node, "decorator_list", []):
        return any(
            isinstance(one.ctx, ast.Store) and one.attr == "side_effect" for one in function.of(ast.Attribute)
        )
    item = source.parent(patch)
    name = item.optional_vars if isinstance(item, ast.withitem) else None
    return isinstance(name, ast.Name) and any(
        isinstance(target, ast.Attribute)
        and target.attr == "side_effect"
        and isinstance(target.value, ast.Name)
        and target.value.id == name.id
        for assign in function.of(ast.Assign)
        for target in assign.targets
    )


def _holds(source: SourceFile, patch: ast.Call, call: ast.Call) -> bool:
    """Whether a patch is in force where a call is made."""
    item = source.parent(patch)
    if isinstance(item, ast.withitem):
        block = source.parent(item)
        return any(one is block for one in source.ancestors(call))
    return call.lineno > patch.lineno
