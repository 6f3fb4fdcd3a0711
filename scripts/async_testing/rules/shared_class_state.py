"""A test changes its class, which the next test of the class sees.

## What it does

Looks in test classes for attributes of the class that a test assigns (``self.__class__.user_id = …``, ``type(self)``,
the class by its name), and for lists, dicts and sets at the class's level that a test changes in place through
``self``.

## Why is this bad

pytest makes a new object of the class for each test, but the class stays. Such tests only pass in their order, and none
of them can be run alone.

## Example

```python
import pytest

from app.dao import UserDAO


class TestUserDAO:
    created: list[int] = []

    @pytest.mark.asyncio
    async def test_create_returns_an_id(self) -> None:
        user_id = await UserDAO.create("Ann")
        self.created.append(user_id)  # error
        type(self).user_id = user_id  # error
        assert user_id > 0

    @pytest.mark.asyncio
    async def test_fetch_by_id_finds_the_user(self) -> None:
        assert await UserDAO.fetch_by_id(self.created[0]) is not None
```

## Use instead

```python
import pytest

from app.dao import UserDAO


class TestUserDAO:
    @pytest.mark.asyncio
    async def test_fetch_by_id_finds_the_user(self, user_id: int) -> None:
        assert await UserDAO.fetch_by_id(user_id) is not None
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules.mutated_module_global import CHANGES, MADE

CODE = "AT815"
STATUS = "checklist"
NEEDS = ("class ",)

RESTORING = ("setup_method", "setUp", "asyncSetUp", "teardown_method", "tearDown", "asyncTearDown")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each change of a class by one of its tests."""
    for test in source.tests:
        if test.class_ is None:
            continue
        for statement, name in _changes(source, test.function, test.class_):
            if places.in_try_with_finally(source, statement) or _is_restored(source, test.class_, name):
                continue
            message = f"{test.class_.name}.{name} stays changed for the tests after this one"
            yield Hit(statement, message, "a fixture that makes it anew for each test")


def _changes(source: SourceFile, function: Scope, class_: Scope) -> Iterator[tuple[ast.stmt, str]]:
    kept = _containers(source, class_)
    own = {
        node.attr
        for node in function.of(ast.Attribute)
        if _is_self(node.value) and isinstance(node.ctx, ast.Store)
    }
    kept -= own
    assigns: list[ast.Assign | ast.AugAssign] = [*function.of(ast.Assign), *function.of(ast.AugAssign)]
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if isinstance(target, ast.Attribute) and _is_class(source, target.value, class_):
                yield assign, target.attr
            elif isinstance(target, ast.Subscript) and _is_kept(target.value, kept):
                yield assign, target.value.attr  # type: ignore[attr-defined]
    for plain in function.of(ast.Expr):
        func = plain.value.func if isinstance(plain.value, ast.Call) else None
        if isinstance(func, ast.Attribute) and func.attr in CHANGES and _is_kept(func.value, kept):
            yield plain, func.value.attr  # type: ignore[attr-defined]


def _containers(source: SourceFile, class_: Scope) -> set[str]:
    plain: list[ast.Assign | ast.AnnAssign] = [*class_.of(ast.Assign), *class_.of(ast.AnnAssign)]
    found: set[str] = set()
    for assign in plain:
        value = assign.value
        if isinstance(value, ast.List | ast.Dict | ast.Set) or source.called(value) in MADE:
            targets = assign.targets if isinstance(assign, ast.Assign) else [assign.target]
            found.update(one.id for one in targets if isinstance(one, ast.Name))
    return found


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_kept(node: ast.expr, kept: set[str]) -> bool:
    return isinstance(node, ast.Attribute) and _is_self(node.value) and node.attr in kept


def _is_class(source: SourceFile, node: ast.expr, class_: Scope) -> bool:
    """Whether an expression is the class: by its name, ``type(self)`` or ``self.__class__``."""
    if isinstance(node, ast.Name):
        return node.id == class_.name
    if isinstance(node, ast.Call):
        return source.called(node) == "type" and len(node.args) == 1 and _is_self(node.args[0])
    return isinstance(node, ast.Attribute) and node.attr == "__class__" and _is_self(node.value)


def _is_restored(source: SourceFile, class_: Scope, name: str) -> bool:
    """Whether a fixture or hook of the class sets or clears it."""
    methods = [
        one for one in class_.children if one.name in RESTORING or id(one.node) in source.fixtures.by_function
    ]
    return any(node.attr == name for method in methods for node in method.of(ast.Attribute))
