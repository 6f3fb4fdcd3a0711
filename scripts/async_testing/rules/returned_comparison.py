"""A test returns a value: nothing looks at it.

## What it does

Looks for ``return`` with a comparison or another condition in a test, where an ``assert`` was meant, in tests that
nothing else of the file calls.

## Why is this bad

Pytest drops what a test returns, with a warning at most. The comparison decides about nothing.

## Example

```python
def test_sum() -> bool:
    return 1 + 1 == 3  # error
```

## Use instead

```python
def test_sum() -> None:
    assert 1 + 1 == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import words
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT218"
SEVERITY = "error"
NEEDS = ("return",)
KEEPING = ("pytest.mark.", "unittest.mock.patch", "mock.patch")
CHECKS = ("all", "any", "isinstance", "issubclass", "hasattr", "callable", "math.isclose")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each condition that a test returns."""
    for test in source.tests:
        node = test.node
        if test.function.is_generator or id(node) in source.fixtures.by_function:
            continue
        for given in test.function.of(ast.Return):
            if given.value is None or not _condition(source, given.value):
                continue
            names = [
                source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list
            ]
            called = words.count(source.text, test.name) > 1
            if called or not all(name.startswith(KEEPING) for name in names):
                continue
            start, _ = source.span(given)
            fix = Fix("assert it", (Edit(start, start + len("return"), "assert"),), safe=False)
            shown = ast.unparse(given.value)
            message = f"{test.name} returns {shown[:60]}, which nothing looks at"
            yield Hit(
                given, message, f"assert {shown}" if len(shown) < 60 else "assert in place of return", fix
            )


def _condition(source: SourceFile, value: ast.expr) -> bool:
    if isinstance(value, ast.BoolOp):
        return any(_condition(source, one) for one in value.values)
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    return isinstance(value, ast.Compare) or source.called(value) in CHECKS
