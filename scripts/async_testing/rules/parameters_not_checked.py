"""A test of a DAO looks at the statement, and not at its parameters.

## What it does

Looks in tests of DAOs for a recorded call of which only the statement is used: unpacked with the parameters left aside,
or taken by its index. A call of the DAO without arguments of its own needs no parameters.

## Why is this bad

``WHERE id = $1`` with the wrong value finds another user. Statements are right or wrong together with their values.

## Example

```python
# file: tests/test_user_dao.py
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_delete_sends_one_statement() -> None:
    conn = FakeConnection()

    await UserDAO.delete.__wrapped__(conn, 7)

    stmt, _ = conn.execute_calls[0]  # error
    assert "DELETE FROM users" in stmt


@pytest.mark.asyncio
async def test_rename_updates_the_user() -> None:
    conn = FakeConnection()

    await UserDAO.rename.__wrapped__(conn, 7, "Ann")

    assert "UPDATE users" in conn.execute_calls[0][0]  # error
```

## Use instead

```python
# file: tests/test_user_dao.py
import pytest

from app.dao import UserDAO
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_delete_sends_one_statement() -> None:
    conn = FakeConnection()

    await UserDAO.delete.__wrapped__(conn, 7)

    stmt, parameters = conn.execute_calls[0]
    assert stmt == "DELETE FROM users WHERE id = $1"
    assert parameters == [7]
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.rules import Hit
from async_testing.rules._statements import acts, connections

CODE = "AT814"
STATUS = "checklist"
NEEDS = ("call",)

_CALL = re.compile(r"(?:calls\[-?\d+\]|(?:call|await)_args(?:_list\[-?\d+\])?)(?:\.args|\[0\])?$")
_VALUES = re.compile(
    r"param|values|meaning|binds|\.kwargs|_with\(|(?:calls\[-?\d+\]|args|\[0\])(?:\.args)?\[(?:1|-1|1:)"
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each place where a recorded call is used for its statement only."""
    if source.layer != "dao":
        return
    for test in source.tests:
        text = source.segment(test.node)
        if ("_calls" not in text and "_args" not in text) or not _needs_parameters(source, test):
            continue
        where = _unpacked(source, test) or (None if _VALUES.search(text) else _indexed(source, test))
        if where is not None:
            message = f"{test.name} looks at the statement and not at its parameters"
            yield Hit(where, message, "compare number and values of the parameters too")


def _needs_parameters(source: SourceFile, test: Test) -> bool:
    """Whether the DAO is given more than its connection."""
    given = [call for name in connections(source, test) for call in acts(test, name)]
    return any(len(call.args) + len(call.keywords) > 1 for call in given)


def _unpacked(source: SourceFile, test: Test) -> ast.stmt | None:
    """``stmt, _ = conn.execute_calls[0]``, also where the second name is never used."""
    for assign in test.function.within(ast.Assign):
        target = assign.targets[0]
        if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or not _is_call(source, assign.value):
            continue
        values = target.elts[1]
        if isinstance(values, ast.Name) and not _is_used(test, values.id):
            return assign
    return None


def _is_call(source: SourceFile, node: ast.expr) -> bool:
    return bool(_CALL.search(source.segment(node)))


def _is_used(test: Test, name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load)
        for one in ast.walk(test.node)
    )


def _indexed(source: SourceFile, test: Test) -> ast.stmt | None:
    """``conn.execute_calls[0][0]``, in a test that takes nothing else of a call."""
    for part in test.function.within(ast.Subscript):
        first = isinstance(part.slice, ast.Constant) and part.slice.value == 0
        if (
            first
            and _is_call(source, part.value)
            and source.segment(part.value).rpartition(".")[2] != "calls"
        ):
            statement = source.statement(part)
            return statement if isinstance(statement, ast.stmt) else None
    return None
