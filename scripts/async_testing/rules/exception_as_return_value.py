"""A mock is told to return an exception, where it was meant to raise it.

## What it does

Looks for an exception, or a class of exceptions, as ``return_value`` of a mock, and for ``side_effect`` with a lambda
that gives one.

## Why is this bad

The exception comes out as an ordinary value, and a true one. The branch that handles the failure never runs, and a
test that only asks whether something came back is green.

## Example

```python
from unittest.mock import AsyncMock

import pytest


async def push(remote: AsyncMock, data: bytes) -> bool:
    try:
        return bool(await remote.put(data))
    except TimeoutError:
        return False


@pytest.mark.asyncio
async def test_push_survives_a_timeout() -> None:
    remote = AsyncMock()
    remote.put = AsyncMock(return_value=TimeoutError("slow"))  # error
    remote.get.return_value = TimeoutError  # error
    assert isinstance(await push(remote, b"1"), bool)
```

## Use instead

```python
from unittest.mock import AsyncMock

import pytest


async def push(remote: AsyncMock, data: bytes) -> bool:
    try:
        return bool(await remote.put(data))
    except TimeoutError:
        return False


@pytest.mark.asyncio
async def test_push_survives_a_timeout() -> None:
    remote = AsyncMock()
    remote.put = AsyncMock(side_effect=TimeoutError("slow"))
    assert await push(remote, b"1") is False
```
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT326"
SEVERITY = "error"
NEEDS = _SETTINGS = ("return_value", "side_effect")
_MEANT = re.compile(
    r"exc|err|fail|fault|outcome|except|warning|problem|gather|class|type|check|health|result|reason",
    re.IGNORECASE,
)
"""What gives an exception on purpose is called after that: ``task.exception``, ``make_error``, ``healthcheck``."""


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each mock that returns an exception."""
    for setting in _SETTINGS:
        for _, assign, target in source.settings.get(setting, ()):
            name = _given(source, setting, assign.value) if target is assign.targets[0] else ""
            if not name or _MEANT.search(ast.unparse(target.value).rpartition(".")[2]):
                continue
            if mocks.spelled(target):
                yield _hit(assign, name)
        for _, call, one in source.keywords.get(setting, ()):
            name = _given(source, setting, one.value)
            if not name or not (mocks.maker_kind(source, call) or mocks.patch_kind(source, call)):
                continue
            if not _MEANT.search(_for(source, call)):
                yield _hit(one.value, name)


def _hit(where: ast.stmt | ast.expr, name: str) -> Hit:
    message = f"the call returns {name} as a value, it does not raise it"
    return Hit(where, message, f"side_effect={name}(...)")


def _for(source: SourceFile, call: ast.Call) -> str:
    """What a mock is made for: the variable, attribute or keyword it becomes, or the target of the patch."""
    around = source.parent(call)
    if isinstance(around, ast.Assign):
        return ast.unparse(around.targets[0]).rpartition(".")[2]
    if isinstance(around, ast.Call):
        given = next((one.arg for one in around.keywords if one.value is call), None)
        if given:
            return given
    texts = [
        one.value for one in call.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return texts[-1].rpartition(".")[2] if texts else ""


def _given(source: SourceFile, setting: str | None, value: ast.expr) -> str:
    """The exception that a setting makes a call return, empty where it does not."""
    if setting == "side_effect":
        made = value.body if isinstance(value, ast.Lambda) else None
        return _exception(source, made.func) if isinstance(made, ast.Call) else ""
    if setting != "return_value":
        return ""
    return _exception(source, value.func if isinstance(value, ast.Call) else value)


def _exception(source: SourceFile, node: ast.expr) -> str:
    """The name of a class of exceptions, empty for anything else."""
    name = source.dotted(node)
    known = getattr(builtins, name, None) if "." not in name else None
    if isinstance(known, type):
        return name if issubclass(known, BaseException) else ""
    last = name.rpartition(".")[2]
    named = last.endswith(("Error", "Exception")) and last[:1].isupper()
    if not named or _is_callable_here(source, last):
        return ""
    return last


def _is_callable_here(source: SourceFile, name: str) -> bool:
    """Whether the file defines something of that name that is no exception: a model called ``ApiError``."""
    found = source.module.child(name)
    if found is None or not isinstance(found.node, ast.ClassDef):
        return found is not None
    bases = [source.dotted(one).rpartition(".")[2] for one in found.node.bases]
    return not any(base.endswith(("Error", "Exception", "Warning")) for base in bases)
