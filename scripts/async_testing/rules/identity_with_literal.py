"""``is`` or ``is not`` with a number or text that is written out: whether it holds is an accident.

## What it does

Looks for asserts that compare by identity with a number, a text, bytes, or a tuple, list, set or dict written right
there.

## Why is this bad

Equal numbers and texts need not be the same object. ``status is not 404`` is true of a 404 that was parsed from a text.

## Example

```python
import pytest


async def handle(path: str) -> dict[str, int]:
    return {"status": int("404")}


@pytest.mark.asyncio
async def test_known_path_is_found() -> None:
    answer = await handle("/users")
    assert answer["status"] is not 404  # error
```

## Use instead

```python
import pytest


async def handle(path: str) -> dict[str, int]:
    return {"status": 200}


@pytest.mark.asyncio
async def test_known_path_is_found() -> None:
    answer = await handle("/users")
    assert answer["status"] != 404
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT539"
SEVERITY = "error"
NEEDS = (" is ",)
DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.JoinedStr)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert by identity with something written out."""
    for scope, statement, test in source.compared(ast.Is, ast.IsNot):
        written = next((one for one in (test.left, test.comparators[0]) if _is_written(one)), None)
        if (
            written is None
            or not isinstance(test.ops[0], ast.Is | ast.IsNot)
            or scope not in source.functions
        ):
            continue
        sign = "==" if isinstance(test.ops[0], ast.Is) else "!="
        message = f"equal values need not be the same object as {ast.unparse(written)[:40]}"
        yield Hit(statement, message, f"{sign} {ast.unparse(written)[:40]}")


def _is_written(node: ast.expr) -> bool:
    """Whether an expression is a literal with an identity of its own, or of no importance."""
    if isinstance(node, DISPLAYS):
        return True
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | str | bytes | complex)
        and (not isinstance(node.value, bool))
    )
