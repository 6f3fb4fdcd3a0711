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
import re
from collections.abc import Iterator

from async_testing.facts import targets
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
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
            if module is None:
                owner = _class(source, scope, call, target)
                if owner is None or _has(owner, target.name):
                    continue
                target = target._replace(owner=owner.scope.name)
            elif _is_known(source, module, target):
                continue
            by = "create=True" if option.arg == "create" else "raising=False"
            yield Hit(
                call,
                f"{target.owner} defines no {target.name}: {by} makes it up, and nothing of the code is replaced",
                f"patch a name that {target.owner} uses, without {by}",
            )


def _is_known(source: SourceFile, module: SourceFile, target: targets.Target) -> bool:
    """Whether a module has a name, may have it, or is said to have it on purpose."""
    if target.name in targets.defined(module) or targets.is_open(module):
        return True
    return targets.located(source, f"{target.owner}.{target.name}") or _is_asked_for(source, target)


def _class(source: SourceFile, scope: Scope, call: ast.Call, target: targets.Target) -> Definition | None:
    """The class of the project that owns a target, itself or through an object of it; None where that is not known."""
    dotted = target.owner
    if call.args and not isinstance(call.args[0], ast.Constant):
        dotted = source.type_of(call.args[0], scope) or dotted
    found = source.workspace.definition(source, dotted)
    return found if found is not None and found.kind == "class" else None


def _has(owner: Definition, name: str, hops: int = 4) -> bool:
    """Whether a class has an attribute, or may have one that its text does not show."""
    text = owner.source.segment(owner.scope.node)  # type: ignore[arg-type]
    if re.search(rf"\b{name}\b", text) or re.search(
        r"__getattr|setattr\(|__dict__|__slots__|metaclass", text
    ):
        return True
    node = owner.scope.node
    if hops <= 0 or not isinstance(node, ast.ClassDef) or node.keywords or node.decorator_list:
        return True
    for base in node.bases:
        above = owner.source.workspace.definition(owner.source, owner.source.dotted(base))
        if above is None or above.kind != "class" or _has(above, name, hops - 1):
            return True
    return False


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
