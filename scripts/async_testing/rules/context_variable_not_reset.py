"""A sync fixture or test sets a context variable and never resets it.

## What it does

Looks for ``variable.set(...)`` of a ``ContextVar`` in sync fixtures and tests whose token is dropped or never used.

## Why is this bad

All sync fixtures and tests run in one context, and each async test starts from a copy of it. The value stays for every
test that comes after, and what they find depends on the order.

## Example

```python
from contextvars import ContextVar

import pytest

tenant: ContextVar[str] = ContextVar("tenant", default="public")


@pytest.fixture
def acme() -> str:
    tenant.set("acme")  # error
    return "acme"


@pytest.mark.asyncio
async def test_tenant(acme: str) -> None:
    assert tenant.get() == acme
```

## Use instead

```python
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

tenant: ContextVar[str] = ContextVar("tenant", default="public")


@pytest.fixture
def acme() -> Iterator[str]:
    token = tenant.set("acme")
    yield "acme"
    tenant.reset(token)


@pytest.mark.asyncio
async def test_tenant(acme: str) -> None:
    assert tenant.get() == acme
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT615"
NEEDS = (".set(",)
CONTEXT_VARIABLE = "contextvars.ContextVar"


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each value that stays."""
    if not source.is_test_file and not source.is_conftest:
        return
    scopes = [test.function for test in source.tests if not test.in_testcase]
    scopes += [one.function for one in source.fixtures.own if not one.autouse]
    for scope in scopes:
        if scope.is_async:
            continue
        for statement, call in _sets(source, scope):
            func = call.func
            if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
                continue
            name = func.value.id
            if _is_variable(source, name, scope) and not _is_tended(scope, statement, name):
                message = f"{name} keeps this value for the tests that come after"
                yield Hit(statement, message, f"token = {name}.set(...), and {name}.reset(token) at the end")


def _sets(source: SourceFile, scope: Scope) -> Iterator[tuple[ast.stmt, ast.Call]]:
    """The statements of a function that are a call of ``set`` with one value, its token kept or not."""
    plain: list[ast.Expr | ast.Assign] = [*scope.of(ast.Expr), *scope.of(ast.Assign)]
    for statement in plain:
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "set":
            is_empty = (
                isinstance(call.args[0], ast.Constant) and not call.args[0].value if call.args else True
            )
            if len(call.args) == 1 and not is_empty:
                yield statement, call


def _is_variable(source: SourceFile, name: str, scope: Scope) -> bool:
    """Whether a name is a context variable of the module, or of a module of the project that it is imported from."""
    if coroutines.binder(source, name, scope)[0] is not None:
        return False
    if name in source.constants:
        return _makes(source, source.constants[name])
    dotted = source.imports.get(name, "")
    module, _, last = dotted.rpartition(".")
    other = source.workspace.import_from(source, module, holding="ContextVar") if module else None
    return other is not None and last in other.constants and _makes(other, other.constants[last])


def _makes(source: SourceFile, value: ast.expr) -> bool:
    func = value.func if isinstance(value, ast.Call) else None
    return source.dotted(func.value if isinstance(func, ast.Subscript) else func) == CONTEXT_VARIABLE


def _is_tended(scope: Scope, statement: ast.stmt, name: str) -> bool:
    """Whether a function resets a variable, sets it once more, or keeps the token for somebody else."""
    for call in scope.within(ast.Call):
        func = call.func
        if (
            isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == name
        ) and (
            func.attr == "reset" or (func.attr == "set" and call is not getattr(statement, "value", None))
        ):
            return True
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        return not isinstance(target, ast.Name) or unawaited.loaded(scope, target.id) > 0
    return False
