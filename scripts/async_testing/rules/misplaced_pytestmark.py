"""A pytestmark has no effect, by its name or its place.

## What it does

Looks for marks assigned to almost ``pytestmark``, such as ``pytest_mark``, to ``pytestmark`` inside of a function, and
to ``pytestmark`` in a conftest.

## Why is this bad

Pytest reads ``pytestmark`` from test modules and classes only. The marks are on no test, and nobody is told.

## Example

```python
import pytest

pytest_mark = pytest.mark.slow  # error


def test_job() -> None:
    assert 1 + 1 == 2
```

## Use instead

```python
import pytest

pytestmark = pytest.mark.slow


def test_job() -> None:
    assert 1 + 1 == 2
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import marks, words
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT224"
SEVERITY = "error"
NEEDS = ("mark",)
ALMOST = re.compile(r"_?py_?tests?_?marke?r?s?_?", re.IGNORECASE)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assignment of marks that pytest does not read."""
    if not source.is_test_file and not source.is_conftest:
        return
    plain: list[tuple[Scope, ast.Assign | ast.AnnAssign]] = [
        *source.each(ast.Assign),
        *source.each(ast.AnnAssign),
    ]
    for scope, statement in plain:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if not isinstance(target, ast.Name) or statement.value is None or "mark" not in target.id.lower():
            continue
        value = statement.value
        items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        if not ALMOST.fullmatch(target.id) or not list(marks.own(source, items, "module")):
            continue
        inside = isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)
        hit = _hit(source, statement, target, inside)
        if hit:
            yield hit


def _hit(source: SourceFile, statement: ast.stmt, target: ast.Name, inside: bool) -> Hit | None:
    name = target.id
    if name != "pytestmark":
        if inside or words.count(source.text, name) > 1:
            return None
        start, end = source.span(target)
        fix = Fix("call it pytestmark", (Edit(start, end, "pytestmark"),), safe=False)
        return Hit(
            statement,
            f"{name} is a variable like any other: pytest reads pytestmark",
            "pytestmark = ...",
            fix,
        )
    if inside and "global pytestmark" not in source.text:
        return Hit(
            statement,
            "pytestmark in a function is a local variable: it marks no test",
            "pytestmark at the top",
        )
    if source.is_conftest and not inside and words.count(source.text, "pytestmark") == 1:
        message = "pytestmark in a conftest marks no test: pytest reads it from test modules and classes"
        return Hit(
            statement,
            message,
            "pytestmark in each test module, or add_marker in pytest_collection_modifyitems",
        )
    return None
