"""An assertion on a status code that success and failure both satisfy.

## What it does

Looks for asserts such as ``status_code in (200, 404)`` that mix successes with errors, for ``status_code < 500`` and
``!= 500``, and for ``assert response.status_code`` alone.

## Why is this bad

The endpoint may be gone or broken: the test stays green.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code in (200, 404)  # error
    assert response.status_code < 500  # error
    assert response.status_code != 500  # error
    assert response.status_code  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT507"
NEEDS = ("status",)
CODES = frozenset({"status_code", "status"})
NAMED = re.compile(r"(?:HTTP_)?(\d{3})(?:_[A-Z_]+)?$")
PHRASES = {"OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "FOUND": 302, "SEE_OTHER": 303}
PHRASES |= {"BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409}
PHRASES |= {"UNPROCESSABLE_ENTITY": 422, "UNPROCESSABLE_CONTENT": 422, "INTERNAL_SERVER_ERROR": 500}
PHRASES |= {"METHOD_NOT_ALLOWED": 405, "TOO_MANY_REQUESTS": 429, "SERVICE_UNAVAILABLE": 503, "GONE": 410}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert on a status that allows too much."""
    if not is_testing(source):
        return
    for scope in source.functions:
        if ast.Assert not in scope.nodes or not any(one.attr in CODES for one in scope.of(ast.Attribute)):
            continue
        exact = {_of(one.test) for one in scope.of(ast.Assert)} - {""}
        for statement in scope.of(ast.Assert):
            parts = statement.test.values if isinstance(statement.test, ast.BoolOp) else [statement.test]
            if isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.Or):
                why = _of_alternatives(source, statement.test)
            else:
                why = next((one for one in (_why(source, part, exact) for part in parts) if one), "")
            if why:
                yield Hit(statement, why, "assert the one status code that is meant")


def _why(source: SourceFile, node: ast.expr, exact: set[str]) -> str:
    if _is_status(node):
        shown = ast.unparse(node)
        return f"{shown} is a number other than zero, whatever the response" if shown not in exact else ""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not _is_status(node.left):
        return ""
    operator, right = node.ops[0], node.comparators[0]
    if isinstance(operator, ast.Eq) or ast.unparse(node.left) in exact:
        return ""
    shown = ast.unparse(node)[:70]
    if isinstance(operator, ast.In) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        return _mixed([_code(source, one) for one in right.elts], shown)
    limit = _code(source, right)
    if isinstance(operator, ast.Lt | ast.LtE) and limit in (499, 500, 501, 599, 600):
        return f"'{shown}' holds for client errors too"
    if isinstance(operator, ast.NotEq) and limit in (500, 502, 503):
        return f"'{shown}' holds for any other error"
    return ""


def _of(node: ast.expr) -> str:
    """The status that an assertion compares for equality."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) and _is_status(node.left):
        return ast.unparse(node.left)
    return ""


def _of_alternatives(source: SourceFile, node: ast.BoolOp) -> str:
    """The same for ``status == 200 or status == 404``, where nothing else is asked."""
    codes: list[int | None] = []
    for one in node.values:
        if not isinstance(one, ast.Compare) or not isinstance(one.ops[0], ast.Eq) or not _is_status(one.left):
            return ""
        codes.append(_code(source, one.comparators[0]))
    return _mixed(codes, ast.unparse(node)[:70])


def _mixed(codes: list[int | None], shown: str) -> str:
    known = [one for one in codes if one is not None]
    good = [one for one in known if 200 <= one < 400]
    bad = [one for one in known if 400 <= one < 600]
    if good and bad:
        return f"'{shown}' is satisfied by success ({good[0]}) and by failure ({bad[0]})"
    return ""


def _is_status(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in CODES


def _code(source: SourceFile, node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Attribute | ast.Name):
        name = source.dotted(node).rpartition(".")[2]
        found = NAMED.match(name)
        return int(found.group(1)) if found else PHRASES.get(name)
    return None
