"""A test class has an __init__: pytest passes over all of its tests.

## What it does

Looks for ``__init__`` and ``__new__`` in classes that pytest would collect by name, also in bases of the same file.

## Why is this bad

Pytest makes a fresh object for each test and knows no arguments for it, so it leaves such a class out with a warning.
None of its tests run.

## Example

```python
class TestArea:
    def __init__(self) -> None:  # error
        self.unit = 3

    def test_area(self) -> None:
        assert self.unit == 4
```

## Use instead

```python
class TestArea:
    unit = 3

    def test_area(self) -> None:
        assert self.unit == 3
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import marks, tests
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT206"
SEVERITY = "error"
INITIALISERS = frozenset({"dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define"})
INITIALISERS |= {"attr.dataclass", "attrs.frozen", "attr.frozen", "pydantic.dataclasses.dataclass"}
NEEDS = ("__init__", "__new__", "dataclass", "attr")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each initialiser that keeps pytest from a class of tests."""
    if not source.is_test_file:
        return
    for scope in source.classes:
        if not tests.collects_class(source, scope) or tests.testcase(source, scope):
            continue
        found = [one for one in scope.children if source.config.collects_function(one.name)]
        if not found or _opts_out(source, scope.node):
            continue
        made = _made_by(source, scope.node)
        if made and isinstance(scope.node, ast.ClassDef):
            if not any(True for one in found for _ in one.within(ast.Assert)):
                continue
            message = f"@{made} gives {scope.name} an __init__, so that pytest collects none of its tests"
            yield Hit(scope.node, message, "attributes of the class, or a fixture")
            continue
        for base in marks.bases(source, scope):
            makers = [one for one in base.children if one.name in ("__init__", "__new__")]
            for maker in makers[:1]:
                node = maker.node
                if isinstance(node, ast.FunctionDef):
                    message = f"{scope.name} has an {node.name}, so that pytest collects none of its tests"
                    yield Hit(node, message, "def setup_method(self):, or a fixture")
            if makers:
                break


def _made_by(source: SourceFile, node: ast.AST) -> str:
    """The decorator that writes an initialiser into a class, empty where none does."""
    for one in node.decorator_list if isinstance(node, ast.ClassDef) else []:
        called = one.func if isinstance(one, ast.Call) else one
        keywords = one.keywords if isinstance(one, ast.Call) else []
        if source.dotted(called) in INITIALISERS and not any(each.arg == "init" for each in keywords):
            return ast.unparse(called)
    return ""


def _opts_out(source: SourceFile, node: ast.AST) -> bool:
    """Whether the class says that it is none of tests, or is made by a decorator that may do anything."""
    targets = [target for one in source.scope_of_node[id(node)].of(ast.Assign) for target in one.targets]
    opted = any(isinstance(one, ast.Name) and one.id == "__test__" for one in targets)
    decorators = node.decorator_list if isinstance(node, ast.ClassDef) else []
    names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in decorators]
    return opted or not all(name.startswith("pytest.mark.") or name in INITIALISERS for name in names)
