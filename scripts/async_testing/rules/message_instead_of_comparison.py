"""What the value should be compared with stands behind a comma, as the assertion's message.

## What it does

Looks for asserts whose message is a number, a container, a comparison or the like: something that no reader would be
told, such as ``assert response.status_code, 200``.

## Why is this bad

Only the part before the comma is asserted: any status code is true.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code, 200  # error
    assert response.json(), {"name": "Ann"}  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    assert response.json() == {"name": "Ann"}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT512"
SEVERITY = "error"
NEEDS = ("assert",)
ASKING = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Await, ast.Lambda, ast.NamedExpr)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert whose message is meant to be compared."""
    if not is_testing(source):
        return
    for statement in source.all(ast.Assert):
        message, test = statement.msg, statement.test
        if message is None or isinstance(test, ast.Constant):
            continue
        compared = isinstance(message, ast.Constant | ast.Dict | ast.Set | ast.List | ast.Tuple)
        if not _is_value(source, test, message):
            continue
        shown = f"{ast.unparse(test)[:50]} == {ast.unparse(message)[:50]}"
        fix = None
        if compared and not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            (_, end), (start, _) = source.span(test), source.span(message)
            if source.text[end:start].strip() == ",":
                fix = Fix("compare them", (Edit(end, start, " == "),), safe=False)
        what = f"'{ast.unparse(message)[:50]}' is only the message of this assert"
        instead = f"assert {shown}" if fix else "assert both conditions, a line each"
        yield Hit(statement, f"{what}, nothing compares it", instead, fix)


def _is_value(source: SourceFile, test: ast.expr, message: ast.expr) -> bool:
    if isinstance(message, ast.Constant):
        return (
            not isinstance(message.value, str) and message.value is not None and message.value is not Ellipsis
        )
    if isinstance(message, ast.Compare | ast.BoolOp):
        return not any(
            isinstance(one, ast.Constant | ast.JoinedStr) for one in getattr(message, "values", ())
        )
    if isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        return False
    if isinstance(message, ast.Dict):
        return all(isinstance(one, ast.Constant) for one in message.values)
    if isinstance(message, ast.Set | ast.List | ast.Tuple):
        return all(isinstance(one, ast.Constant) and not isinstance(one.value, str) for one in message.elts)
    return False
