"""A function is replaced by the class of a mock, not by a mock.

## What it does

Looks for ``patch("app.load", AsyncMock)`` and ``monkeypatch.setattr(app, "load", MagicMock)``, where the target is no
class by its name, and for ``return_value = MagicMock`` without parentheses.

## Why is this bad

Each call then makes a new mock whose spec is the first argument. A MagicMock comes out whatever was asked, and an
AsyncMock object cannot be awaited at all.

## Example

```python
# file: app/users.py
def load(key: int) -> dict[str, int]:
    return {"id": key}


def number(key: int) -> int:
    return load(key)["id"]


# file: tests/test_users.py
from unittest.mock import MagicMock, patch

import app.users
import pytest


@pytest.mark.asyncio
async def test_load() -> None:
    with patch("app.users.load", MagicMock):  # error
        assert app.users.number(1)
```

## Use instead

```python
# file: app/users.py
def load(key: int) -> dict[str, int]:
    return {"id": key}


def number(key: int) -> int:
    return load(key)["id"]


# file: tests/test_users.py
from unittest.mock import patch

import app.users
import pytest


@pytest.mark.asyncio
async def test_load() -> None:
    with patch("app.users.load", return_value={"id": 2}):
        assert app.users.number(1) == 2
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import mocks, targets
from async_testing.facts.mocknames import WORDS
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT330"
SEVERITY = "error"
NEEDS = WORDS
_CLASSES = frozenset({"AsyncMock", "MagicMock", "Mock"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each class of mocks that stands where a mock is meant."""
    for call, target in targets.all_of(source):
        if (target.new is not None and _class(source, target.new)) and (
            not target.name.lstrip("_")[:1].isupper() and not _is_class(source, target)
        ):
            yield _hit(call, _class(source, target.new), target.name)
    for _, assign, to in source.settings.get("return_value", ()):
        name = _class(source, assign.value) if to is assign.targets[0] else ""
        if name and not _last(to.value)[:1].isupper():
            yield _hit(assign, name, _last(to.value))


def _hit(where: ast.Call | ast.Assign, name: str, target: str) -> Hit:
    return Hit(where, f"{target} gets the class {name} itself, not a mock", f"{name}()")


def _class(source: SourceFile, node: ast.expr) -> str:
    """The class of mocks that an expression names, empty for anything else."""
    prefix, _, last = source.dotted(node).rpartition(".")
    return last if last in _CLASSES and prefix in mocks.MODULES else ""


def _is_class(source: SourceFile, target: targets.Target) -> bool:
    found = targets.replaced(source, target)
    return found is not None and found.kind == "class"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""
