"""A patch is started by hand and never stopped.

## What it does

Looks for ``patch(...).start()`` and for ``patcher.start()`` in files where nothing stops that patch: no ``stop()``, no
``addCleanup``, ``addfinalizer`` or ``callback`` that gets it, no ``stopall``.

## Why is this bad

The patch stays for all tests that follow, in whatever order they run: they see the mock instead of the real thing.

## Example

```python
from unittest.mock import patch

import pytest


@pytest.mark.asyncio
async def test_charge_is_refused() -> None:
    patch("app.payments.charge", return_value=None).start()  # error
    patcher = patch("app.mail.send")
    send = patcher.start()  # error
    assert send.call_count == 0
```

## Use instead

```python
from unittest.mock import patch

import pytest


@pytest.mark.asyncio
async def test_charge_is_refused() -> None:
    with patch("app.mail.send") as send:
        assert send.call_count == 0
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import mocks
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT310"
NEEDS = (".start(", ".start)")

_STOPPERS = re.compile(r"\bstopall\b|\.__exit__\b")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each start of a patch that nothing stops."""
    if "patch" not in source.text or _STOPPERS.search(source.text):
        return
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            func = call.func
            if not isinstance(func, ast.Attribute) or func.attr != "start":
                continue
            if source.called(func.value).startswith("mocker."):
                continue
            if mocks.patch_kind(source, func.value):
                name = source.called(func.value)
                yield Hit(call, f"{name}(...).start() is never stopped", "with patch(...): around the code")
            elif _is_patch(source, scope, func.value) and not _is_stopped(source, func.value):
                name = mocks.spelled(func.value)
                yield Hit(call, f"{name} is started and never stopped", f"with {name}: around the code")


def _is_patch(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    known = mocks.of(source)
    written = mocks.spelled(node)
    values: list[ast.expr | None] = []
    if isinstance(node, ast.Name):
        current: Scope | None = scope
        while current is not None and not values:
            values = known.bindings(current).get(node.id, [])
            current = current.parent
    elif written.startswith(("self.", "cls.")):
        values = [value for one in source.scopes for value in known.settings(one).get(written, ())]
    return bool(values) and all(mocks.patch_kind(source, value) for value in values)


def _is_stopped(source: SourceFile, node: ast.expr) -> bool:
    """Whether the file names the patch's ``stop``, or hands the patch to something else."""
    name = re.escape(mocks.spelled(node))
    return (
        re.search(
            rf"(?<![\w.]){name}\.stop\b|[(\[,]\s*{name}\s*[,)\]]|return {name}\b|in {name}\b", source.text
        )
        is not None
    )
