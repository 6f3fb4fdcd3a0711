"""A test is not laid out as arrange, act, assert.

## What it does

Wants a blank line or a comment between the parts of a test with more than three statements. A second act after
assertions on the first is reported too, at that act: an awaited call, or in a test that is not async the same call once
more. An assertion before anything was done, one that itself awaits, and reading once more what the act has left behind
are no acts.

## Why is this bad

Without parts a reader has to find out which line is the one that is tested. With two acts the first failure hides
whatever the second would have shown.

## Example

```python
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_create_returns_the_user() -> None:  # error
    conn = FakeConnection()
    conn.execute_return = [{"id": 7}]
    user = await UserDAO.create.__wrapped__(conn, "Ann")
    assert user.id == 7


@pytest.mark.asyncio
async def test_count_and_delete() -> None:
    conn = FakeConnection()
    conn.fetch_val_return = 1

    count = await UserDAO.count.__wrapped__(conn)
    assert count == 1

    await UserDAO.delete.__wrapped__(conn, 7)  # error
    assert conn.execute_calls[-1].parameters == [7]
```

## Use instead

```python
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_create_returns_the_user() -> None:
    conn = FakeConnection()
    conn.execute_return = [{"id": 7}]

    user = await UserDAO.create.__wrapped__(conn, "Ann")

    assert user.id == 7
```

## When it is wrong

A test of a sequence (log in, use, log out) has several acts by nature.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test, docstring
from async_testing.rules import Hit
from async_testing.rules.vague_test_name import words

CODE = "AT803"
STATUS = "checklist"
NEEDS = ("def test",)

SHORT = 3
"""So many statements need no sections."""
_READ = "get fetch read select rows row query list count refresh load find all one scalar scalars"
READING = frozenset(_READ.split())
"""Words of calls that look at what an act has left behind."""
_CHECKS = ("assert", "_assert", "check_", "verify_", "expect", "fail")
_RAISES = frozenset({"pytest.raises", "pytest.warns", "self.assertRaises", "pytest.RaisesGroup"})
_BLANK = re.compile(r"\s*(?:#.*)?$")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield tests without sections, and second acts."""
    for test in source.tests:
        body = test.function.body[1:] if docstring(test.function) else test.function.body
        if len(body) <= SHORT:
            continue
        parts = _parts(source, body)
        if len(parts) < 2:
            message = f"{test.name} runs through {len(body)} statements without arrange, act and assert"
            yield Hit(test.node, message, "a blank line before the act and one before the assertions")
            continue
        again = _second_act(source, test, body)
        if again is not None:
            message = f"{test.name} goes on after it has asserted"
            yield Hit(again, message, "a test of its own for the second act")


def _parts(source: SourceFile, body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements, split where a blank line or a comment stands between two of them."""
    parts: list[list[ast.stmt]] = [[body[0]]]
    for before, after in pairwise(body):
        decorators = getattr(after, "decorator_list", [])
        first = min([after.lineno, *(one.lineno for one in decorators)])
        between = source.lines[before.end_lineno or before.lineno : first - 1]
        if any(_BLANK.match(line) for line in between):
            parts.append([after])
        else:
            parts[-1].append(after)
    return parts


def _second_act(source: SourceFile, test: Test, body: list[ast.stmt]) -> ast.stmt | None:
    """The statement that acts once more between two assertions on what acts gave; None where there is none."""
    acts: set[str] = set()
    checked = False
    again: ast.stmt | None = None
    for statement in body:
        if _checks(source, statement):
            if again is not None:
                return again
            checked = bool(acts)
            continue
        act = _act(source, test, statement)
        reads = act not in acts and not READING.isdisjoint(words(act.rpartition(".")[2]))
        if act and checked and again is None and not reads and (test.is_async or act in acts):
            again = statement
        if act:
            acts.add(act)
    return None


def _checks(source: SourceFile, statement: ast.stmt) -> bool:
    """Whether a statement asserts: itself, by a method or helper named so, or because an error has to come."""
    if isinstance(statement, ast.Assert):
        return True
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any(source.called(one.context_expr) in _RAISES for one in statement.items)
    value = statement.value if isinstance(statement, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else source.dotted(value.func)
        return name.rpartition(".")[2].startswith(_CHECKS)
    return False


def _act(source: SourceFile, test: Test, statement: ast.stmt) -> str:
    """What a statement calls if that can be the act, empty otherwise."""
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
        return ""
    value = statement.value
    if test.is_async:
        return source.called(value.value) or "await" if isinstance(value, ast.Await) else ""
    return source.called(value)
