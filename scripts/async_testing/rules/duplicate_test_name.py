"""Two tests or fixtures of one scope have the same name: the first is gone.

## What it does

Looks for tests, test classes and fixtures that a later definition of the same name in the same module or class
replaces.

## Why is this bad

Python keeps the last definition. The first test never runs, and nobody is told.

## Example

```python
def test_take() -> None:
    assert [1].pop() == 2


def test_take() -> None:  # error
    assert [1, 2].pop() == 2
```

## Use instead

```python
def test_take_last_one() -> None:
    assert [1].pop() == 1


def test_take() -> None:
    assert [1, 2].pop() == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT205"
SEVERITY = "error"
KEEPING = (
    "pytest.mark.",
    "pytest.fixture",
    "pytest_asyncio.fixture",
    "unittest.mock.patch",
    "mock.patch",
    "unittest.skip",
    "unittest.expectedFailure",
    "staticmethod",
    "classmethod",
    "hypothesis.",
)
Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each definition that replaces a test or fixture."""
    if not source.is_test_file and not source.is_conftest:
        return
    for scope in [source.module, *source.classes]:
        seen: dict[str, Defined] = {}
        for statement in scope.body:
            if not isinstance(statement, Defined):
                continue
            before = seen.get(statement.name)
            seen[statement.name] = statement
            if before is None or not _collected(source, scope, before) or not _plain(source, statement):
                continue
            if _read_between(scope, before, statement):
                continue
            what = "fixture" if id(before) in source.fixtures.by_function else "test"
            message = f"{statement.name} replaces the {what} of the same name in line {before.lineno}"
            gone = "which no test gets" if what == "fixture" else "which never runs"
            yield Hit(statement, f"{message}, {gone}", "two names, one for each")


def _collected(source: SourceFile, scope: Scope, node: Defined) -> bool:
    """Whether the definition that is gone was a test or a fixture, and its decorators keep no hold of it."""
    if isinstance(node, ast.ClassDef):
        inner = source.scope_of_node[id(node)]
        named = scope is source.module and source.config.collects_class(node.name)
        return named and _plain(source, node) and any(one.name.startswith("test") for one in inner.children)
    if id(node) in source.fixtures.by_function:
        return not any(_named(one) for one in node.decorator_list)
    if not source.config.collects_function(node.name) or not _plain(source, node) or not source.is_test_file:
        return False
    return scope is source.module or source.config.collects_class(scope.name) or bool(_bases(scope))


def _bases(scope: Scope) -> list[ast.expr]:
    """The bases of a class that looks like a TestCase."""
    bases = scope.node.bases if isinstance(scope.node, ast.ClassDef) else []
    return [one for one in bases if ast.unparse(one).endswith("TestCase")]


def _named(decorator: ast.expr) -> bool:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(one.arg == "name" for one in keywords)


def _plain(source: SourceFile, node: Defined) -> bool:
    """Whether only known decorators stand on it: others may register it, or be overloads and setters."""
    names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]
    return all(name.startswith(KEEPING) for name in names)


def _read_between(scope: Scope, before: Defined, after: Defined) -> bool:
    """Whether code of the same scope uses the first definition while it is there."""
    for statement in scope.body:
        if before.lineno < statement.lineno <= after.lineno and statement is not before:
            nodes = [statement] if statement is not after else after.decorator_list
            if isinstance(statement, Defined) and statement is not after:
                nodes = [*statement.decorator_list]
            if any(
                isinstance(one, ast.Name) and one.id == before.name
                for node in nodes
                for one in ast.walk(node)
            ):
                return True
    return False
