"""A class holds tests, but pytest does not collect classes of that name.

## What it does

Looks for classes in test files that have test methods, whose name the configured ``python_classes`` do not match, that
derive from nothing, and that nothing in the file mentions.

## Why is this bad

Pytest passes over the class without a word. Its tests never run.

## Example

```python
class ParserTests:  # error
    def test_parse_nothing(self) -> None:
        assert "".split() == [""]
```

## Use instead

```python
class TestParser:
    def test_parse_nothing(self) -> None:
        assert "".split() == []
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import testcase, words
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT204"
SEVERITY = "error"
NEEDS = ("class ",)
BASE = re.compile(r"Base|Mixin|Abstract|Common|Shared|Contract|Template|^_|Generic|Spec$", re.IGNORECASE)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each class whose tests nobody collects."""
    if not source.is_test_file:
        return
    for scope in source.classes:
        node = scope.node
        if not isinstance(node, ast.ClassDef) or node.keywords or BASE.search(node.name):
            continue
        if (
            source.config.collects_class(node.name)
            or not _reachable(source, scope)
            or not _marked(source, node)
        ):
            continue
        tests = [one for one in scope.children if _is_test(one)]
        if not tests or _opts_out(scope) or _mentioned(source, node):
            continue
        if node.bases and testcase.kind_of(source, scope)[0] != "none":
            continue
        message = (
            f"pytest does not collect {node.name}, so that {_told(tests)} never run{'s' * (len(tests) == 1)}"
        )
        yield Hit(node, message, f"class Test{_bare(node.name)}:")


def _is_test(function: Scope) -> bool:
    node = function.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
        return False
    return bool(arguments(node)) and arguments(node)[0].arg == "self" and _asserts(function)


def _asserts(function: Scope) -> bool:
    """Whether it looks like a test within: an app's handler may have such a name too."""
    for _ in function.within(ast.Assert):
        return True
    for call in function.within(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name.startswith(("assert", "raises", "warns")):
            return True
    return False


def _reachable(source: SourceFile, scope: Scope) -> bool:
    """Whether it would be collected there if only its name were another."""
    if scope.parent is source.module:
        return True
    return scope.class_ is not None and source.config.collects_class(scope.class_.name)


def _marked(source: SourceFile, node: ast.ClassDef) -> bool:
    """Whether its decorators are marks alone: others may make something else of it."""
    names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]
    return all(name.startswith("pytest.mark.") for name in names)


def _opts_out(scope: Scope) -> bool:
    targets = [target for one in scope.of(ast.Assign) for target in one.targets]
    return any(isinstance(one, ast.Name) and one.id == "__test__" for one in targets)


def _mentioned(source: SourceFile, node: ast.ClassDef) -> bool:
    """Whether the file says its name once more, or another test file beside it imports it."""
    if words.count(source.text, node.name) > 1:
        return True
    folder, _, _ = source.path.rpartition("/")
    prefix = f"{folder}/" if folder else ""
    for other in source.workspace.names(folder):
        path = f"{prefix}{other}.py"
        if path != source.path and node.name.encode() in (source.workspace.read(path) or b""):
            return True
    return False


def _told(tests: list[Scope]) -> str:
    return tests[0].name if len(tests) == 1 else f"its {len(tests)} tests"


def _bare(name: str) -> str:
    return re.sub(r"Tests?$|TestCase$", "", name) or name
