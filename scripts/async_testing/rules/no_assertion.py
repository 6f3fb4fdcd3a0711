"""A test that asserts nothing: it only fails when something raises.

## What it does

Looks for tests without an assertion of any kind: assert, ``pytest.raises``, the assertions of mocks and test cases,
helpers that assert, nested functions and fixtures that do. Those that keep a result in a variable which nobody reads
are left to result-never-read.

## Why is this bad

The test calls the code and looks at nothing that comes of it.

## Example

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:  # error
    await client.post("/users", json={"name": "Ann"})
```

## Use instead

```python
from httpx import AsyncClient


async def test_create_user(client: AsyncClient) -> None:
    response = await client.post("/users", json={"name": "Ann"})
    assert response.status_code == 201
```

## When it is wrong

Some tests only show that nothing raises. Say so in the name (``test_close_twice_does_not_raise``) and they are left
alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.tests import Test
from async_testing.facts.webapps import reach
from async_testing.rules import Hit

CODE = "AT509"
STATUS = "preview"
NOTHING_RAISES: tuple[str, ...] = (
    "raise",
    "no_error",
    "without_error",
    "smoke",
    "import",
    "not_fail",
    "no_exception",
    "does_not",
    "doesnt",
)
NOTHING_RAISES += (
    "no_crash",
    "not_crash",
    "works",
    "no_warning",
    "idempotent",
    "noop",
    "no_op",
    "safe",
    "ignore",
)
VERIFYING = frozenset({"snapshot", "benchmark", "pytester", "testdir", "data_regression", "num_regression"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each test that nothing but an exception makes fail."""
    for test, unread in without(source):
        if not unread:
            empty = all(_is_nothing(line) for line in test.function.body)
            instead = (
                "write it, or mark it as skipped" if empty else "assert what the call returns or changes"
            )
            yield Hit(test.node, f"{test.name} {'does' if empty else 'asserts'} nothing", instead)


def without(source: SourceFile) -> Iterator[tuple[Test, str]]:
    """The tests without an assertion, each with the variable of a result that it keeps and never reads.

    Where there is one, neither the test's name nor a timeout around the call excuses it.
    """
    for test in source.tests:
        if ast.Assert in test.function.nodes:
            continue
        unread = _unread(test.function)
        if not _is_candidate(test, bool(unread)):
            continue
        if any(_checks(other, scope, 3, bool(unread)) for other, scope in reach(source, test.function)):
            continue
        yield test, unread


def _unread(scope: Scope) -> str:
    """A variable that a test keeps the result of a call in, and that nothing reads: something to look at was meant."""
    assigns: list[ast.Assign | ast.AnnAssign] = [*scope.of(ast.Assign), *scope.of(ast.AnnAssign)]
    for assign in assigns:
        target = assign.targets[0] if isinstance(assign, ast.Assign) else assign.target
        if not isinstance(target, ast.Name) or target.id.startswith("_"):
            continue
        if isinstance(assign.value, ast.Await) and not asserts.reads(scope.body, target.id):
            return target.id
    return ""


def _is_candidate(test: Test, unread: bool) -> bool:
    """Whether a test does something, and does not say by name or mark that not to raise is all it is about."""
    if not unread and any(word in test.name.lower() for word in NOTHING_RAISES):
        return False
    if any(mark.name in ("skip", "xfail") for mark in test.marks) or set(test.parameters) & VERIFYING:
        return False
    if all(_is_nothing(line) for line in test.function.body):
        return not test.class_ or not _bases(test.function)  # which may take an inherited test out
    return any(isinstance(one, ast.Call | ast.Await) for line in test.function.body for one in ast.walk(line))


def _is_nothing(line: ast.stmt) -> bool:
    """Whether a statement does nothing: ``pass``, ``...``, a docstring."""
    return isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))


def _checks(source: SourceFile, scope: Scope, hops: int, unread: bool = False) -> bool:
    """Whether a function asserts, or calls or hands on something that may.

    Args:
        unread: whether a result is kept and never read, so that to wait for it is no check.
    """
    for line in scope.body:
        for one in ast.walk(line):
            if asserts.is_check(one) and not (unread and source.called(one) == "asyncio.wait_for"):
                return True
    for call in scope.within(ast.Call):
        name = asserts.last_name(call)
        if name in ("super", "partial", "mainloop", "run_until_complete") or (
            name == "gather" and not unread
        ):
            return True
        for node in [call.func, *call.args]:
            if hops and isinstance(node, ast.Name | ast.Attribute) and _follows(source, node, scope, hops):
                return True
    return False


def _follows(source: SourceFile, node: ast.expr, scope: Scope, hops: int) -> bool:
    dotted = source.dotted(node)
    if dotted.startswith("self.") and scope.class_ is not None:
        dotted = f"{scope.class_.name}.{dotted[5:]}"
        found = source.workspace.definition(source, dotted)
        if found is None:
            return (
                "." not in dotted.partition(".")[2]
                and isinstance(node, ast.Attribute)
                and bool(_bases(scope))
            )
    else:
        found = source.workspace.definition(source, dotted) if dotted else None
    if found is None or found.kind != "function" or not asserts.is_testing(found.source):
        return False
    return found.scope is not scope and _checks(found.source, found.scope, hops - 1)


def _bases(scope: Scope) -> list[ast.expr]:
    return scope.class_.node.bases if scope.class_ is not None else []  # type: ignore[union-attr]
