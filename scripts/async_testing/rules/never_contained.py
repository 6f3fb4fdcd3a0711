"""``"text" not in caplog.records``: what is searched never holds a text, so this always holds.

## What it does

Looks for a text that is said not to be in ``caplog.records`` or ``caplog.record_tuples``, in what
``capsys.readouterr()`` gives, or in a mock's ``call_args``, ``call_args_list`` or ``mock_calls``.

## Why is this bad

The records are objects, the captured output is a pair, a call is a tuple and a dict. None of them equals a text, and
``not in`` asks for equality there. The assertion holds whatever was logged, printed or called.

## Example

```python
import logging

import pytest


async def connect(password: str) -> None:
    logging.getLogger("app").warning("connecting with %s", password)


@pytest.mark.asyncio
async def test_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    await connect("secret")
    assert "secret" not in caplog.records  # error
```

## Use instead

```python
import logging

import pytest


async def connect(password: str) -> None:
    logging.getLogger("app").warning("connecting")


@pytest.mark.asyncio
async def test_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    await connect("secret")
    assert "connecting" in caplog.text
    assert "secret" not in caplog.text
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT527"
SEVERITY = "error"
NEEDS = ("caplog", "capsys", "capfd", "call_args", "mock_calls", "await_args", "method_calls")
CAPTURES = frozenset({"capsys", "capfd", "capsysbinary", "capfdbinary"})
CALLS = {"call_args": "call_args.args", "await_args": "await_args.args"}
LISTS = frozenset({"call_args_list", "await_args_list", "mock_calls", "method_calls"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion that a text is not where no text ever is."""
    if not is_testing(source):
        return
    for scope in source.functions:
        for statement in scope.of(ast.Assert):
            test = statement.test
            if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not _is_text(test.left):
                continue
            if isinstance(test.ops[0], ast.NotIn):
                where = _holder(source, test.comparators[0], scope)
                if where:
                    shown = ast.unparse(test.comparators[0])[:60]
                    yield Hit(
                        statement, f"{shown} never holds a text, so this always holds", f"... not in {where}"
                    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _holder(source: SourceFile, node: ast.expr, scope: Scope) -> str:
    """Where to look instead, empty where an expression may hold texts."""
    node = _claims.value(source, node, scope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = source.dotted(node.func.value)
        return f"{owner}.readouterr().out" if owner in CAPTURES and node.func.attr == "readouterr" else ""
    if not isinstance(node, ast.Attribute):
        return ""
    owner = source.dotted(node.value)
    if owner == "caplog" and node.attr in ("records", "record_tuples"):
        return "caplog.text"
    if node.attr in LISTS:
        return f"[one.args for one in {node.attr}]"
    return CALLS.get(node.attr, "")
