"""An assertion on a status code that success and failure both satisfy.

## What it does

Looks for asserts such as ``status_code in (200, 404)`` that mix successes with errors, for ``status_code < 500`` and
``!= 500``, for limits and ranges that take in errors, and for
``assert response.status_code`` alone; by ``assert`` or by a test case's methods.

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

from async_testing.facts import conditions
from async_testing.facts.asserts import is_testing, last_name
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Hit

CODE = "AT507"
NEEDS = ("status", "is_server_error")
CODES = frozenset({"status_code", "status"})
NOT_BROKEN = frozenset({"is_server_error"})
NAMED = re.compile(r"(?:HTTP_)?(\d{3})(?:_[A-Z_]+)?$")
PHRASES = {"OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "FOUND": 302, "SEE_OTHER": 303}
PHRASES |= {"BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409}
PHRASES |= {"UNPROCESSABLE_ENTITY": 422, "UNPROCESSABLE_CONTENT": 422, "INTERNAL_SERVER_ERROR": 500}
PHRASES |= {"METHOD_NOT_ALLOWED": 405, "TOO_MANY_REQUESTS": 429, "SERVICE_UNAVAILABLE": 503, "GONE": 410}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assertion on a status that allows too much."""
    if not is_testing(source):
        return
    about = {id(scope) for scope, _ in source.attributes(*CODES, *NOT_BROKEN)}
    for scope in source.functions:
        if id(scope) not in about:
            continue
        found = [(node, _resolved(source, scope, one)) for node, one in conditions.asserted(source, scope)]
        exact = {_of(one) for _, one in found} - {""}
        for node, condition in found:
            parts = condition.values if isinstance(condition, ast.BoolOp) else [condition]
            if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.Or):
                why = _of_alternatives(source, condition)
            else:
                why = next((one for one in (_why(source, part, exact) for part in parts) if one), "")
            if why:
                yield Hit(node, why, "assert the one status code that is meant")


def _resolved(source: SourceFile, scope: Scope, node: ast.expr) -> ast.expr:
    """A condition with variables that hold a status or the codes to choose from in their places."""
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.Not)
        and isinstance(node.operand, ast.Compare)
    ):
        inner = node.operand
        if len(inner.ops) == 1 and isinstance(inner.ops[0], ast.Eq):
            return _resolved(source, scope, ast.Compare(inner.left, [ast.NotEq()], inner.comparators))
    if isinstance(node, ast.Compare):
        sides = [_held(source, scope, one) for one in node.comparators]
        return ast.Compare(_held(source, scope, node.left), node.ops, sides)
    return node


def _held(source: SourceFile, scope: Scope, node: ast.expr) -> ast.expr:
    if not isinstance(node, ast.Name):
        return node
    values = bindings(source, scope).get(node.id) or [source.constants.get(node.id)]
    value = values[0] if len(values) == 1 else None
    if isinstance(value, ast.Tuple | ast.List | ast.Set) or (value is not None and _is_status(value)):
        return value
    return node


def _why(source: SourceFile, node: ast.expr, exact: set[str]) -> str:
    if _is_status(node):
        shown = ast.unparse(node)
        return f"{shown} is a number other than zero, whatever the response" if shown not in exact else ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Attribute):
        broken = isinstance(node.op, ast.Not) and node.operand.attr in NOT_BROKEN
        return f"'{ast.unparse(node)}' holds for client errors too" if broken and not exact else ""
    if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.expr):
        return ""
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        return ""
    if (
        not _is_status(node.left.left if isinstance(node.left, ast.BinOp) else node.left)
        and len(node.ops) != 2
    ):
        return ""
    shown = ast.unparse(node)[:70]
    if len(node.ops) == 2 and _is_status(node.comparators[0]):
        return _of_limits(source, node, exact, shown)
    left = node.left
    hundreds = isinstance(left, ast.BinOp) and isinstance(left.op, ast.FloorDiv) and _is_status(left.left)
    if len(node.ops) != 1 or not (hundreds or _is_status(left)):
        return ""
    status = left.left if isinstance(left, ast.BinOp) else left
    if isinstance(node.ops[0], ast.Eq) or ast.unparse(status) in exact:
        return ""
    return _of_choice(source, node.ops[0], node.comparators[0], shown, 100 if hundreds else 1) or (
        _of_least(source, status, node.ops[0], node.comparators[0], shown) if not hundreds else ""
    )


def _of_choice(source: SourceFile, operator: ast.cmpop, right: ast.expr, shown: str, unit: int) -> str:
    """Why codes to choose from, an upper limit or what it must not be allow too much."""
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        codes = [code * unit for one in right.elts if (code := _code(source, one)) is not None]
        if isinstance(operator, ast.In):
            return _mixed([*codes], shown)
        return f"'{shown}' holds for any other error" if any(one >= 500 for one in codes) else ""
    if isinstance(operator, ast.In) and source.called(right) == "range" and isinstance(right, ast.Call):
        return _mixed([_code(source, right.args[0]), (_code(source, right.args[-1]) or 1) - 1], shown)
    limit = (_code(source, right) or 0) * unit
    if isinstance(operator, ast.Lt | ast.LtE) and limit in (499, 500, 501, 599, 600):
        return f"'{shown}' holds for client errors too"
    if isinstance(operator, ast.NotEq) and limit in (500, 502, 503):
        return f"'{shown}' holds for any other error"
    return ""


def _of_least(source: SourceFile, status: ast.expr, operator: ast.cmpop, right: ast.expr, shown: str) -> str:
    """Why a lower limit, or that there is a status at all, holds for any response."""
    if (
        not isinstance(status, ast.Attribute)
        or status.attr != "status_code"
        or last_name(status.value) == "cls"
    ):
        return ""
    if isinstance(operator, ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
        return f"'{shown}' holds whatever the response"
    limit = _code(source, right)
    if isinstance(operator, ast.Gt | ast.GtE) and limit is not None and limit <= 200:
        return f"'{shown}' holds for errors too"
    return ""


def _of_limits(source: SourceFile, node: ast.Compare, exact: set[str], shown: str) -> str:
    """Why ``200 <= status < 500`` allows too much."""
    low, high = _code(source, node.left), _code(source, node.comparators[1])
    if low is None or high is None or ast.unparse(node.comparators[0]) in exact:
        return ""
    rising = all(isinstance(one, ast.Lt | ast.LtE) for one in node.ops)
    if rising and low < 300 and high > (401 if isinstance(node.ops[1], ast.Lt) else 400):
        return f"'{shown}' holds for client errors too"
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
