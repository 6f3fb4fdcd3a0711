"""An asyncio mark stands on a test that is not async.

## What it does

Looks for ``pytest.mark.asyncio`` on a sync test, and on a class of tests of which none is async. A module's
``pytestmark`` is left alone.

## Why is this bad

The mark does nothing here but warn. Mostly the test was meant to be async, or lost its ``await``.

## Example

```python
import pytest


@pytest.mark.asyncio  # error
def test_normalise() -> None:
    assert "A".lower() == "a"
```

## Use instead

```python
def test_normalise() -> None:
    assert "A".lower() == "a"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import collects_class, testcase
from async_testing.rules import Edit, Fix, Hit

CODE = "AT211"
NEEDS = ("asyncio",)
OTHER_RUN = ("pytest.mark.", "unittest.mock.patch", "mock.patch")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each asyncio mark without anything async below it."""
    for test in source.tests:
        decorators = test.node.decorator_list
        if test.is_async or test.function.is_generator or id(test.node) in source.fixtures.by_function:
            continue
        for mark in marks.own(source, decorators, "function"):
            if mark.name == "asyncio" and _known(source, test.node) and mark.node in decorators:
                message = f"{test.name} is not async: the asyncio mark does nothing"
                fix = removed(source, mark.node)
                yield Hit(mark.node, message, f"def {test.name} without the mark, or async def", fix)
    for scope in source.classes if source.is_test_file else ():
        node = scope.node
        if isinstance(node, ast.ClassDef) and collects_class(source, scope) and not testcase(source, scope):
            yield from _on_class(source, scope, node)


def _on_class(source: SourceFile, scope: Scope, node: ast.ClassDef) -> Iterator[Hit]:
    inside = [one for one in scope.children if isinstance(one.node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if node.bases or not inside or any(one.is_async for one in inside):
        return
    if any(isinstance(one.node, ast.ClassDef) for one in scope.children) or scope.of(ast.Assign):
        return
    if re_used(source, node.name) or not all(_known(source, one.node) for one in inside):
        return
    for mark in marks.own(source, node.decorator_list, "class"):
        if mark.name == "asyncio" and mark.node in node.decorator_list:
            message = f"{node.name} has no async test: the asyncio mark does nothing"
            yield Hit(mark.node, message, f"class {node.name} without the mark", removed(source, mark.node))


def re_used(source: SourceFile, name: str) -> bool:
    """Whether another class of the file derives from it."""
    return any(
        isinstance(base, ast.Name) and base.id == name
        for scope in source.classes
        for base in scope.node.bases  # type: ignore[union-attr]
    )


def _known(source: SourceFile, node: ast.AST) -> bool:
    """Whether no decorator may make an async function of it."""
    decorators = getattr(node, "decorator_list", [])
    names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in decorators]
    return all(name.startswith((*OTHER_RUN, "pytest.fixture", "pytest_asyncio.fixture")) for name in names)


def removed(source: SourceFile, decorator: ast.expr) -> Fix | None:
    """Take out the line of a decorator that stands alone in it."""
    line = source.lines[decorator.lineno - 1]
    last = decorator.end_lineno or decorator.lineno
    start = source.offset(decorator.lineno, 0)
    end = source.offset(last, 0) + len(source.lines[last - 1])
    if not line.lstrip().startswith("@") or "#" in source.text[start:end]:
        return None
    return Fix("take out the mark", (Edit(start, end, ""),), safe=False)
