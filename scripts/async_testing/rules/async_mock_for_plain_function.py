"""A plain function is patched with an AsyncMock, so that its caller gets a coroutine for a value.

## What it does

Looks for ``patch`` and ``monkeypatch.setattr`` with an AsyncMock on a ``def`` of the project that gives nothing to
await.

## Why is this bad

The code under test does not await the call. It goes on with a coroutine, which is true and has none of the value's
attributes.

## Example

```python
# file: app/flags.py
def is_enabled(name: str) -> bool:
    return name == "beta"

# file: tests/test_flags.py
from unittest.mock import AsyncMock, patch

import pytest


@pytest.mark.asyncio
async def test_disabled() -> None:
    with patch("app.flags.is_enabled", new_callable=AsyncMock) as enabled:  # error
        enabled.return_value = False
        assert enabled is not None
```

## Use instead

```python
# file: app/flags.py
def is_enabled(name: str) -> bool:
    return name == "beta"

# file: tests/test_flags.py
from unittest.mock import patch

import app.flags
import pytest


def state() -> str:
    return "on" if app.flags.is_enabled("beta") else "off"


@pytest.mark.asyncio
async def test_disabled() -> None:
    with patch("app.flags.is_enabled", return_value=False):
        assert state() == "off"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit

CODE = "AT317"
SEVERITY = "error"
NEEDS = ("AsyncMock",)

_PLAIN = frozenset(
    {"bool", "int", "str", "float", "bytes", "dict", "list", "set", "tuple", "datetime", "None", "UUID"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such patch."""
    for call, target in targets.all_of(source):
        if not _is_async_mock(source, call, target):
            continue
        found = targets.replaced(source, target)
        if found is not None and _is_plain(found):
            yield Hit(
                call,
                f"{target.owner}.{target.name} is a plain function: in its place an AsyncMock gives a coroutine",
                f"MagicMock(return_value=...) in the place of {target.name}",
            )


def _is_async_mock(source: SourceFile, call: ast.Call, target: targets.Target) -> bool:
    if target.new is not None:
        return mocks.maker_kind(source, target.new) == "AsyncMock"
    prefix, _, last = source.dotted(mocks.keyword(call, "new_callable")).rpartition(".")
    return last == "AsyncMock" and prefix in mocks.MODULES


def _is_plain(found: Definition) -> bool:
    """Whether a function's calls surely give nothing to await."""
    node = found.scope.node
    if not isinstance(node, ast.FunctionDef) or found.scope.is_generator or node.decorator_list:
        return False
    if node.returns is not None:
        name = node.returns.value if isinstance(node.returns, ast.Subscript) else node.returns
        last = found.source.dotted(name).rpartition(".")[2]
        return last in _PLAIN or (isinstance(name, ast.Constant) and name.value is None)
    returned = [one.value for one in found.scope.of(ast.Return)]
    kinds = (
        ast.Constant,
        ast.Dict,
        ast.List,
        ast.Compare,
        ast.JoinedStr,
        ast.BoolOp,
        ast.DictComp,
        ast.ListComp,
    )
    return bool(returned) and all(one is None or isinstance(one, kinds) for one in returned)
