"""A patch is allowed to make up the attribute that it replaces, and the module has no such attribute.

## What it does

Looks for ``patch(..., create=True)`` and ``monkeypatch.setattr(..., raising=False)`` where the target is a module of
the project that defines nothing of that name.

## Why is this bad

The patch replaces nothing: since the name was moved or misspelled, the code goes on with the real one.

## Example

```python
# file: app/mail.py
async def send(to: str) -> None: ...

# file: tests/test_mail.py
from unittest.mock import AsyncMock, patch

import app.mail
import pytest


@pytest.mark.asyncio
async def test_send(monkeypatch: pytest.MonkeyPatch) -> None:
    with patch("app.mail.send_mail", AsyncMock(), create=True):  # error
        pass
    monkeypatch.setattr("app.mail.deliver", AsyncMock(), raising=False)  # error
    monkeypatch.setattr(app.mail, "transport", AsyncMock(), raising=False)  # error
```

## Use instead

```python
# file: app/mail.py
async def send(to: str) -> None: ...

# file: tests/test_mail.py
from unittest.mock import AsyncMock

import app.mail
import pytest


@pytest.mark.asyncio
async def test_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.mail, "send", AsyncMock())
```
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from async_testing.facts import targets
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT312"
NEEDS = ("create=True", "raising=False")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each patch that makes up a name in a module of the project."""
    for scope in source.scopes:
        for call in scope.of(ast.Call):
            option = next((one for one in call.keywords if one.arg in ("create", "raising")), None)
            if option is None or not isinstance(option.value, ast.Constant):
                continue
            if option.value.value is not (option.arg == "create"):
                continue
            target = targets.of_call(source, call)
            if target is None or hasattr(builtins, target.name):
                continue
            module = targets.module(source, target)
            if module is None or target.name in targets.defined(module) or targets.is_open(module):
                continue
            if targets.located(source, f"{target.owner}.{target.name}") or _is_asked_for(source, target):
                continue
            by = "create=True" if option.arg == "create" else "raising=False"
            yield Hit(
                call,
                f"{target.owner} defines no {target.name}: {by} makes it up, and nothing of the code is replaced",
                f"patch a name that {target.owner} uses, without {by}",
            )


def _is_asked_for(source: SourceFile, target: targets.Target) -> bool:
    """Whether the file names the target elsewhere too, so that it is made up on purpose: for a lookup by path."""
    dotted = f"{target.owner}.{target.name}"
    patched = sum(
        1
        for call in source.all(ast.Call)
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant) and argument.value == dotted and targets.of_call(source, call)
    )
    return source.text.count(dotted) > patched
