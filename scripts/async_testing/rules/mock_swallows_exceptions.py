"""The exit of a mocked context manager returns a mock: it is true, and swallows every exception.

## What it does

Looks for ``__aexit__`` or ``__exit__`` set to a mock without a return value: ``lock.__aexit__ = AsyncMock()``. Where
the tested module calls the exit by hand and drops what it returns, no block is left.

## Why is this bad

What ``__aexit__`` returns says whether the exception is dealt with. An AsyncMock without a return value returns a new
mock, which is true: whatever the block raises is gone, the code under test goes on behind it, and a failed assert
inside of the block passes.

## Example

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def connection() -> MagicMock:
    connection = MagicMock()
    connection.__aenter__ = AsyncMock(return_value=connection)
    connection.__aexit__ = AsyncMock()  # error
    return connection
```

## Use instead

```python
from unittest.mock import AsyncMock, MagicMock

import pytest


@pytest.fixture
def connection() -> MagicMock:
    connection = MagicMock()
    connection.__aenter__ = AsyncMock(return_value=connection)
    connection.__aexit__ = AsyncMock(return_value=None)
    return connection
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT314"
NEEDS = ("__aexit__", "__exit__")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each exit that is a mock without a return value."""
    for scope in source.scopes:
        for assign in scope.of(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Attribute) and target.attr in ("__aexit__", "__exit__"):
                    yield from _exit(source, target, assign.value, scope)


def _exit(source: SourceFile, target: ast.Attribute, value: ast.expr, scope: Scope) -> Iterator[Hit]:
    kind = mocks.maker_kind(source, value)
    if not isinstance(value, ast.Call) or kind not in ("AsyncMock", "MagicMock", "Mock"):
        return
    if value.args or any(one.arg in ("return_value", "side_effect", "wraps", None) for one in value.keywords):
        return
    written = mocks.spelled(target)
    if written and f"{source.segment(target)}.return_value" in source.text:
        return
    if _is_of_entered(target) or _left_by_hand(source, target, scope):
        return
    _, end = source.span(value)
    text = "return_value=None" if not value.keywords else ", return_value=None"
    if text[0] == "," and source.text[: end - 1].rstrip().endswith(","):
        text = " return_value=None"
    fix = Fix("return None", (Edit(end - 1, end - 1, text),), safe=False)
    message = f"{target.attr} returns a mock, which is true: every exception in the block is swallowed"
    yield Hit(value, message, f"{kind}(return_value=None)", fix)


def _is_of_entered(target: ast.Attribute) -> bool:
    """Whether it is set on what the block is given, which is not what the block leaves."""
    owner = target.value
    return (
        isinstance(owner, ast.Attribute)
        and owner.attr == "return_value"
        and isinstance(owner.value, ast.Attribute)
        and owner.value.attr in ("__aenter__", "__enter__")
    )


def _left_by_hand(source: SourceFile, target: ast.Attribute, scope: Scope) -> bool:
    """Whether a module that the file imports calls the exit of the attribute that holds the mock, and nothing more.

    ``await self._link.__aexit__(None, None, None)`` as a statement drops what the exit returns.
    """
    owner = target.value
    held = {owner.attr} if isinstance(owner, ast.Attribute) else set()
    if isinstance(owner, ast.Name):
        values = [one for one in scope.of(ast.Assign) if isinstance(one.value, ast.Name)]
        held = {
            place.attr
            for one in values
            if one.value.id == owner.id  # type: ignore[attr-defined]
            for place in one.targets
            if isinstance(place, ast.Attribute)
        }
    return len(held) == 1 and any(
        _calls_exit(text, held.copy().pop(), target.attr) for text in _imported(source)
    )


def _imported(source: SourceFile) -> Iterator[str]:
    """The text of each module of the project that the file imports from."""
    workspace = source.workspace
    names = set(source.imports.values())
    for name in sorted(names | {one.rpartition(".")[0] for one in names}):
        path = workspace.locate(source.path, name) if name.strip(".") else None
        if path and path != source.path and workspace.mentions(path, "exit__("):
            yield (workspace.read(path) or b"").decode(errors="replace")


def _calls_exit(text: str, held: str, method: str) -> bool:
    """Whether a module's text has the exit called by statements alone, and no ``with`` over what is left."""
    name = rf"(?:\w+\.)+{re.escape(held)}"
    calls = len(re.findall(rf"{name}\.{method}\(", text))
    alone = len(re.findall(rf"^[ \t]*(?:await[ \t]+)?{name}\.{method}\(", text, re.MULTILINE))
    return 0 < calls == alone and re.search(rf"\bwith\b[^\n]*{name}\b(?!\.)", text) is None
