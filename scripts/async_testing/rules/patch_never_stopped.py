"""A patch is started by hand and never stopped.

## What it does

Looks for ``patch(...).start()`` and for ``patcher.start()`` in files where nothing stops that patch: no ``stop()``, no
``addCleanup``, ``addfinalizer`` or ``callback`` that gets it, no ``stopall``. Likewise for a ``pytest.MonkeyPatch()``
made by hand that nobody undoes.

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
NEEDS = (".start(", ".start)", "MonkeyPatch()")

_STOPPERS = re.compile(r"(?<!\w)stopall\b|\.__exit__\b")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each start of a patch that nothing stops."""
    if "MonkeyPatch()" in source.text:
        yield from _by_pytest(source)
    if "patch" not in source.text or not source.calls("start") or _STOPPERS.search(source.text):
        return
    for scope, call in source.calls("start"):
        func = call.func
        if not isinstance(func, ast.Attribute) or source.called(func.value).startswith("mocker."):
            continue
        if mocks.patch_kind(source, func.value):
            shown, instead = f"{source.called(func.value)}(...).start()", "with patch(...): around the code"
        elif _is_patch(source, scope, func.value) and not _is_stopped(source, scope, func.value):
            shown = f"{mocks.spelled(func.value)} is started and"
            instead = f"with {mocks.spelled(func.value)}: around the code"
        else:
            continue
        if any(_STOPPERS.search(one.text) for one in source.workspace.conftests(source.path)):
            return
        verb = "never stopped" if shown.endswith("and") else "is never stopped"
        yield Hit(call, f"{shown} {verb}", instead)


def _by_pytest(source: SourceFile) -> Iterator[Hit]:
    """Yield each MonkeyPatch that a function makes, changes something with, and never undoes."""
    for function in source.functions:
        for assign in function.of(ast.Assign):
            target = assign.targets[0]
            if not source.called(assign.value).endswith("pytest.MonkeyPatch") or not isinstance(
                target, ast.Name
            ):
                continue
            text, name = source.segment(function.node), re.escape(target.id)  # type: ignore[arg-type]
            changes = re.search(rf"\b{name}\.(?:set|del)(?:attr|item|env)\(", text)
            given = re.search(rf"\b{name}\.undo\b|[(\[,=]\s*{name}\s*[,)\]]|(?:return|yield) {name}\b", text)
            if changes and not given:
                yield Hit(
                    assign,
                    f"{target.id} is never undone",
                    "with pytest.MonkeyPatch.context() as monkeypatch:",
                )


def _binder(source: SourceFile, scope: Scope, name: str) -> Scope | None:
    """The scope whose code binds a name, seen from a scope."""
    current: Scope | None = scope
    while current is not None and not mocks.of(source).bindings(current).get(name):
        current = current.parent
    return current


def _is_patch(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    known = mocks.of(source)
    written = mocks.spelled(node)
    values: list[ast.expr | None] = []
    if isinstance(node, ast.Name):
        around = _binder(source, scope, node.id)
        values = known.bindings(around)[node.id] if around else []
        if around and values == [None]:
            values = _looped_over(source, around, node.id)
    elif written.startswith(("self.", "cls.")):
        values = [value for one in source.scopes for value in known.settings(one).get(written, ())]
    return bool(values) and all(mocks.patch_kind(source, value) for value in values)


def _looped_over(source: SourceFile, scope: Scope, name: str) -> list[ast.expr | None]:
    """The items of the list that a loop takes a name from, where it is written out in the same function."""
    for loop in scope.of(ast.For) if ".stop" not in source.text else ():
        if isinstance(loop.target, ast.Name) and loop.target.id == name:
            found: ast.expr | None = loop.iter
            if isinstance(found, ast.Name):
                bound = mocks.of(source).bindings(scope).get(found.id, [])
                found = bound[0] if len(bound) == 1 else None
            return list(found.elts) if isinstance(found, ast.List | ast.Tuple) else []
    return []


def _is_stopped(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether the code that sees the patch names its ``stop``, or hands the patch itself to something else."""
    name = re.escape(mocks.spelled(node))
    around = _binder(source, scope, node.id) if isinstance(node, ast.Name) else None
    is_local = around is not None and isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef)
    text = source.segment(around.node) if is_local else source.text  # type: ignore[union-attr, arg-type]
    handed = rf"[(\[,]\s*{name}\s*[,)\]]|(?:return|yield|in) {name}\b(?!\s*\.)"
    return re.search(rf"(?<![\w.]){name}\.stop\b|{handed}", text) is not None
