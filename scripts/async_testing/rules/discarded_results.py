"""Tasks are waited for in a way that keeps their failures, and then the results are dropped.

## What it does

Looks in tests for ``await asyncio.gather(..., return_exceptions=True)`` and ``await asyncio.wait(...)`` whose result is
dropped, never read, or only counted. Cleanup is exempt: after a ``cancel()``, in ``finally``, after the ``yield`` of a
fixture; so is what a ``with`` asserts something about as a whole, such as how long it takes.

## Why is this bad

Neither of the two raises what a task raised. The failures are in what they return, so the test is green whatever
happened.

## Example

```python
import asyncio

import pytest


async def notify(name: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_notify_takes_all() -> None:
    await asyncio.gather(notify("Ann"), notify("Bob"), return_exceptions=True)  # error
    await asyncio.wait([asyncio.create_task(notify("Ann"))])  # error
```

## Use instead

```python
import asyncio

import pytest


async def notify(name: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_notify_takes_all() -> None:
    await asyncio.gather(notify("Ann"), notify("Bob"))
    done, pending = await asyncio.wait([asyncio.create_task(notify("Ann"))])
    assert not pending
    assert [task.result() for task in done] == [None]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from async_testing.facts import asserts, places, unawaited
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.rules import Edit, Fix, Hit

CODE = "AT107"
NEEDS = ("return_exceptions", "wait(", "import wait")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each wait for tasks in a test that loses what they raise."""
    waiting = {id(scope) for scope, _ in source.calls("gather", "wait")}
    for test in source.tests:
        scope = test.function
        for awaited in scope.of(ast.Await) if id(scope) in waiting else ():
            call = _waiting(source, scope, awaited.value)
            what = _keeps_failures(source, call) if call else ""
            if not what or call is None or not _is_dropped(source, scope, awaited):
                continue
            if (
                places.in_finally(source, awaited)
                or places.cancels(scope)
                or _only_waits(source, scope, awaited, call)
                or _is_asserted_whole(source, scope, awaited)
            ):
                continue
            known = _tasks(call.args) & bindings(source, scope).keys()
            if places.reads_after(scope, awaited.end_lineno or awaited.lineno, known):
                continue
            instead = (
                "keep the results and assert on them" if what == "wait" else "drop return_exceptions=True"
            )
            fix = _fix(source, call) if what == "gather" else None
            yield Hit(
                awaited, f"what the tasks raise is in the result of {what}(), which is dropped", instead, fix
            )


def _waiting(source: SourceFile, scope: Scope, node: ast.expr) -> ast.Call | None:
    """The call that waits for tasks: awaited itself, under a time limit, or from a variable."""
    if isinstance(node, ast.Name):
        values = bindings(source, scope).get(node.id, [])
        node = values[0] if len(values) == 1 and values[0] is not None else node
    elif source.called(node) in ("asyncio.wait_for", "asyncio.shield") and isinstance(node, ast.Call):
        inner = node.args[0] if node.args else None
        return _waiting(source, scope, inner) if inner is not None else None
    return node if isinstance(node, ast.Call) else None


def _tasks(nodes: Iterable[ast.expr]) -> set[str]:
    """The names that hold the tasks themselves; not what a coroutine among the arguments is made with."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Starred):
            found |= _tasks([node.value])
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            found |= _tasks(node.elts)
        elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            made = isinstance(node.elt, ast.Call)
            found |= set() if made else places.names([one.iter for one in node.generators])
        elif not isinstance(node, ast.Call):
            found |= places.names([node])
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("values", "keys", "copy"):
            found |= places.names([node.func])
    return found


def _keeps_failures(source: SourceFile, call: ast.expr) -> str:
    name = source.called(call)
    if name == "asyncio.wait":
        return "wait"
    if name != "asyncio.gather" or not isinstance(call, ast.Call):
        return ""
    given = next((one.value for one in call.keywords if one.arg == "return_exceptions"), None)
    return "gather" if isinstance(given, ast.Constant) and given.value is True else ""


def _only_waits(source: SourceFile, scope: Scope, awaited: ast.Await, call: ast.Call) -> bool:
    """Whether it is about time alone: the first of several events, or whatever still runs behind the assertions."""
    if any("FIRST_" in ast.unparse(one.value) for one in call.keywords if one.arg == "return_when"):
        return True
    if source.statement(awaited) is scope.body[-1] and ast.Assert in scope.nodes:
        return True
    known = places.names([*call.args])
    values = [value for name in known for value in bindings(source, scope).get(name, [])]
    return any(value is not None and "all_tasks" in ast.unparse(value) for value in [*values, *call.args])


def _is_asserted_whole(source: SourceFile, scope: Scope, node: ast.AST) -> bool:
    """Whether a ``with self.assertRunUnder(1)`` stands around: the tasks may fail, if that holds."""
    for around in source.ancestors(node):
        if around is scope.node:
            return False
        if isinstance(around, ast.With | ast.AsyncWith) and any(
            asserts.last_name(one.context_expr).startswith("assert") for one in around.items
        ):
            return True
    return False


def _is_dropped(source: SourceFile, scope: Scope, awaited: ast.Await) -> bool:
    around = source.parent(awaited)
    if isinstance(around, ast.Expr):
        return True
    if not isinstance(around, ast.Assign):
        return False
    targets = [
        one
        for target in around.targets
        for one in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
    ]
    return all(isinstance(one, ast.Name) and _is_unread(source, scope, one.id) for one in targets)


def _is_unread(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether nothing asks more of a variable than how long it is, or whether there is anything in it."""
    return unawaited.loaded(scope, name) == sum(_counts(node.test, name) for node in scope.of(ast.Assert))


def _counts(node: ast.expr, name: str) -> int:
    """How often a condition reads a variable, where it only counts what is in it; else 0."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        is_none = any(isinstance(one, ast.Constant) and one.value is None for one in sides)
        return sum(_counts(one, name) for one in sides if is_none or isinstance(one, ast.Call))
    if isinstance(node, ast.Call):
        is_length = isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1
        return _counts(node.args[0], name) if is_length else 0
    return int(isinstance(node, ast.Name) and node.id == name)


def _fix(source: SourceFile, call: ast.Call) -> Fix | None:
    """Drop the option where it comes last."""
    last = call.keywords[-1]
    if last.arg != "return_exceptions" or not call.args or len(call.keywords) > 1:
        return None
    start = source.span(call.args[-1])[1]
    return Fix("let failures be raised", (Edit(start, source.span(last.value)[1], ""),), safe=False)
