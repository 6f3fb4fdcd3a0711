"""A function is a test in all but its name: pytest does not collect it.

## What it does

Looks in test files for functions at the top, and methods of test classes, whose name the configured
``python_functions`` do not match and that nothing in the file mentions, where they have a mark such as ``asyncio`` or
``parametrize``, or assert something and ask for nothing but fixtures.

## Why is this bad

Pytest passes over the function without a word. The test never runs.

## Example

```python
import pytest


class TestParser:
    def test_parse_nothing(self) -> None:
        assert "".split() == []

    def parse_two_words(self) -> None:  # error
        assert "a b".split() == ["a"]


@pytest.mark.parametrize("text", ["a", "b"])
def one_word(text: str) -> None:  # error
    assert text.split() == [text, text]
```

## Use instead

```python
import pytest


class TestParser:
    def test_parse_nothing(self) -> None:
        assert "".split() == []

    def test_parse_two_words(self) -> None:
        assert "a b".split() == ["a", "b"]


@pytest.mark.parametrize("text", ["a", "b"])
def test_one_word(text: str) -> None:
    assert text.split() == [text]
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import asserts, marks, places, tests, words
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.default_hides_fixture import BUILT_IN

CODE = "AT236"
SEVERITY = "error"
RUNNING_MARKS = frozenset(
    {"asyncio", "anyio", "trio", "parametrize", "usefixtures", "skipif", "skip", "xfail"}
)
RUNNING_MARKS |= {"django_db", "timeout"}
OTHERS = re.compile(
    r"^_|^pytest_|helper|^(?:assert|check|verify|ensure|expect|make|setup|teardown|set_up|tear_down)"
)
"""Names of what tests call, and of hooks."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that nobody collects."""
    if not source.is_test_file or not source.tests:
        return
    for scope in source.functions:
        if (
            _is_at_a_tests_place(source, scope)
            and _is_meant(source, scope)
            and not _is_mentioned(source, scope)
        ):
            message = f"pytest does not collect {scope.name}, which looks like a test: it never runs"
            yield Hit(scope.node, message, f"def test_{scope.name}(...)")  # type: ignore[arg-type]


def _is_at_a_tests_place(source: SourceFile, scope: Scope) -> bool:
    """Whether pytest would collect a function there, and does not by its name alone."""
    if source.config.collects_function(scope.name) or scope.name in places.XUNIT:
        return False
    if scope.name.startswith("test") or id(scope.node) in source.fixtures.by_function:
        return False
    if scope.parent is source.module:
        return True
    around = scope.class_
    if around is None or not tests.collects_class(source, around) or tests.testcase(source, around):
        return False
    bases = around.node.bases  # type: ignore[union-attr]
    known = all(isinstance(one, ast.Name) and source.module.child(one.id) for one in bases)
    return known and words.count(source.text, around.name) == 1


def _is_meant(source: SourceFile, scope: Scope) -> bool:
    """Whether it is a test within: by its marks, or since it asserts and asks for nothing but fixtures."""
    decorators = scope.node.decorator_list  # type: ignore[union-attr]
    own = list(marks.own(source, decorators, "function"))
    if len(own) != len(decorators):
        return False
    if own:
        return any(one.name in RUNNING_MARKS for one in own)
    if OTHERS.search(scope.name) or scope.is_generator or not _asserts(source, scope):
        return False
    if any(isinstance(one.value, ast.expr) for one in scope.of(ast.Return)):
        return False
    return all(_is_fixture(source, scope, one) for one in _asked(scope))


def _asked(scope: Scope) -> list[str]:
    names = [one.arg for one in arguments(scope.node)]
    return names[1:] if scope.class_ is not None else names


def _is_fixture(source: SourceFile, scope: Scope, name: str) -> bool:
    return name in BUILT_IN or source.fixtures.named(name, scope.class_) is not None


def _asserts(source: SourceFile, scope: Scope) -> bool:
    if scope.of(ast.Assert):
        return True
    return next(asserts.raises_blocks(source, scope), None) is not None


def _is_mentioned(source: SourceFile, scope: Scope) -> bool:
    """Whether the file says its name once more, or another test file beside it does."""
    if words.count(source.text, scope.name) > 1:
        return True
    folder, _, _ = source.path.rpartition("/")
    prefix = f"{folder}/" if folder else ""
    name = scope.name.encode()
    return any(
        name in (source.workspace.read(f"{prefix}{other}.py") or b"")
        for other in source.workspace.names(folder)
        if f"{prefix}{other}.py" != source.path
    )
