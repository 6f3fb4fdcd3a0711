"""A test asserts that something was not logged, at a level that is not recorded.

## What it does

Looks for tests that only assert what ``caplog`` does not hold, where neither the test, its file, a conftest nor the
configuration sets a level, and no module that the tests import from logs warnings or errors.

## Why is this bad

Without a level, records below WARNING are not captured. That a debug message is missing is true of any code.

## Example

```python
import logging

import pytest


async def login(password: str) -> bool:
    logging.getLogger("app").debug("login with %s", password)
    return True


@pytest.mark.asyncio
async def test_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert await login("secret")
    assert "secret" not in caplog.text  # error
```

## Use instead

```python
import logging

import pytest


async def login(password: str) -> bool:
    logging.getLogger("app").debug("login")
    return True


@pytest.mark.asyncio
async def test_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert await login("secret")
    assert "secret" not in caplog.text
```

## When it is wrong

Where the message would be a warning or an error, it would be recorded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import unawaited
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT538"
STATUS = "preview"
NEEDS = ("caplog",)
LOGGED = frozenset({"text", "records", "messages", "record_tuples"})
_WARNS = re.compile(r"\.(?:warning|warn|error|exception|critical)\(")
SETTING = ("set_level", "at_level", "setLevel", "basicConfig", "dictConfig", "configure_logging")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first such assert of each test."""
    if any(word in source.text for word in SETTING) or source.config.option("log_level"):
        return
    if any(word in one.text for one in source.workspace.conftests(source.path) for word in SETTING):
        return
    if any(_WARNS.search(text) for text in _under_test(source)):
        return
    for test in source.tests:
        scope = test.function
        if "caplog" not in test.parameters:
            continue
        found = [(one, _claim(source, one.test)) for one in scope.of(ast.Assert)]
        negative = [one for one, claim in found if claim is False]
        if negative and len(negative) == unawaited.loaded(scope, "caplog"):
            message = "without a level, no info or debug message is recorded: this would not see one"
            yield Hit(negative[0], message, "caplog.set_level(logging.DEBUG) before")


def _under_test(source: SourceFile) -> Iterator[str]:
    """The text of the file and of the modules of the project that it imports from."""
    yield source.text
    for name in sorted(set(source.imports.values())):
        for module in (name, name.rpartition(".")[0]):
            path = source.workspace.locate(source.path, module) if module.strip(".") else None
            if path:
                yield source.workspace.text(path) or ""


def _claim(source: SourceFile, node: ast.expr) -> bool | None:
    """False where an assert says that something was not logged, None where it is about anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return False if _logged(source, node.operand) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        right = node.comparators[0]
        if isinstance(node.ops[0], ast.NotIn) and _logged(source, right):
            return False
        empty = (isinstance(right, ast.List) and not right.elts) or (
            isinstance(right, ast.Constant) and right.value == ""
        )
        if isinstance(node.ops[0], ast.Eq) and empty and _logged(source, node.left):
            return False
    return None


def _logged(source: SourceFile, node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in LOGGED and source.dotted(node.value) == "caplog"
