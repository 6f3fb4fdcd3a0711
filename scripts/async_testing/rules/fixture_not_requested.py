"""A test uses the name of a fixture that it does not ask for: it gets the function.

## What it does

Looks for names of the module's own fixtures in tests and fixtures that have no parameter or variable of that
name. Calls of the fixture are reported too.

## Why is this bad

Without the parameter the name is the fixture's function. A check such as ``is not None`` is true of it, and a call
of it is an error.

## Example

```python
import pytest


@pytest.fixture
def user() -> dict[str, str]:
    return {}


def test_user() -> None:
    assert user  # error
```

## Use instead

```python
import pytest


@pytest.fixture
def user() -> dict[str, str]:
    return {"name": "ann"}


def test_user(user: dict[str, str]) -> None:
    assert user == {"name": "ann"}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import parameter_names
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT229"
SEVERITY = "error"
NEEDS = ("fixture",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first use in each test or fixture of a fixture that it did not ask for."""
    top = {one.node.name: one for one in source.fixtures.own if one.function.parent is source.module}
    top = {
        name: one for name, one in top.items() if len(one.node.decorator_list) == 1 and _once(source, name)
    }
    if not top:
        return
    users = [*(test.function for test in source.tests), *(one.function for one in source.fixtures.own)]
    for function in {id(one): one for one in users}.values():
        wanted = top.keys() & function.names_read
        if wanted:
            wanted -= {*parameter_names(function), function.name}
            yield from _uses(source, function, wanted)


def _once(source: SourceFile, name: str) -> bool:
    """Whether the module binds the name to the fixture alone."""
    same = [one for one in source.module.children if one.name == name]
    return len(same) == 1 and name not in bindings(source, source.module) and name not in source.imports


def _uses(source: SourceFile, function: Scope, wanted: set[str]) -> Iterator[Hit]:
    if wanted:
        wanted -= _bound(source, function)
    uses = [
        node for node in function.within(ast.Name) if node.id in wanted and isinstance(node.ctx, ast.Load)
    ]
    for node in sorted(uses, key=lambda one: (one.lineno, one.col_offset)):
        if node.id in wanted:
            wanted.discard(node.id)
            message = f"{function.name} has no parameter {node.id}: the name is the fixture's function, not its value"
            yield Hit(node, message, f"def {function.name}({node.id}, ...)")


def _bound(source: SourceFile, function: Scope) -> set[str]:
    """Every name that the function or a scope inside of it binds."""
    found: set[str] = set()
    waiting = [function]
    while waiting:
        scope = waiting.pop()
        waiting += scope.children
        found |= set(bindings(source, scope)) | {child.name for child in scope.children}
        if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found |= {one.arg for one in arguments(scope.node)}
            found |= {one.arg for one in (scope.node.args.vararg, scope.node.args.kwarg) if one}
        for handler in scope.of(ast.ExceptHandler):
            found |= {handler.name} if handler.name else set()
        imports: list[ast.Import | ast.ImportFrom] = [*scope.of(ast.Import), *scope.of(ast.ImportFrom)]
        found |= {alias.asname or alias.name for one in imports for alias in one.names}
        patterns: list[ast.MatchAs | ast.MatchStar] = [*scope.of(ast.MatchAs), *scope.of(ast.MatchStar)]
        found |= {one.name for one in patterns if one.name}
    return found
