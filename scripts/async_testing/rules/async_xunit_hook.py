"""A hook such as setup_method or setUp is async, and nobody awaits it.

## What it does

Looks for ``async def`` under the names that pytest and unittest call synchronously: ``setup_method``,
``teardown_module``, ``setUp``, ``tearDownClass`` and the like; and for a plain ``def asyncSetUp``, which is awaited.

## Why is this bad

The hook's coroutine is dropped. What it prepares is missing, or what it should clean up stays.

## Example

```python
import pytest


class TestInbox:
    async def setup_method(self) -> None:  # error
        self.messages = ["welcome"]

    @pytest.mark.asyncio
    async def test_inbox_is_there(self) -> None:
        assert self is not None
```

## Use instead

```python
import pytest
import pytest_asyncio


class TestInbox:
    @pytest_asyncio.fixture(autouse=True)
    async def messages(self) -> list[str]:
        return ["welcome"]

    @pytest.mark.asyncio
    async def test_inbox_is_there(self, messages: list[str]) -> None:
        assert messages == ["welcome"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import testcase
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT202"
SEVERITY = "error"
NEEDS = ("setup", "teardown", "setUp", "tearDown", "asyncSetUp", "asyncTearDown")
MODULE = frozenset({"setup_module", "teardown_module", "setup_function", "teardown_function"})
MODULE |= {"setUpModule", "tearDownModule"}
CLASS = frozenset({"setup_method", "teardown_method", "setup_class", "teardown_class"})
UNITTEST = {"setUp": "asyncSetUp", "tearDown": "asyncTearDown", "setUpClass": "", "tearDownClass": ""}
AWAITED = frozenset({"asyncSetUp", "asyncTearDown"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each hook whose coroutine is dropped, and each awaited one that is not async."""
    if not source.is_test_file:
        return
    for function in source.functions:
        node, class_ = function.node, function.class_
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.is_async and function.parent is source.module and node.name in MODULE:
            if not node.decorator_list:
                yield _hit(node, node.name, "a module fixture with autouse=True")
        elif class_ is not None and _plainly(source, node):
            yield from _in_class(source, function, class_, node)


def _plainly(source: SourceFile, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(source.dotted(one) in ("classmethod", "staticmethod") for one in node.decorator_list)


def _in_class(
    source: SourceFile, function: Scope, class_: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Hit]:
    name = node.name
    if function.is_async and name in CLASS:
        if source.config.collects_class(class_.name) and testcase.kind_of(source, class_)[0] == "none":
            yield _hit(node, f"{class_.name}.{name}", "an async fixture with autouse=True")
    elif function.is_async and name in ("setup", "teardown") and f".{name}(" not in source.text:
        if source.config.collects_class(class_.name) and testcase.kind_of(source, class_)[0] == "none":
            message = f"{class_.name}.{name} is never called: pytest knows {name}_method, and awaits neither"
            yield Hit(node, message, "an async fixture with autouse=True")
    elif function.is_async and name in UNITTEST:
        kind = testcase.kind_of(source, class_)[0]
        if kind in ("plain", "isolated"):
            better = UNITTEST[name] if kind == "isolated" else ""
            instead = f"async def {better}(self):" if better else f"def {name} without async"
            yield _hit(node, f"{class_.name}.{name}", instead, _renamed(source, node, better))
    elif not function.is_async and name in AWAITED and _gives_nothing(function):
        if testcase.kind_of(source, class_)[0] != "isolated":
            return
        message = f"{class_.name}.{name} is awaited and has to be async: every test of the class fails"
        start, _ = source.span(node)
        fix = Fix("make it async", (Edit(start, start, "async "),), safe=False)
        yield Hit(node, message, f"async def {name}(self):", fix)


def _gives_nothing(function: Scope) -> bool:
    return not any(one.value for one in function.of(ast.Return))


def _hit(node: ast.stmt, shown: str, instead: str, fix: Fix | None = None) -> Hit:
    return Hit(node, f"{shown} is async, but it is called without await: nothing in it runs", instead, fix)


def _renamed(source: SourceFile, node: ast.stmt, better: str) -> Fix | None:
    if not better:
        return None
    start, _ = source.span(node)
    old = "setUp" if better == "asyncSetUp" else "tearDown"
    place = source.text.find(old, start)
    return Fix(f"call it {better}", (Edit(place, place + len(old), better),), safe=False)
