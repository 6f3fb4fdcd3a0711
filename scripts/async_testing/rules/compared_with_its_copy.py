"""A value is compared with something made of itself.

## What it does

Looks for asserts that a value equals ``dict(value)``, ``sorted(value) ==
sorted(value)``, that it is in a list with itself, is an instance of its own type, or that ``response.json()`` equals
what ``response.json()`` gave before.

## Why is this bad

It holds whatever the value is.

## Example

```python
import httpx
import pytest


@pytest.mark.asyncio
async def test_users() -> None:
    response = httpx.Response(500, json={"users": []})
    expected = response.json()
    assert response.json() == expected  # error
    assert isinstance(response, type(response))  # error
    assert sorted(expected) == sorted(expected)  # error
```

## Use instead

```python
import httpx
import pytest


@pytest.mark.asyncio
async def test_users() -> None:
    response = httpx.Response(200, json={"users": []})
    assert response.json() == {"users": []}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing, last_name, same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _claims

CODE = "AT541"
SEVERITY = "error"
NEEDS = ("assert",)
PURE = frozenset({"sorted", "len", "set", "list", "dict", "str", "tuple", "frozenset", "json"})
KEPT = frozenset({"text", "content", "status_code"})
_EQUALITY = frozenset(
    {"eq", "equal", "equality", "equals", "hash", "copy", "copies", "deepcopy", "clone", "identity"}
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that holds of every value."""
    if not is_testing(source):
        return
    functions = {id(one) for one in source.functions}
    for scope, statement in source.each(ast.Assert):
        if not isinstance(statement.test, (ast.Compare, ast.Call)) or id(scope) not in functions:
            continue
        why = _why(source, statement.test, scope)
        if why and not _EQUALITY.intersection(scope.name.lower().split("_")):
            yield Hit(statement, f"this holds of every value: {why}", "compare with what you expect")


def _why(source: SourceFile, test: ast.expr, scope: Scope) -> str:
    if isinstance(test, ast.Call):
        return _own_type(test)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return ""
    left, right = test.left, test.comparators[0]
    if isinstance(test.ops[0], ast.In):
        display = isinstance(right, ast.List | ast.Tuple)
        inside = display and isinstance(left, ast.Name) and any(same(one, left) for one in right.elts)  # type: ignore[attr-defined]
        return f"{ast.unparse(left)} is in what was written with it" if inside else ""
    if not isinstance(test.ops[0], ast.Eq):
        return ""
    for one, other in ((left, right), (right, left)):
        if _is_copy(one, other):
            return f"{ast.unparse(one)[:50]} is made of the other side"
        kept = _claims.value(source, one, scope) if isinstance(one, ast.Name) else None
        if kept is not None and _is_steady(other) and same(kept, other) and _is_asked_once(scope, other):
            return f"{ast.unparse(other)[:50]} gives the same again"
    if same(left, right) and isinstance(left, ast.Call) and _is_pure(left):
        return "both sides are the same"
    return ""


def _own_type(test: ast.Call) -> str:
    if last_name(test) != "isinstance" or len(test.args) != 2:
        return ""
    kind = test.args[1]
    plain = isinstance(kind, ast.Call) and last_name(kind) == "type" and len(kind.args) == 1
    own = plain and same(kind.args[0], test.args[0])  # type: ignore[attr-defined]
    return "everything is an instance of its own type" if own else ""


def _is_copy(node: ast.expr, of: ast.expr) -> bool:
    """Whether a call makes a dict of a variable: it equals what it is made of."""
    if not isinstance(node, ast.Call) or not isinstance(of, ast.Name):
        return False
    return last_name(node) == "dict" and len(node.args) == 1 and not node.keywords and same(node.args[0], of)


def _is_steady(node: ast.expr) -> bool:
    """Whether an expression is what a response gives each time it is asked."""
    if isinstance(node, ast.Call):
        func = node.func
        plain = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name)
        return plain and func.attr == "json" and not node.args and not node.keywords  # type: ignore[attr-defined]
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in KEPT


def _is_asked_once(scope: Scope, node: ast.expr) -> bool:
    """Whether the response that an expression asks is assigned only once."""
    name = next(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
    return len((scope.bound or {}).get(name, [])) <= 1


def _is_pure(node: ast.expr) -> bool:
    """Whether all calls of an expression give the same each time."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call | ast.Await | ast.NamedExpr)]
    return (
        all(isinstance(one, ast.Call) and last_name(one) in PURE for one in calls)
        and last_name(node) != "json"
    )
