"""An async test in a plain unittest.TestCase: its coroutine is made and dropped.

## What it does

Looks at ``async def test_…`` in classes that derive from ``unittest.TestCase``, also through bases of the project.
``IsolatedAsyncioTestCase`` and Django's classes await their tests and are left alone.

## Why is this bad

``TestCase`` calls the method and does not await what it returns. Not a line of it runs, and the test is green.

## Example

```python
import unittest

from app.wallet import pay


class TestWallet(unittest.TestCase):
    async def test_pay(self) -> None:  # error
        self.assertEqual(1, 2)
```

## Use instead

```python
import unittest

from app.wallet import pay


class TestWallet(unittest.IsolatedAsyncioTestCase):
    async def test_pay(self) -> None:
        self.assertEqual(await pay(3), 3)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import testcase
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT201"
SEVERITY = "error"
KEEPING = ("pytest.mark.", "unittest.mock.patch", "mock.patch", "unittest.skip", "unittest.expectedFailure")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each async test that a plain TestCase would call and drop."""
    if not source.is_test_file:
        return
    for scope in source.classes:
        tests = [one for one in scope.children if one.is_async and one.name.startswith("test")]
        base = testcase.plain_base(source, scope) if tests else None
        if base is None:
            continue
        for test in tests:
            node = test.node
            if isinstance(node, ast.AsyncFunctionDef) and _runs_as_is(source, node) and not test.is_generator:
                message = (
                    f"{scope.name}.{node.name} is async, and a plain TestCase never awaits it: it cannot fail"
                )
                instead = f"class {scope.name}(unittest.IsolatedAsyncioTestCase):"
                yield Hit(node, message, instead, _fix(source, base))


def _runs_as_is(source: SourceFile, node: ast.AsyncFunctionDef) -> bool:
    """Whether no decorator may turn the test into a plain function."""
    names = [source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]
    return all(name.startswith(KEEPING) for name in names)


def _fix(source: SourceFile, base: ast.expr) -> Fix | None:
    """Derive from the class that awaits, where the base is written in this file."""
    if not isinstance(base, ast.Attribute) or source.dotted(base) != "unittest.TestCase":
        return None
    _, end = source.span(base)
    start = end - len("TestCase")
    return Fix(
        "derive from IsolatedAsyncioTestCase", (Edit(start, end, "IsolatedAsyncioTestCase"),), safe=False
    )
