"""A comparison stands there as a statement: its result is thrown away.

## What it does

Looks for statements that are nothing but a comparison, ``isinstance(...)``, ``all(...)`` or another question with a
yes-or-no answer. Where the code around waits for an exception, or a comment on the line tells another linter that it is
meant, the comparison is left alone.

## Why is this bad

The word ``assert`` is missing, so the test stays green whatever the answer is.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    response.status_code == 200  # error
    isinstance(response.json()["id"], int)  # error
    assert response.json()["name"] == "Ann"
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    assert isinstance(response.json()["id"], int)
    assert response.json()["name"] == "Ann"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.asserts import expects, is_testing, last_name
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT510"
SEVERITY = "error"
FUNCTIONS = frozenset({"isinstance", "issubclass", "all", "any", "callable", "hasattr"})
METHODS = frozenset({"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "isdigit", "is_set"})
OF_TASKS = frozenset({"cancelled", "done", "locked"})
"""Questions to tasks and locks; with arguments they are somebody's own methods, which may do something."""
METHODS |= OF_TASKS | {"isclose", "iscoroutinefunction", "is_closed", "is_alive"}

_MEANT = re.compile(
    r"#.*(noqa:[^#]*\bB015\b|pylint:\s*disable=[^#]*(pointless-statement|expression-not-assigned))"
)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each comparison whose result is thrown away."""
    if not is_testing(source):
        return
    for statement in source.all(ast.Expr):
        value = statement.value
        if not _asks(value) or expects(source, statement) or _is_meant(source, statement):
            continue
        shown = ast.unparse(value)[:80]
        start, _ = source.span(value)
        fix = Fix("assert it", (Edit(start, start, "assert "),), safe=False)
        if source.text[:start].rstrip(" \t").endswith("("):
            fix = None  # type: ignore[assignment]
        yield Hit(statement, f"the result of '{shown}' is thrown away", f"assert {shown}", fix)


def _asks(node: ast.expr) -> bool:
    if isinstance(node, ast.Await):
        return False
    if isinstance(node, ast.Compare):
        return True
    if isinstance(node, ast.BoolOp):
        return all(_asks(one) for one in node.values)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in FUNCTIONS and bool(node.args) and not _works(node)
    if not isinstance(node.func, ast.Attribute) or last_name(node) not in METHODS:
        return False
    return last_name(node) not in OF_TASKS or not (node.args or node.keywords)


def _is_meant(source: SourceFile, statement: ast.stmt) -> bool:
    """Whether a comment tells another linter that the result is thrown away on purpose."""
    line = source.lines[(statement.end_lineno or statement.lineno) - 1]
    return "#" in line and bool(_MEANT.search(line))


def _works(node: ast.Call) -> bool:
    """Whether the argument is a loop written as a comprehension, or has calls that may be what it is about."""
    return last_name(node) in ("any", "all", "hasattr") and any(
        isinstance(one, ast.Await | ast.Yield) for one in ast.walk(node)
    )
