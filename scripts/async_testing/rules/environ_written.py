"""A test or fixture writes to the process's environment and leaves it like that.

## What it does

Looks in tests, in fixtures that are made anew for tests, and in setup hooks for writes to ``os.environ`` and for
``os.putenv``, where neither the function itself nor its class's teardown puts anything back.

## Why is this bad

The variable stays set for every test that runs later in the process. Which tests pass then depends on their order, and
on which of them are run.

## Example

```python
import os

import pytest


@pytest.mark.asyncio
async def test_debug_is_read() -> None:
    os.environ["DEBUG"] = "1"  # error
    assert os.environ["DEBUG"] == "1"
```

## Use instead

```python
import os

import pytest


@pytest.mark.asyncio
async def test_debug_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "1")
    assert os.environ["DEBUG"] == "1"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import parameter_names
from async_testing.rules import Edit, Fix, Hit

CODE = "AT603"
NEEDS = ("environ", "putenv", "unsetenv")
METHODS = frozenset({"os.environ.update", "os.environ.pop", "os.environ.setdefault", "os.environ.clear"})
METHODS |= {"os.putenv", "os.unsetenv"}
WIDE = ("session", "package", "?")
Write = tuple[ast.stmt, ast.expr | None]


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each write to the environment that nothing undoes."""
    for scope in places.of_tests_and_fixtures(source):
        fixture = source.fixtures.by_function.get(id(scope.node))
        if fixture and fixture.scope in WIDE:
            continue
        writes = sorted(_writes(source, scope), key=lambda one: one[0].lineno)
        if (
            not writes
            or scope.name.lower().startswith(("teardown", "asyncteardown"))
            or _restored(source, scope)
        ):
            continue
        keys = [ast.unparse(key) if key else "" for _, key in writes]
        for (statement, _key), shown in zip(writes, keys, strict=True):
            if keys.count(shown) > 1 or places.after_yield(scope, statement):
                continue
            where = f"os.environ[{shown}]" if shown else "os.environ"
            message = f"{where} is changed for every test that runs later"
            yield Hit(
                statement,
                message,
                "monkeypatch.setenv(...) or monkeypatch.delenv(...)",
                _fix(source, scope, statement),
            )


def _writes(source: SourceFile, scope: Scope) -> Iterator[Write]:
    """The writes of a function's own code, with the key where there is one."""
    changes: list[ast.Assign | ast.Delete] = [*scope.of(ast.Assign), *scope.of(ast.Delete)]
    for change in changes:
        for target in change.targets:
            if isinstance(target, ast.Subscript) and source.dotted(target.value) == "os.environ":
                yield change, target.slice
    for plain in scope.of(ast.Expr):
        call = plain.value
        if isinstance(call, ast.Call) and source.called(call) in METHODS:
            has_key = call.args and not source.called(call).endswith(".update")
            yield plain, call.args[0] if has_key else None
    for merged in scope.of(ast.AugAssign):
        target = merged.target
        if source.dotted(target) == "os.environ":
            yield merged, None
        elif isinstance(target, ast.Subscript) and source.dotted(target.value) == "os.environ":
            yield merged, target.slice


def _restored(source: SourceFile, scope: Scope) -> bool:
    """Whether anything around puts the environment back."""
    for statement, _ in _writes(source, scope):
        if places.in_try_with_finally(source, statement) or places.after_yield(scope, statement):
            return True
        if any(
            isinstance(one, ast.With | ast.AsyncWith) and _keeps(one) for one in source.ancestors(statement)
        ):
            return True
    decorators = scope.node.decorator_list  # type: ignore[union-attr]
    if scope.class_ is not None:
        decorators = [*decorators, *scope.class_.node.decorator_list]  # type: ignore[union-attr]
    if any("environ" in ast.unparse(one) for one in decorators):
        return True
    if any(_mentions(source, one) for one in scope.of(ast.Call) if _registers_cleanup(one)):
        return True
    hooks = [one for one in scope.class_.children if "eardown" in one.name.lower()] if scope.class_ else []
    hooks += [one for one in source.module.children if one.name.startswith("teardown")]
    if any("environ" in source.segment(one.node) for one in hooks):  # type: ignore[arg-type]
        return True
    return _by_fixture(source, scope)


def _keeps(block: ast.With | ast.AsyncWith) -> bool:
    words = ("environ", "env(", "MonkeyPatch", "monkeypatch", "isolated")
    return any(word in ast.unparse(item.context_expr) for item in block.items for word in words)


def _registers_cleanup(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in (
        "addCleanup",
        "addfinalizer",
        "callback",
    )


def _mentions(source: SourceFile, call: ast.Call) -> bool:
    return "env" in source.segment(call)


def _by_fixture(source: SourceFile, scope: Scope) -> bool:
    """Whether a fixture that the function gets keeps a copy of the environment."""
    own = source.fixtures.by_function.get(id(scope.node))
    asked = set(parameter_names(scope))
    for fixture in [*source.fixtures.visible.values(), *source.fixtures.own]:
        if fixture is own or not (fixture.autouse or fixture.name in asked):
            continue
        if "environ" in fixture.source.segment(fixture.node) and fixture.function.is_generator:
            return True
    return False


def _fix(source: SourceFile, scope: Scope, statement: ast.stmt) -> Fix | None:
    """Write it with monkeypatch where the function already asks for it."""
    if not isinstance(statement, ast.Assign) or "monkeypatch" not in parameter_names(scope):
        return None
    target = statement.targets[0]
    if len(statement.targets) > 1 or not isinstance(target, ast.Subscript):
        return None
    start, end = source.span(statement)
    text = f"monkeypatch.setenv({source.segment(target.slice)}, {source.segment(statement.value)})"
    return Fix("set it with monkeypatch", (Edit(start, end, text),), safe=False)
