"""A parameter with a default has the name of a fixture: it is never filled in.

## What it does

Looks at tests and fixtures whose parameter has a default and is named like a fixture that the file sees, or like one of
pytest's own. Parametrized names are left alone.

## Why is this bad

Pytest only fills in parameters without a default. The test runs with the default, and never with the fixture.

## Example

```python
import pytest


@pytest.fixture
def user() -> str:
    return "ann"


def test_user(user: str | None = None) -> None:  # error
    assert user is None
```

## Use instead

```python
import pytest


@pytest.fixture
def user() -> str:
    return "ann"


def test_user(user: str) -> None:
    assert user == "ann"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT217"
SEVERITY = "error"
BUILT_IN = frozenset(
    {"tmp_path", "tmp_path_factory", "monkeypatch", "caplog", "capsys", "capfd", "request", "mocker"}
)
BUILT_IN |= {"anyio_backend", "recwarn", "pytestconfig"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test and fixture with a default where a fixture was meant."""
    for test in source.tests:
        if (
            not test.in_testcase
            and id(test.node) not in source.fixtures.by_function
            and test.node.args.defaults
        ):
            yield from _of(source, test.node, test.parametrized)
    for one in source.fixtures.own:
        if one.node.args.defaults:
            yield from _of(source, one.node, set())


def _of(source: SourceFile, node: ast.FunctionDef | ast.AsyncFunctionDef, given: set[str]) -> Iterator[Hit]:
    if any(
        not source.dotted(getattr(one, "func", one)).startswith(("pytest", "unittest.mock.patch"))
        for one in node.decorator_list
    ):
        return
    plain = [*node.args.posonlyargs, *node.args.args]
    for position, default in enumerate(node.args.defaults):
        argument = plain[len(plain) - len(node.args.defaults) + position]
        name = argument.arg
        if name in given or name == node.name or not (name in BUILT_IN or name in source.fixtures.visible):
            continue
        last = argument.annotation or None
        start = (
            source.span(last)[1] if last else source.offset(argument.lineno, argument.col_offset) + len(name)
        )
        fix = None
        if len(node.args.defaults) == 1 and not node.args.kwonlyargs:
            fix = Fix("take out the default", (Edit(start, source.span(default)[1], ""),), safe=False)
        shown = ast.unparse(default)
        message = f"{node.name} always gets {name}={shown}: pytest fills in no parameter that has a default"
        yield Hit(argument, message, f"{name} without a default", fix)
