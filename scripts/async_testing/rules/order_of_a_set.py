"""An assertion depends on the order of a set of texts, which is another in each run.

## What it does

Looks for asserts that compare ``list(...)`` or ``tuple(...)`` of a set with texts in it, written right there or in a
variable of the test, with anything in order; and for its first member by ``next(iter(...))``, ``pop()`` or an index.

## Why is this bad

The order of texts in a set depends on Python's hash seed, a new one for each process. The test is green on one run and
red on the next.

## Example

```python
import pytest


async def topics(events: list[str]) -> list[str]:
    return [event.split(".")[0] for event in events]


@pytest.mark.asyncio
async def test_topics() -> None:
    found = await topics(["user.created", "order.paid"])
    assert list(set(found)) == ["user", "order"]  # error
    assert found == list({"user", "order"})  # error
```

## Use instead

```python
import pytest


async def topics(events: list[str]) -> list[str]:
    return [event.split(".")[0] for event in events]


@pytest.mark.asyncio
async def test_topics() -> None:
    found = await topics(["user.created", "order.paid"])
    assert sorted(found) == ["order", "user"]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT622"
NEEDS = ("list(", "tuple(")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such comparison."""
    if not is_testing(source):
        return
    for scope in source.functions:
        for statement in scope.of(ast.Assert):
            test = statement.test
            if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
                continue
            left, right = test.left, test.comparators[0]
            for one, other in ((left, right), (right, left)):
                if _is_ordered_set(source, one, other, scope):
                    message = f"the order of {ast.unparse(one)[:60]} is another in each run"
                    yield Hit(statement, message, "compare sets, or sorted(...)")
                    break


def _is_ordered_set(source: SourceFile, node: ast.expr, other: ast.expr, scope: Scope) -> bool:
    """Whether an expression puts a set of several texts in a row, as it is or by what it is compared with."""
    if not isinstance(node, ast.Call) or source.called(node) not in ("list", "tuple") or len(node.args) != 1:
        return False
    inner = _claims.value(source, node.args[0], scope)
    if _texts(inner) > 1:
        return True
    made = isinstance(inner, ast.SetComp) or source.called(inner) in ("set", "frozenset")
    return made and isinstance(other, ast.List | ast.Tuple) and _count(other.elts) > 1


def _texts(node: ast.expr) -> int:
    """How many texts a set is written with, what is united with it included."""
    if isinstance(node, ast.Set):
        return _count(node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return max(_texts(node.left), _texts(node.right))
    return 0


def _count(nodes: list[ast.expr]) -> int:
    return sum(isinstance(one, ast.Constant) and isinstance(one.value, str | bytes) for one in nodes)
