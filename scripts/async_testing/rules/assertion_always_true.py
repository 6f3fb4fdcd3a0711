"""An assertion that is true whatever the code under test does.

## What it does

Looks for asserts on a non-empty tuple, list, text, number, lambda or generator, for an alternative that is always true
(``== 200 or 201``), for a length or count that is at least zero, and for a value that is compared with itself or with
``mock.ANY``.

## Why is this bad

The assertion can't fail, and yet it reads as if it checked something.

## Example

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:
    response = await client.post("/users", json={"name": "Ann"})
    assert (response.status_code == 201, "user was not created")  # error
    assert response.status_code == 200 or 201  # error
    assert len(response.json()) >= 0  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:
    response = await client.post("/users", json={"name": "Ann"})
    assert response.status_code == 201, "user was not created"
    assert len(response.json()) == 1
```
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from typing import Any

from async_testing.facts import conditions
from async_testing.facts.asserts import is_false, is_testing, last_name, same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT511"
SEVERITY = "error"
NEEDS = ("assert",)
COUNTS = frozenset({"call_count", "await_count"})
LAZY = frozenset({"map", "filter", "zip", "iter", "enumerate", "reversed"})
ABOUT_EQUALITY = frozenset(
    {"eq", "equal", "equals", "equality", "hash", "hashable", "identity", "identical", "compare"}
)
ABOUT_EQUALITY |= {"comparison", "same", "ordering", "ne", "cmp", "stable", "cache", "cached", "singleton"}
OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
NEVER_FALSE = frozenset({"type", "id"})
TWISTED = {ast.GtE: ast.LtE, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.Lt: ast.Gt}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert that can't fail."""
    if not is_testing(source):
        return
    for scope in source.scopes:
        if ast.Assert not in scope.nodes and ast.Call not in scope.nodes:
            continue
        for statement, condition in conditions.asserted(source, scope):
            why = _why(source, condition)
            if not why:
                why = _itself(condition)
                why = why if why and not _about_equality(scope) else ""
            if why:
                instead = "assert the condition itself, with its message behind a comma"
                yield Hit(statement, f"this assert can't fail: {why}", instead, _unwrapped(source, condition))


def _why(source: SourceFile, node: ast.expr) -> str:
    """Why an expression is true whatever happens, empty where it is not."""
    if isinstance(node, ast.Compare):
        single = len(node.ops) == 1
        return _of_comparison(source, node.left, node.ops[0], node.comparators[0]) if single else ""
    if isinstance(node, ast.Name | ast.Attribute | ast.Await):
        return ""
    constant = _constant(node)
    if constant:
        return constant
    if isinstance(node, ast.BoolOp):
        return _of_alternatives(source, node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"{ast.unparse(node)} is a constant" if _empty(node.operand) else ""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in LAZY and node.args:
            return f"the object that {name}() makes is true even when it gives nothing"
        if name == "isinstance" and len(node.args) == 2 and last_name(node.args[1]) == "object":
            return "everything is an object"
        if name in NEVER_FALSE and len(node.args) == 1:
            return f"what {name}() gives is always true"
        return ""
    return ""


def _empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not node.value and node.value is not False
    if isinstance(node, ast.List | ast.Tuple):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _constant(node: ast.expr) -> str:
    if isinstance(node, ast.Tuple) and node.elts:
        return f"a tuple of {len(node.elts)} is true; the parentheses take in the message"
    if isinstance(node, ast.List | ast.Set) and node.elts:
        return "a list that is not empty is true whatever it holds"
    if isinstance(node, ast.Dict) and node.keys:
        return "a dict that is not empty is true whatever it holds"
    if isinstance(node, ast.Lambda):
        return "the lambda is never called"
    if isinstance(node, ast.GeneratorExp):
        return "a generator is true even when it gives nothing; all(...) or any(...) is missing"
    if isinstance(node, ast.JoinedStr) and any(isinstance(one, ast.Constant) for one in node.values):
        return "a text that is not empty is true"
    if isinstance(node, ast.Constant) and node.value and node.value is not True:
        return f"{ast.unparse(node)[:40]} is true"
    return ""


def _of_alternatives(source: SourceFile, node: ast.BoolOp) -> str:
    if isinstance(node.op, ast.And):
        found = [_why(source, one) for one in node.values]
        return found[0] if all(found) else ""
    for one in node.values:
        if isinstance(one, ast.Constant) and one.value is True:
            return "'or True' makes it true"
        constant = _constant(one) or _why(source, one)
        if constant:
            return f"the alternative '{ast.unparse(one)[:40]}' is always true"
    if len(node.values) == 2:
        left, right = node.values
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not) and same(one.operand, other):
                return "one of the two always holds"
        if _opposite(left, right):
            return "one of the two always holds"
    return ""


