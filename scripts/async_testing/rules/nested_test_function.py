"""A test function stands inside another function, where nobody collects or calls it.

## What it does

Looks for undecorated functions named like tests inside of a test or fixture that nothing there calls, passes on,
returns or stores.

## Why is this bad

Pytest collects functions of modules and of test classes only. This one never runs; mostly its indentation slipped.

## Example

```python
def test_slug() -> None:
    assert "A b".lower() == "a b"

    def test_slug_strips() -> None:  # error
        assert " a".strip() == "b"
```

## Use instead

```python
def test_slug() -> None:
    assert "A b".lower() == "a b"


def test_slug_strips() -> None:
    assert " a".strip() == "a"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT203"
SEVERITY = "error"
KEEPING = ("pytest.mark.", "unittest.mock.patch", "mock.patch")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each nested test that nothing uses."""
    if not source.is_test_file:
        return
    for function in source.functions:
        node, parent = function.node, function.parent
        if parent is None or not isinstance(parent.node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not function.name.startswith("test_") or not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef
        ):
            continue
        if not all(_keeps(source, one) for one in node.decorator_list) or _used(parent, function):
            continue
        message = f"{function.name} stands inside {parent.name}, where pytest never collects it, and nothing calls it"
        yield Hit(node, message, f"def {function.name}() at the top of the module")
    for scope in source.classes:
        node, parent = scope.node, scope.parent
        if not isinstance(node, ast.ClassDef) or parent is None or node.decorator_list or node.bases:
            continue
        if not isinstance(parent.node, ast.FunctionDef | ast.AsyncFunctionDef) or _used(parent, scope):
            continue
        if source.config.collects_class(node.name) and any(
            one.name.startswith("test_") for one in scope.children
        ):
            message = f"{node.name} stands inside {parent.name}, where pytest never collects its tests"
            yield Hit(node, message, f"class {node.name} at the top of the module")


def _keeps(source: SourceFile, decorator: ast.expr) -> bool:
    name = source.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return name.startswith(KEEPING)


def _used(parent: Scope, function: Scope) -> bool:
    """Whether the function around reads its name, or reads names in a way that cannot be followed."""
    for statement in parent.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in (function.name, "locals", "vars", "exec", "eval"):
                return True
            if isinstance(node, ast.Global | ast.Nonlocal) and function.name in node.names:
                return True
    return False
