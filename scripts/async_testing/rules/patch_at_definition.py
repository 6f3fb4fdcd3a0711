"""A function is patched where it is defined, but the code under test has a name of its own for it.

## What it does

Looks for patches of a function in the module that defines it, in tests that import a module which got that function by
``from ... import`` at its top, where nothing that the test imports uses it through the defining module.

## Why is this bad

``from app.dao import get_user`` makes a second name. The patch replaces the first one, and the code goes on with the
real function.

## Example

```python
# file: app/dao.py
async def get_user(key: int) -> dict[str, int]:
    return {"id": key}

# file: app/service.py
from app.dao import get_user


async def find(key: int) -> dict[str, int]:
    return await get_user(key)

# file: tests/test_service.py
from unittest.mock import AsyncMock, patch

import pytest
from app.service import find


@pytest.mark.asyncio
async def test_find() -> None:
    with patch("app.dao.get_user", AsyncMock(return_value={"id": 1})):  # error
        assert await find(1) == {"id": 1}
```

## Use instead

```python
# file: app/dao.py
async def get_user(key: int) -> dict[str, int]:
    return {"id": key}

# file: app/service.py
from app.dao import get_user


async def find(key: int) -> dict[str, int]:
    return await get_user(key)

# file: tests/test_service.py
from unittest.mock import AsyncMock, patch

import pytest
from app.service import find


@pytest.mark.asyncio
async def test_find() -> None:
    with patch("app.service.get_user", AsyncMock(return_value={"id": 1})):
        assert await find(1) == {"id": 1}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import targets, words
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT311"
NEEDS = ("patch",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each patch of a name that the code under test does not look up."""
    for call, target in targets.all_of(source):
        if not targets.shows(source, target):
            continue
        path = source.workspace.locate(source.path, target.owner)
        if path and words.count(source.workspace.text(path) or "", target.name) > 1:
            continue  # the defining module uses it itself, or lists it
        module = targets.module(source, target)
        if module is None or not any(child.name == target.name for child in module.module.children):
            continue
        user = _user(source, module, target, call)
        if user and _is_reached(source, call, user, target.name):
            text = f"{user}.{target.name}"
            yield Hit(
                call,
                f"{user} has its own name for {target.name}: patching it in {target.owner} does not reach it",
                f'patch("{text}", ...)',
                _fix(source, call, target, text),
            )


def _user(source: SourceFile, module: SourceFile, target: targets.Target, call: ast.Call) -> str:
    """The module that the test imports and that imported the function by name; empty where the patch may work."""
    found = []
    for name in sorted(_modules(source)):
        user = source.workspace.import_from(source, name)
        if (
            user is None
            or user is module
            or user.path.endswith("__init__.py")
            or target.name not in user.text
        ):
            continue
        if f".{target.name}" in user.text or user.is_test_file or user.is_conftest:
            return ""
        if _imports(user, module, target.name):
            found.append(name)
    if len(found) != 1 or _is_patched_there_too(source, call, f"{found[0]}.{target.name}"):
        return ""
    return found[0]


def _is_reached(source: SourceFile, call: ast.Call, user: str, name: str) -> bool:
    """Whether what the patch's function takes from the module uses the name, itself or by others of the module."""
    module = source.workspace.import_from(source, user)
    test = next((one for one in source.functions if _holds(one, call)), None)
    if module is None or test is None:
        return True
    tops = {one.name: one for one in module.module.children if one.name}
    taken = [source.imports[one].rpartition(".") for one in test.names_read if one in source.imports]
    waiting = [taken_name for owner, _, taken_name in taken if owner == user]
    if not waiting or any(one not in tops for one in waiting):
        return True
    seen: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current in seen or current not in tops:
            continue
        seen.add(current)
        used = tops[current].names_read
        if name in used:
            return True
        waiting += used & tops.keys()
    return False


def _holds(function: Scope, call: ast.Call) -> bool:
    """Whether a call stands in a function or among its decorators."""
    decorators = getattr(function.node, "decorator_list", [])
    return any(one is call for one in decorators) or any(one is call for one in function.within(ast.Call))


def _is_patched_there_too(source: SourceFile, call: ast.Call, text: str) -> bool:
    """Whether the file names the right place elsewhere than in other tests, which say nothing about this one."""
    if text not in source.text:
        return False
    others = [test.node for test in source.tests if call not in test.function.within(ast.Call)]
    elsewhere = source.text.count(text) - sum(source.segment(one).count(text) for one in others)
    return elsewhere > 0


def _modules(source: SourceFile) -> set[str]:
    """The modules of the project that a file's own imports name."""
    names: set[str] = set()
    for origin in source.module.of(ast.ImportFrom):
        base = "." * origin.level + (origin.module or "")
        names.add(base)
        names |= {
            f"{base}.{alias.name}" if origin.module else f"{base}{alias.name}" for alias in origin.names
        }
    for plain in source.module.of(ast.Import):
        names |= {alias.name for alias in plain.names}
    return {name for name in names if name.strip(".")}


def _imports(user: SourceFile, module: SourceFile, name: str) -> bool:
    """Whether a module gets a name of another one at its top, under that name, and calls it."""
    for origin in user.module.of(ast.ImportFrom):
        if any(alias.name == name and alias.asname in (None, name) for alias in origin.names):
            base = "." * origin.level + (origin.module or "")
            other = user.workspace.import_from(user, base)
            return other is module and words.count(user.text, name) > 1
    return False


def _fix(source: SourceFile, call: ast.Call, target: targets.Target, text: str) -> Fix | None:
    first = call.args[0] if call.args else None
    if not isinstance(first, ast.Constant) or first.value != f"{target.owner}.{target.name}":
        return None
    start, end = source.span(first)
    return Fix("patch it where it is used", (Edit(start, end, f'"{text}"'),), safe=False)
