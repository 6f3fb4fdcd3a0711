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
import re
from bisect import bisect_left
from collections.abc import Iterator

from async_testing.facts.fixtures import FixtureDef
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
    lines = _lines(source, top)
    users = [*(test.function for test in source.tests), *(one.function for one in source.fixtures.own)]
    for function in {id(one): one for one in users}.values():
        first, last = function.body[0].lineno, function.node.end_lineno or 0  # type: ignore[union-attr]
        asked = set(parameter_names(function)) | {function.name}
        near = lines[bisect_left(lines, (first, "")) : bisect_left(lines, (last + 1, ""))]
        near = [(line, name) for line, name in near if name not in asked]
        if near:
            yield from _uses(source, function, near)


def _lines(source: SourceFile, top: dict[str, FixtureDef]) -> list[tuple[int, str]]:
    """The lines that hold the names, as words of any kind."""
    text = source.text
    found, line, place = [], 1, 0
    for match in re.finditer(rf"\b(?:{'|'.join(top)})\b", text):
        line += text.count("\n", place, match.start())
        place = match.start()
        if text[place - 1 : place] != ".":
            found.append((line, match[0]))
    return sorted(found)


def _once(source: SourceFile, name: str) -> bool:
    """Whether the module binds the name to the fixture alone."""
    same = [one for one in source.module.children if one.name == name]
    return len(same) == 1 and name not in bindings(source, source.module) and name not in source.imports


def _uses(source: SourceFile, function: Scope, near: list[tuple[int, str]]) -> Iterator[Hit]:
    bound = _bound(source, function)
    wanted = {name for _, name in near if name not in bound}
    lines = [line for line, name in near if name in wanted]
    for statement in function.body:
        if not any(statement.lineno <= line <= (statement.end_lineno or 0) for line in lines):
            continue
        for node in ast.walk(statement):
            if not isinstance(node, ast.Name) or node.id not in wanted or not isinstance(node.ctx, ast.Load):
                continue
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
