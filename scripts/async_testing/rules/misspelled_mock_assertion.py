"""A mock is asked for an assertion that it does not have, and answers with another mock.

## What it does

Looks for names that read like assertions of ``unittest.mock`` and are none: ``called_once_with(...)``,
``has_been_called_with(...)``, ``assert repo.save.called_once``, ``assert_called_onec()``.

## Why is this bad

A mock makes up any attribute that it is asked for. The made-up one is true and takes every argument, so that the check
passes whatever the code did. A few of these names raise AttributeError since Python 3.12, most still do not.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    await repo.save(name)


@pytest.mark.asyncio
async def test_register_saves_the_user() -> None:
    repo = AsyncMock()
    await register(repo, "Ann")
    assert repo.save.called_once_with("Ann")  # error
    repo.save.has_been_called_with("Ann")  # error
    assert repo.save.awaited_once  # error
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def register(repo: AsyncMock, name: str) -> None:
    await repo.save(name)


@pytest.mark.asyncio
async def test_register_saves_the_user() -> None:
    repo = AsyncMock()
    await register(repo, "Ann")
    repo.save.assert_awaited_once_with("Ann")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.mocknames import made_up, mistaken
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT304"
SEVERITY = "error"
NEEDS = ("call", "await")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each statement that asks a mock for an assertion it does not have."""
    for scope, statement in source.each(ast.Expr):
        value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        name = value.func if isinstance(value, ast.Call) else None
        if not isinstance(value, ast.Call) or not isinstance(name, ast.Attribute):
            continue
        if _is_wrong(source, scope, name, called=True):
            yield _hit(source, statement, name, value)
    for scope, asserted in source.each(ast.Assert):
        test = asserted.test.value if isinstance(asserted.test, ast.Await) else asserted.test
        if isinstance(test, ast.Compare):
            test = test.left
        call = test if isinstance(test, ast.Call) else None
        name = call.func if call else test
        if not isinstance(name, ast.Attribute) or name.attr.startswith(("not_", "never_")):
            continue
        if _is_wrong(source, scope, name, called=call is not None):
            yield _hit(source, asserted, name, call)


def _is_wrong(source: SourceFile, scope: Scope, name: ast.Attribute, called: bool) -> bool:
    attr = name.attr
    strict, loose, typo = mistaken(attr)
    if not (strict or loose or (typo and called)) or _is_defined(source, attr):
        return False
    found = mocks.of(source).of(name.value, scope)
    if found is not None:
        return found.kind != "spy"
    return strict and _uses_mocks(source) and not _is_something_else(source, scope, name.value)


def _is_something_else(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether an object has a class of its own, which may have such a method."""
    kind = source.type_of(node, scope).rpartition(".")[2]
    return bool(kind) and kind not in mocks.KINDS


def _uses_mocks(source: SourceFile) -> bool:
    return "mocker" in source.text or any(
        name.startswith(("unittest.mock", "mock")) for name in source.imports.values()
    )


def _is_defined(source: SourceFile, attr: str) -> bool:
    """Whether the file itself gives something an attribute or method of that name."""
    if any(function.name == attr for function in source.functions):
        return True
    return attr in source.settings


def _hit(
    source: SourceFile, statement: ast.Expr | ast.Assert, name: ast.Attribute, call: ast.Call | None
) -> Hit:
    owner = source.segment(name.value)
    right = meant(name.attr)
    fix = None
    if call is not None or isinstance(statement, ast.Assert):
        arguments = source.text[source.span(name)[1] : source.span(call)[1]] if call else "()"
        told = call is not None or not right.endswith(("_with", "_calls", "_awaits", "_call", "_await"))
        if right and told and not isinstance(_test(statement), ast.Compare):
            start, end = source.span(statement)
            fix = Fix(f"call {right}", (Edit(start, end, f"{owner}.{right}{arguments}"),), safe=False)
    message = f"a mock has no {name.attr}: {owner}.{name.attr} {made_up(name.attr)}"
    instead = f"{owner}.{right}(...)" if right else f"assert {owner}.call_count == ..."
    return Hit(statement, message, " ".join(instead.split()), fix)


def _test(statement: ast.Expr | ast.Assert) -> ast.expr:
    return statement.test if isinstance(statement, ast.Assert) else statement.value


def meant(attr: str) -> str:
    """The assertion that a wrong name stands for, empty where it is a number of calls."""
    lower = attr.lower()
    verb, noun = ("awaited", "await") if "await" in lower else ("called", "call")
    if "twice" in lower or "thrice" in lower or "times" in lower:
        return ""
    if "not_" in lower or "never" in lower:
        return f"assert_not_{verb}"
    if lower.startswith("any") or "any_" in lower:
        return f"assert_any_{noun}"
    if f"{noun}s" in lower:
        return f"assert_has_{noun}s"
    once = "_once" if "onc" in lower or "one" in lower else ""
    return f"assert_{verb}{once}{'_with' if 'wi' in lower else ''}"
