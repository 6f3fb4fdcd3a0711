"""``in ("admin")``: a text in parentheses is no tuple, and any part of it is in it.

## What it does

Looks for ``x in ("word")`` on one line, and for ``parametrize`` whose values are one text.

## Why is this bad

Without a comma the parentheses mean nothing: ``"" in ("admin")`` and ``"min" in ("admin")`` are true. A parametrized
test runs once for each letter.

## Example

```python
import pytest


async def role_of(name: str) -> str:
    return "admin" if name == "root" else ""


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ("ann"))  # error
async def test_role(name: str) -> None:
    assert await role_of(name) in ("admin")  # error
```

## Use instead

```python
import pytest


async def role_of(name: str) -> str:
    return "admin" if name == "root" else ""


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ("root",))
async def test_role(name: str) -> None:
    assert await role_of(name) in ("admin", "owner")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT526"
SEVERITY = "error"
NEEDS = ("assert", "parametrize")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each text that should have been a tuple."""
    if not is_testing(source):
        return
    for scope, statement, test in source.compared(ast.In, ast.NotIn):
        right = test.comparators[-1]
        if not _is_word(right) or not isinstance(test.ops[-1], ast.In | ast.NotIn):
            continue
        if _in_parentheses(source, right) and not _is_word(test.left) and scope in source.functions:
            yield _hit(source, statement, right, "any part of it is in it")
    for _, call in source.calls("parametrize"):
        values = call.args[1:2] + [one.value for one in call.keywords if one.arg == "argvalues"]
        if values and _is_word(values[0]) and _in_parentheses(source, values[0]):
            around = source.parent(call)
            decorates = isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef)
            if decorates and source.called(call) == "pytest.mark.parametrize":
                yield _hit(source, call, values[0], "each letter is a case of its own")


def _hit(source: SourceFile, where: ast.stmt | ast.expr, node: ast.expr, why: str) -> Hit:
    _, end = source.span(node)
    shown = ast.unparse(node)
    fix = Fix("make it a tuple", (Edit(end, end, ","),), safe=False)
    return Hit(where, f"({shown}) is a text, no tuple: {why}", f"({shown},)", fix)


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value


def _in_parentheses(source: SourceFile, node: ast.expr) -> bool:
    """Whether a text of one line has parentheses of its own right around it."""
    start, end = source.span(node)
    if "\n" in source.text[start:end]:
        return False
    before = source.text[:start].rstrip(" ")
    return before.endswith("(") and source.text[end : end + 1] == ")" and not _calls(before)


def _calls(before: str) -> bool:
    """Whether the parenthesis before a text is that of a call."""
    head = before[:-1]
    return bool(head) and (head[-1].isalnum() or head[-1] in "_])") and not head.endswith((" in", " not"))
