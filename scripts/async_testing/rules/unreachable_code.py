"""Code of a test or fixture stands behind its return or raise: it never runs.

## What it does

Looks for statements that follow ``return``, ``raise`` or ``pytest.fail()`` in the same block of a test or fixture,
such as a fixture's teardown behind ``return`` where ``yield`` was meant.

## Why is this bad

What stands there looks like a check or a cleanup and is none.

## Example

```python
import pytest


@pytest.fixture
def names() -> list[str]:
    made = ["ann"]
    return made
    made.clear()  # error
```

## Use instead

```python
from collections.abc import Iterator
from itertools import pairwise

import pytest


@pytest.fixture
def names() -> Iterator[list[str]]:
    made = ["ann"]
    yield made
    made.clear()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT223"
SEVERITY = "error"
NEEDS = ("return", "raise", "pytest.fail")
_LEAVING = {ast.Return, ast.Raise}
BLOCKS = (ast.If, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While, ast.Try)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first statement of each piece of code that cannot be reached."""
    fixtures = [(one.function, "fixture") for one in source.fixtures.own]
    failing = {id(scope) for scope, _ in source.calls("fail")}
    for function, what in [*((test.function, "test") for test in source.tests), *fixtures]:
        if not function.nodes.keys() & _LEAVING and id(function) not in failing:
            continue
        blocks = [function.body]
        for kind in BLOCKS:
            for node in function.of(kind):
                blocks += [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        for handler in function.of(ast.ExceptHandler):
            blocks.append(handler.body)
        for block in blocks:
            yield from _behind(source, function, what, block)


def _behind(source: SourceFile, function: Scope, what: str, block: list[ast.stmt]) -> Iterator[Hit]:
    for statement, after in pairwise(block):
        if not _ends(source, statement):
            continue
        rest = [node for one in block if one.lineno >= after.lineno for node in ast.walk(one)]
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in rest) and what == "test":
            return
        if isinstance(after, ast.Pass | ast.Raise | ast.Return) or (
            isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        ):
            return
        if not isinstance(statement, ast.Return) and any(isinstance(node, ast.Yield) for node in rest):
            return
        word = (
            "return"
            if isinstance(statement, ast.Return)
            else "raise"
            if isinstance(statement, ast.Raise)
            else "fail"
        )
        message = f"this code of the {what} {function.name} stands behind its {word}: it never runs"
        instead = (
            "yield in place of return"
            if what == "fixture" and word == "return"
            else "it before, or not at all"
        )
        yield Hit(after, message, instead)
        return


def _ends(source: SourceFile, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return | ast.Raise):
        return True
    return isinstance(statement, ast.Expr) and source.called(statement.value) == "pytest.fail"
