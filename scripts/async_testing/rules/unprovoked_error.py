"""An error path of a DAO, service or router function is provoked by no test.

## What it does

Looks at the modules of the project when all of its tests are checked. Of a DAO, service or router function that has
tests (they call it, or ask for its route) each error is looked for in them: one that it raises, that a private helper
raises for it, or that it makes of what it catches. It is provoked where a test expects that class or one of its bases,
compares with its status, or makes that happen which is caught. A function without any test is another rule's matter.

## Why is this bad

Each ``raise`` and each ``except`` is a promise to the caller: a 404 and no 500, a conflict and no second row. Only a
test that makes it happen keeps it.

## Example

```python
# file: app/user_dao.py
class UserNotFound(Exception): ...


class NameTaken(Exception): ...


async def rename_user(conn, user_id: int, name: str) -> None:
    if await conn.fetchval("SELECT 1 FROM users WHERE name = $1", name):
        raise NameTaken(name)  # error
    if await conn.execute("UPDATE users SET name = $1 WHERE id = $2", name, user_id) == "UPDATE 0":
        raise UserNotFound(user_id)

# file: tests/test_user_dao.py
import pytest

from app.user_dao import UserNotFound, rename_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_rename_user_of_nobody_is_refused(fake_connection: FakeConnection) -> None:
    fake_connection.execute_return = "UPDATE 0"

    with pytest.raises(UserNotFound):
        await rename_user(fake_connection, 7, "Ann")
```

## Use instead

```python
# file: app/user_dao.py
class UserNotFound(Exception): ...


class NameTaken(Exception): ...


async def rename_user(conn, user_id: int, name: str) -> None:
    if await conn.fetchval("SELECT 1 FROM users WHERE name = $1", name):
        raise NameTaken(name)
    if await conn.execute("UPDATE users SET name = $1 WHERE id = $2", name, user_id) == "UPDATE 0":
        raise UserNotFound(user_id)

# file: tests/test_user_dao.py
import pytest

from app.user_dao import NameTaken, UserNotFound, rename_user
from tests.fakes import FakeConnection


@pytest.mark.asyncio
async def test_rename_user_of_nobody_is_refused(fake_connection: FakeConnection) -> None:
    fake_connection.execute_return = "UPDATE 0"

    with pytest.raises(UserNotFound):
        await rename_user(fake_connection, 7, "Ann")


@pytest.mark.asyncio
async def test_rename_user_to_a_taken_name_is_refused(fake_connection: FakeConnection) -> None:
    fake_connection.fetchval_return = 1

    with pytest.raises(NameTaken):
        await rename_user(fake_connection, 7, "Ann")
```

## When it is wrong

Where one class is raised in several places, a test of one of them is taken for a test of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.rules import Hit
from async_testing.rules._exercised import ERRORS

if TYPE_CHECKING:
    from async_testing.subjects.model import Function
    from async_testing.subjects.reach import Module, Project
    from async_testing.subjects.suites import Test

CODE = "AT817"
STATUS = "checklist"

_LAYERS = ("dao", "service", "router")
_ANY = frozenset({"Exception", "BaseException"})
_UNMEANT = frozenset({"NotImplementedError", "AssertionError", "SystemExit", "Exit", "StopIteration"})
"""Errors that are no answer to a caller."""


class Way(NamedTuple):
    """An error that a function can end in."""

    line: int
    name: str
    status: int | None
    when: str
    causes: frozenset[str]
    """What is caught, where it comes of that."""


def check_module(module: Module, project: Project) -> Iterator[Hit]:
    """Yield each error path of a tested function that none of its tests takes."""
    seen: set[int] = set()
    for function in module.functions:
        ways = [one for one in _ways(function) if one.line not in seen]
        tests = project.tests_of(module, function) if ways and function.layer in _LAYERS else []
        for one in ways if tests else ():
            if not _is_provoked(one, tests, project.family(one.name)) and not project.is_expected_about(
                module, function, one.name, one.status
            ):
                seen.add(one.line)
                told = f"{one.name}{f' ({one.status})' if one.status else ''}"
                message = f"{function.name} ends in {told}{one.when}, and no test provokes that"
                yield Hit(one.line, message, _instead(function, one))


def _ways(function: Function) -> Iterator[Way]:
    for one in function.raises:
        name = one.exception.rpartition(".")[2]
        if name[:1].isupper() and name not in _UNMEANT:
            when = f" when {one.condition}" if one.condition else ""
            yield Way(one.line, name, one.status, when, frozenset())
    for mapping in function.mappings:
        name = mapping.raises.rpartition(".")[2]
        if (
            mapping.outcome == "raises"
            and name[:1].isupper()
            and name not in _UNMEANT
            and name.isidentifier()
        ):
            causes = frozenset(one.rpartition(".")[2] for one in mapping.catches)
            yield Way(mapping.line, name, mapping.status, f" on {', '.join(mapping.catches)}", causes)


def _is_provoked(way: Way, tests: list[Test], family: frozenset[str]) -> bool:
    """Whether one of a function's tests expects an error, or might without our being able to tell."""
    for test in tests:
        expected = test.raises | (test.words & (family | way.causes - _ANY))
        if expected & (family | _ANY | way.causes) or any(not one[:1].isupper() for one in test.raises):
            return True
        if way.status in test.statuses:
            return True
        failing = any(one >= 400 for one in test.statuses)
        if way.status is None and (failing or (not test.raises and test.name_words & ERRORS)):
            return True
    return False


def _instead(function: Function, way: Way) -> str:
    if function.route is not None and way.status:
        return f"a test that makes it happen, asks for {function.route.path} and compares with {way.status}"
    return f"a test with pytest.raises({way.name}) around the call"