def _opposite(left: ast.expr, right: ast.expr) -> bool:
    if not isinstance(left, ast.Compare) or not isinstance(right, ast.Compare):
        return False
    if len(left.ops) != 1 or len(right.ops) != 1 or not same(left.left, right.left):
        return False
    kinds = {left.ops[0].__class__, right.ops[0].__class__}
    pairs = (
        {ast.Is, ast.IsNot},
        {ast.Eq, ast.NotEq},
        {ast.In, ast.NotIn},
        {ast.GtE, ast.Lt},
        {ast.LtE, ast.Gt},
    )
    return kinds in pairs and same(left.comparators[0], right.comparators[0])


def _of_comparison(source: SourceFile, left: ast.expr, kind: ast.cmpop, right: ast.expr) -> str:
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return "both sides are constants" if _holds(left.value, kind, right.value) else ""
    if isinstance(left, ast.Constant) and kind.__class__ in TWISTED:
        return _of_comparison(source, right, TWISTED[kind.__class__](), left)
    if isinstance(kind, ast.IsNot) and _is_new(right):
        return (
            f"{ast.unparse(left)[:60]} is another object than {ast.unparse(right)[:40]}; != compares values"
        )
    counted = isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "len"
    if counted or (isinstance(left, ast.Attribute) and left.attr in COUNTS):
        try:
            number = ast.literal_eval(right)
        except (ValueError, TypeError, SyntaxError):
            number = None
        low = (isinstance(kind, ast.GtE) and number == 0) or (isinstance(kind, ast.Gt) and number == -1)
        low = low or (isinstance(kind, ast.NotEq) and isinstance(number, int) and number < 0)
        if low and not isinstance(number, bool):
            return f"{ast.unparse(left)[:60]} is never below zero"
    if isinstance(kind, ast.Eq) and "unittest.mock.ANY" in (source.dotted(left), source.dotted(right)):
        return "ANY equals everything"
    return ""


def _holds(left: Any, kind: ast.cmpop, right: Any) -> bool:
    """Whether a comparison of constants is true; one that is not fails always, which nobody overlooks."""
    try:
        return bool(OPERATORS[kind.__class__](left, right))
    except (KeyError, TypeError):
        return False


def _is_new(node: ast.expr) -> bool:
    """Whether an expression makes an object of its own, so that nothing else is it: a number, a text, a container."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | str | bytes) and not isinstance(node.value, bool)
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _about_equality(scope: Scope) -> bool:
    """Whether a function tests ``__eq__``: by its name, or as it asserts that something differs, or makes sets."""
    return not ABOUT_EQUALITY.isdisjoint(scope.name.lower().split("_")) or any(
        isinstance(one.test, ast.Compare)
        and (isinstance(one.test.ops[0], ast.NotEq | ast.IsNot) or isinstance(one.test.left, ast.Set))
        for one in scope.of(ast.Assert)
    )


def _itself(node: ast.expr) -> str:
    """Why a comparison of something with itself holds; calls may give something else the second time."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return ""
    left, right = node.left, node.comparators[0]
    if not isinstance(node.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE) or not same(left, right):
        return ""
    if isinstance(left, ast.Attribute) and (
        isinstance(node.ops[0], ast.Is) or last_name(left.value)[:1].isupper()
    ):
        return ""  # a cached property, a member of an enum
    calls = [one for one in ast.walk(left) if isinstance(one, ast.Call | ast.Await | ast.NamedExpr)]
    plain = all(isinstance(one, ast.Call) and last_name(one) == "json" and not one.args for one in calls)
    if isinstance(left, ast.Constant):
        return f"{ast.unparse(node)[:40]} is a constant"
    return f"{ast.unparse(left)[:60]} is compared with itself" if plain and not is_false(left) else ""


def _unwrapped(source: SourceFile, node: ast.expr) -> Fix | None:
    """``assert (x, "text")`` without its parentheses."""
    if not isinstance(node, ast.Tuple) or len(node.elts) != 2 or not source.segment(node).startswith("("):
        return None
    message = node.elts[1]
    if not isinstance(message, ast.JoinedStr) and not (
        isinstance(message, ast.Constant) and isinstance(message.value, str)
    ):
        return None
    start, end = source.span(node)
    text = f"{source.segment(node.elts[0])}, {source.segment(message)}"
    if "\n" in text:
        return None
    return Fix("take the parentheses away", (Edit(start, end, text),), safe=False)
