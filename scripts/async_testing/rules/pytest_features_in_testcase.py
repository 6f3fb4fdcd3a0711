"""A test of a unittest class asks for what only pytest functions get.

## What it does

Looks at test methods of ``TestCase`` and ``IsolatedAsyncioTestCase`` with parameters that nothing fills in, and with
``pytest.mark.parametrize``.

## Why is this bad

Pytest runs such a class with unittest: no fixtures as parameters, no parametrization. The test fails at once.

## Example

```python
import unittest


class TestJob(unittest.IsolatedAsyncioTestCase):
    async def test_job(self, client: object) -> None:  # error
        self.assertIsNotNone(client)
```

## Use instead

```python
import unittest


class TestJob(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.client = dict(name="ann")

    async def test_job(self) -> None:
        self.assertEqual(self.client, {"name": "ann"})
```
"""

from __future__ import annotations

from collections.abc import Iterator

from async_testing.facts import marks, testcase
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT226"
SEVERITY = "error"
NEEDS = ("TestCase",)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each method that unittest cannot call."""
    for test in source.tests:
        node = test.node
        if test.class_ is None or not test.in_testcase:
            continue
        parametrized = next(
            (one for one in marks.own(source, node.decorator_list, "function") if one.name == "parametrize"),
            None,
        )
        if not parametrized and (not test.parameters or node.decorator_list or node.args.vararg):
            continue
        if getattr(test.class_.node, "decorator_list", []):
            continue
        if testcase.kind_of(source, test.class_)[0] not in ("plain", "isolated"):
            continue
        if parametrized:
            message = f"{test.name} is a method of a TestCase, which pytest does not parametrize"
            yield Hit(
                parametrized.node, message, "with self.subTest(...) in a loop, or a plain test function"
            )
        else:
            names = ", ".join(test.parameters)
            message = f"{test.name} asks for {names}, and unittest fills in no parameters"
            yield Hit(
                node,
                message,
                f"an autouse fixture that sets self.{test.parameters[0]}, or a class without TestCase",
            )
