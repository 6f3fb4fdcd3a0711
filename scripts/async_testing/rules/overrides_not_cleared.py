"""A test or fixture overrides a dependency of an application that outlives it, and never takes it back.

## What it does

Looks for ``app.dependency_overrides[...] = ...`` where nothing clears, pops or restores it: not the function itself,
no fixture that the test gets, no hook around it; at the top of a test file, nothing in it or its conftests. A test that
takes it back in a line behind its assertions, without ``finally``, does so only where it passes: told once a file.
Applications that the test or its own fixture builds are left alone.

## Why is this bad

The application of a module keeps the override, so later tests run against it, in an order that nobody chose.

## Example

```python
# file: app/main.py
from fastapi import FastAPI

app = FastAPI()


async def current_user() -> str:
    return "somebody"

# file: tests/test_example.py
from app.main import app, current_user
from httpx import AsyncClient


async def test_read_me(client: AsyncClient) -> None:
    app.dependency_overrides[current_user] = lambda: "Ann"  # error
    response = await client.get("/me")
    assert response.json() == {"name": "Ann"}
```

## Use instead

```python
# file: app/main.py
from fastapi import FastAPI

app = FastAPI()


async def current_user() -> str:
    return "somebody"

# file: tests/test_example.py
import pytest
from app.main import app, current_user
from httpx import AsyncClient


async def test_read_me(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.dependency_overrides, current_user, lambda: "Ann")
    response = await client.get("/me")
    assert response.json() == {"name": "Ann"}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import webapps
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT401"
NEEDS = ("dependency_overrides",)
WIDE = ("session", "package")
EACH = frozenset({"setUp", "asyncSetUp", "setup_method", "setup_function"})
"""Hooks that run before each test."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first override of each function that stays."""
    tests = [(test.function, test.name) for test in source.tests]
    fixtures = [(one.function, one.name) for one in source.fixtures.own if one.scope not in WIDE]
    hooks = [(one, one.name) for one in source.functions if one.name in EACH] if source.is_test_file else []
    yield from _at_import(source)
    yield from _where_it_passes(source)
    for scope, name in [*tests, *fixtures, *hooks]:
        for statement, app in _set(scope):
            if any(_takes_back(one, statement) for _, one in webapps.reach(source, scope)):
                break
            found = webapps.origin(source, app, scope)
            if found is not None and found.outlives:
                shown = ast.unparse(app)
                message = (
                    f"{name} overrides a dependency of {shown}, which outlives it, and never takes it back"
                )
                yield Hit(statement, message, f"monkeypatch.setitem({shown}.{webapps.OVERRIDES}, ..., ...)")
                break


def _where_it_passes(source: SourceFile) -> Iterator[Hit]:
    """Yield the first override of a file that its test takes back behind its assertions, and nothing else does."""
    found: list[tuple[ast.stmt, str, str]] = []
    for test in source.tests:
        for statement, app in _set(test.function):
            takers = [one for _, one in webapps.reach(source, test.function) if _takes_back(one, statement)]
            origin = webapps.origin(source, app, test.function)
            if takers != [test.function] or origin is None or not origin.outlives:
                break
            if _is_behind_assertions(test.function, statement):
                found.append((statement, test.name, ast.unparse(app)))
                break
    if found:
        statement, name, shown = found[0]
        more = f", and so with {len(found) - 1} more of this file" if len(found) > 1 else ""
        message = f"{name} takes its override of {shown} back only where no assertion fails{more}"
        yield Hit(
            statement, message, f"monkeypatch.setitem({shown}.{webapps.OVERRIDES}, ..., ...), or finally"
        )


def _is_behind_assertions(scope: Scope, setting: ast.stmt) -> bool:
    """Whether all that takes an override back stands behind an assertion in the function's own block."""
    last = 0
    for statement in scope.body:
        if statement.lineno <= setting.lineno:
            continue
        if any(isinstance(one, ast.Assert) for one in ast.walk(statement)):
            last = statement.lineno
        elif webapps.OVERRIDES in ast.unparse(statement):
            simple = isinstance(statement, ast.Expr | ast.Assign | ast.Delete)
            return simple and 0 < last < statement.lineno
    return False


def _at_import(source: SourceFile) -> Iterator[Hit]:
    """Yield the first override that stands at the top of a test file, of an application that others share."""
    if not source.is_test_file or not source.tests:
        return
    for statement, app in _set(source.module):
        files = [source, *source.workspace.conftests(source.path)]
        if any(_takes_back(one, statement) for file in files for one in file.functions):
            return
        found = webapps.origin(source, app, source.module)
        if found is not None and found.outlives and found.source is not source:
            shown = ast.unparse(app)
            message = (
                f"importing this file overrides a dependency of {shown} for the tests of every other file"
            )
            yield Hit(
                statement, message, f"monkeypatch.setitem({shown}.{webapps.OVERRIDES}, ..., ...) in a fixture"
            )
            return


def _set(scope: Scope) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """The statements that set an override, each with the application."""
    aliases = {
        assign.targets[0].id: assign.value.value
        for assign in scope.of(ast.Assign)
        if isinstance(assign.targets[0], ast.Name)
        and isinstance(assign.value, ast.Attribute)
        and assign.value.attr == webapps.OVERRIDES
    }
    for assign in scope.of(ast.Assign):
        for target in assign.targets:
            held = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(held, ast.Attribute) and held.attr == webapps.OVERRIDES:
                yield assign, held.value
            elif isinstance(held, ast.Name) and held is not target and held.id in aliases:
                yield assign, aliases[held.id]
    for statement in scope.of(ast.Expr):
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "update":
            held = call.func.value
            if isinstance(held, ast.Attribute) and held.attr == webapps.OVERRIDES:
                yield statement, held.value


def _takes_back(scope: Scope, setting: ast.stmt) -> bool:
    """Whether a function clears, pops, deletes or restores overrides, or leaves that to a patch."""
    for attribute in scope.within(ast.Attribute):
        if attribute.attr in ("clear", "pop", "popitem", "copy") and webapps.OVERRIDES in ast.unparse(
            attribute.value
        ):
            return True
        if attribute.attr in ("clear", "pop", "popitem") and "overrides" in ast.unparse(attribute.value):
            return True
    for deleted in scope.within(ast.Delete):
        if "overrides" in ast.unparse(deleted):
            return True
    for call in scope.within(ast.Call):
        if any(webapps.OVERRIDES in ast.unparse(one) for one in call.args):
            return True  # patch.dict, monkeypatch.setitem, a helper
    return any(
        isinstance(target, ast.Attribute) and target.attr == webapps.OVERRIDES and assign is not setting
        for assign in scope.within(ast.Assign)
        for target in assign.targets
    )
