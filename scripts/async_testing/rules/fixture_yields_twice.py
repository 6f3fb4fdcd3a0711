"""A fixture yields more than once on one way through it.

## What it does

Looks for fixtures in which a second ``yield`` follows the first without a branch between them.

## Why is this bad

Pytest takes the first value and fails the teardown of every test that asks for the fixture.

## Example

```python
from collections.abc import Iterator

import pytest


@pytest.fixture
def user() -> Iterator[str]:
    yield "ann"
    yield "bo"  # error
```

## Use instead

```python
import pytest


@pytest.fixture(params=["ann", "bo"])
def user(request: pytest.FixtureRequest) -> str:
    return str(request.param)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT222"
SEVERITY = "error"
NEEDS = ("yield",)
ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
COMPOUND = (
    ast.If,
    ast.Try,
    ast.With,
    ast.AsyncWith,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Match,
    ast.TryStar,
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each second yield of a fixture."""
    for one in source.fixtures.own:
        yields = one.function.of(ast.Yield)
        if len(yields) < 2:
            continue
        second = _second(one.node.body, None)
        if second is not None:
            message = f"fixture {one.name} yields a second time: pytest fails the teardown"
            yield Hit(second, message, "one yield, or params=[...] for several values")


def _second(body: list[ast.stmt], before: ast.stmt | None) -> ast.stmt | None:
    """A plain yield that another one has surely come before, in a block and the ``with`` blocks of it."""
    for statement in body:
        if isinstance(statement, ENDS):
            return None
        if _yields(statement):
            if before is not None:
                return statement
            before = statement
        elif isinstance(statement, ast.With | ast.AsyncWith):
            inner = _second(statement.body, before)
            if inner is not None:
                return inner
            before = before or next((one for one in statement.body if _yields(one)), None)
        elif isinstance(statement, COMPOUND) and before is None and _has_yield(statement):
            return None
    return None


def _yields(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr | ast.Assign) and isinstance(value, ast.Yield)


def _has_yield(statement: ast.stmt) -> bool:
    return any(isinstance(one, ast.Yield) for one in ast.walk(statement))
