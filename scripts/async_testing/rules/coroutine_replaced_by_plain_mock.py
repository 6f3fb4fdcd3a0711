"""An async function is patched with something whose calls cannot be awaited.

## What it does

Looks for ``patch`` and ``monkeypatch.setattr`` on an ``async def`` of the project where the replacement is a
MagicMock, a Mock or a lambda that gives a plain value.

## Why is this bad

The code under test awaits what the call gives, and that is a TypeError: either the test sees it, or an ``except``
hides it and the test checks the wrong branch.

## Example

```python
# file: app/users.py
async def load(key: int) -> dict[str, int]:
    return {"id": key}

# file: tests/test_users.py
from unittest.mock import MagicMock, patch

import app.users
import pytest


@pytest.mark.asyncio
async def test_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.users, "load", lambda key: {"id": 1})  # error
    with patch("app.users.load", MagicMock(return_value={"id": 1})):  # error
        pass
    with patch.object(app.users, "load", new_callable=MagicMock):  # error
        pass
```

## Use instead

```python
# file: app/users.py
async def load(key: int) -> dict[str, int]:
    return {"id": key}

# file: tests/test_users.py
from unittest.mock import AsyncMock

import app.users
import pytest


@pytest.mark.asyncio
async def test_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.users, "load", AsyncMock(return_value={"id": 1}))
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT316"
SEVERITY = "error"
NEEDS = ("patch",)

_PLAIN = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.JoinedStr, ast.Compare, ast.BinOp)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each such patch."""
    for call, target in targets.all_of(source):
        by = _plain(source, call, target)
        if not by:
            continue
        found = targets.replaced(source, target)
        if found is not None and found.is_coroutine:
            name = f"{target.owner}.{target.name}"
            yield Hit(
                call,
                f"{name} is awaited, but {by} gives nothing that can be awaited",
                f"AsyncMock(return_value=...) in the place of {target.name}",
            )


def _plain(source: SourceFile, call: ast.Call, target: targets.Target) -> str:
    """What the target is replaced by, where its calls give a plain value."""
    new = target.new
    if new is None:
        callable_ = mocks.keyword(call, "new_callable")
        prefix, _, last = source.dotted(callable_).rpartition(".")
        others = any(one.arg in ("side_effect", "return_value", None) for one in call.keywords)
        return last if prefix in mocks.MODULES and last in ("MagicMock", "Mock") and not others else ""
    if isinstance(new, ast.Lambda):
        return "the lambda" if isinstance(new.body, _PLAIN) else ""
    if not isinstance(new, ast.Call) or mocks.maker_kind(source, new) not in ("MagicMock", "Mock"):
        return ""
    if new.args or any(
        one.arg in ("side_effect", "wraps", None) or one.arg in mocks.SPECS for one in new.keywords
    ):
        return ""
    given = mocks.keyword(new, "return_value")
    return mocks.maker_kind(source, new) if given is None or isinstance(given, _PLAIN) else ""
