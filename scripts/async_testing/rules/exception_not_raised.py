"""An exception is made and not raised: ``raise`` is missing before it.

## What it does

Looks for statements that only call a class of exceptions, and for ``pytest.fail`` and ``pytest.skip`` without the
parentheses of a call.

## Why is this bad

The object is thrown away. What should have failed the test, or the fake, goes on.

## Example

```python
import pytest


async def handle(name: str, found: dict[str, str]) -> str:
    return found.get(name, "")


@pytest.mark.asyncio
async def test_handle() -> None:
    if await handle("ann", {}) != "":
        AssertionError("nobody of that name")  # error
```

## Use instead

```python
import pytest


async def handle(name: str, found: dict[str, str]) -> str:
    return found.get(name, "")


@pytest.mark.asyncio
async def test_handle() -> None:
    assert await handle("ann", {}) == ""
```
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT533"
SEVERITY = "error"
NEEDS = ("Error(", "Exception(", "Exit(", "Interrupt(", "Warning(", "pytest.fail", "pytest.skip")
ENDING = frozenset({"pytest.fail", "pytest.skip", "pytest.xfail", "pytest.exit"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each exception that is made in vain."""
    if not asserts.is_testing(source):
        return
    for statement in source.all(ast.Expr):
        value = statement.value
        if isinstance(value, ast.Attribute) and source.dotted(value) in ENDING:
            shown = source.dotted(value)
            _, end = source.span(value)
            fix = Fix("call it", (Edit(end, end, "()"),), safe=False)
            yield Hit(statement, f"{shown} is named and not called: the code goes on", f"{shown}(...)", fix)
        elif (isinstance(value, ast.Call) and _is_exception(source, value)) and (
            not asserts.expects(source, statement)
        ):
            start, _ = source.span(value)
            shown = source.called(value)
            fix = Fix("raise it", (Edit(start, start, "raise "),), safe=False)
            yield Hit(
                statement, f"{shown} is made and not raised: the code goes on", f"raise {shown}(...)", fix
            )


def _is_exception(source: SourceFile, call: ast.Call) -> bool:
    """Whether a call makes an exception: one of Python's, or of a class of the project with such a base."""
    name = source.called(call)
    if not name:
        return False
    if "." not in name:
        known = getattr(builtins, name, None)
        if isinstance(known, type) and issubclass(known, BaseException):
            return source.module.child(name) is None
    if not name.endswith(("Error", "Exception")):
        return False
    found = source.workspace.definition(source, name)
    if found is None or not isinstance(found.scope.node, ast.ClassDef):
        return False
    return any(found.source.dotted(one).endswith(("Error", "Exception")) for one in found.scope.node.bases)
