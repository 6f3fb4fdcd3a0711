"""A test is parametrized with nothing: it is skipped.

## What it does

Looks for ``pytest.mark.parametrize`` and ``params=`` of fixtures with an empty list, tuple or set.

## Why is this bad

Pytest skips a test without parameters. The run stays green and nothing is tested.

## Example

```python
import pytest


@pytest.mark.parametrize("name", [])  # error
def test_name(name: str) -> None:
    assert name == "ann"
```

## Use instead

```python
import pytest


@pytest.mark.parametrize("name", ["ann"])
def test_name(name: str) -> None:
    assert name == "ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import words
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT219"
NEEDS = ("parametrize", "params")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each list of parameters that is empty."""
    if source.is_test_file:
        for _, call in source.calls("parametrize"):
            if source.dotted(call.func) != "pytest.mark.parametrize":
                continue
            values = call.args[1:2] + [one.value for one in call.keywords if one.arg == "argvalues"]
            if values and _is_empty(source, values[0]):
                yield Hit(
                    call, "parametrize gets no values: pytest skips the test", "values, or no such test"
                )
    for fixture in source.fixtures.own:
        given = fixture.option("params")
        if given is not None and _is_empty(source, given):
            message = f"fixture {fixture.name} has no params: pytest skips every test that asks for it"
            yield Hit(fixture.decorator, message, "values in params")


def _is_empty(source: SourceFile, node: ast.expr) -> bool:
    if isinstance(node, ast.Name) and node.id in source.constants and _never_grows(source, node.id):
        node = source.constants[node.id]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return not node.elts
    return source.called(node) in ("list", "tuple", "set") and isinstance(node, ast.Call) and not node.args


def _never_grows(source: SourceFile, name: str) -> bool:
    """Whether the file says the name but twice: where it is made, and here."""
    return words.count(source.text, name) == 2
