"""An assertion whose failure is caught, or that only runs if an exception happens to come.

## What it does

Looks for asserts inside of a ``try`` whose handler catches AssertionError (also as Exception, BaseException or bare)
and neither raises nor fails nor keeps the exception; for asserts under ``suppress`` of the same; and for asserts that
stand only in an ``except`` where nothing fails if no exception came. Loops that try again are left alone; so is an
``except`` behind code of the tests that can only raise, and one of a parametrized test whose cases may end either way.

## Why is this bad

The test is green when the assertion fails, or never gets to it.

## Example

```python
from httpx import AsyncClient, HTTPStatusError


async def test_get_user(client: AsyncClient) -> None:
    try:
        response = await client.get("/users/1")
        assert response.status_code == 200  # error
    except Exception as error:
        print(error)


async def test_get_unknown_user(client: AsyncClient) -> None:
    try:
        (await client.get("/users/0")).raise_for_status()
    except HTTPStatusError as error:
        assert error.response.status_code == 404  # error
```

## Use instead

```python
import pytest
from httpx import AsyncClient, HTTPStatusError


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200


async def test_get_unknown_user(client: AsyncClient) -> None:
    response = await client.get("/users/0")
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    assert caught.value.response.status_code == 404
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit
from async_testing.rules._provoked import is_provoked

CODE = "AT501"
NEEDS = ("except", "suppress")
CATCHING = frozenset({"AssertionError", "Exception", "BaseException"})
TELLING = frozenset(
    {"print", "pprint", "debug", "info", "warning", "error", "exception", "log", "print_exc", "warn"}
)
TELLING |= {"str", "repr", "format_exc", "sleep", "write", "skip", "type", "critical"}
METHODS = ("assert_", "assertE", "assertT", "assertI")
Try = ast.Try | ast.TryStar
_CATCHING = {ast.Try, ast.TryStar, ast.With, ast.AsyncWith}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield the first assertion of each ``try`` and ``suppress`` that loses it."""
    if not asserts.is_testing(source):
        return
    for scope in source.functions:
        if not scope.nodes.keys() & _CATCHING:
            continue
        tries: list[Try] = [*scope.of(ast.Try), *scope.of(ast.TryStar)]
        for node in tries:
            yield from _caught(source, node)
            yield from _only_in_handler(source, scope, node)
        withs: list[ast.With | ast.AsyncWith] = [*scope.of(ast.With), *scope.of(ast.AsyncWith)]
        for block in withs:
            yield from _suppressed(source, block)


def _caught(source: SourceFile, node: Try) -> Iterator[Hit]:
    for handler in node.handlers:
        if not _catches(source, handler.type):
            if handler.type is not None and asserts.last_name(handler.type) in ("AssertionError",):
                return
            continue
        if not _loses(source, handler) or _tries_again(source, node):
            return
        if any(asserts.is_check(one) for one in asserts.inside(node.orelse)):
            return
        found = _asserted(node.body)
        if found is not None:
            kind = ast.unparse(handler.type) if handler.type else "everything"
            message = f"'except {kind}' in line {handler.lineno} swallows the failure of this assertion"
            yield Hit(found, message, "take the assertion out of the try, or the except away")
        return


def _catches(source: SourceFile, kind: ast.expr | None) -> bool:
    """Whether a handler gets hold of an AssertionError."""
    if kind is None:
        return True
    items = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(source.dotted(one).removeprefix("builtins.") in CATCHING for one in items)


def _asserted(body: list[ast.stmt]) -> ast.expr | ast.stmt | None:
    """The first assertion of a block that isn't already caught or expected further in."""
    for statement in body:
        if isinstance(statement, ast.Try | ast.TryStar) and statement.handlers:
            continue
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for node in asserts.inside(statement):
            if isinstance(node, ast.Assert):
                return node
            if isinstance(node, ast.Call) and asserts.last_name(node).startswith(METHODS):
                return node
    return None


def _loses(source: SourceFile, handler: ast.ExceptHandler) -> bool:
    """Whether nothing of the failure gets out of a handler."""
    for node in asserts.inside(handler.body):
        if isinstance(node, ast.Raise | ast.Assert | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Yield):
            return False
        if isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value):
            return False
        if isinstance(node, ast.Call) and asserts.last_name(node) not in TELLING:
            return False
    return True


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _tries_again(source: SourceFile, node: ast.AST) -> bool:
    """Whether a loop around tries again, or a function around is not the test's own."""
    for around in source.ancestors(node):
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        if isinstance(around, ast.While | ast.For | ast.AsyncFor):
            return True
    return False


def _suppressed(source: SourceFile, block: ast.With | ast.AsyncWith) -> Iterator[Hit]:
    for item in block.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or not source.dotted(call.func).endswith("contextlib.suppress"):
            continue
        if not any(_catches(source, one) for one in call.args) or _tries_again(source, block):
            continue
        found = _asserted(block.body)
        if found is not None:
            message = f"{ast.unparse(call)} in line {block.lineno} swallows the failure of this assertion"
            yield Hit(found, message, "take the assertion out of the with")


def _only_in_handler(source: SourceFile, scope: Scope, node: Try) -> Iterator[Hit]:
    if not node.handlers or node.orelse or _tries_again(source, node) or _may_fail(node.body):
        return
    if any(asserts.is_check(one) for one in asserts.inside(node.finalbody)):
        return
    if not source.is_test_file or not _in_test(source, scope) or _goes_on(source, node):
        return
    for handler in node.handlers:
        found = next((one for one in asserts.inside(handler.body) if isinstance(one, ast.Assert)), None)
        if any(isinstance(one, ast.Raise) for one in asserts.inside(handler.body)) or _imports(node):
            return
        if found is None or asserts.fails(found) or any(asserts.fails(one) for one in handler.body):
            continue
        if _by_case(source, scope, handler) or is_provoked(source, scope, node.body):
            return
        kind = ast.unparse(handler.type) if handler.type else "an exception"
        message = f"this assertion only runs if {kind} comes; if it doesn't, the test passes"
        yield Hit(found, message, f"with pytest.raises({kind}) as caught: ..., and assert behind it")
        return


def _by_case(source: SourceFile, scope: Scope, handler: ast.ExceptHandler) -> bool:
    """Whether it may depend on a test's parameters if an exception comes: it uses them, the handler does not."""
    filled = next((test.parametrized for test in source.tests if test.function is scope), set[str]())
    used = filled & scope.names_read
    return bool(used) and not any(asserts.reads(handler.body, name) for name in used)


def _may_fail(body: list[ast.stmt]) -> bool:
    """Whether a block asserts or fails by itself."""
    return any(
        isinstance(one, ast.stmt) and (isinstance(one, ast.Assert) or asserts.fails(one))
        for one in asserts.inside(body)
    )


def _imports(node: Try) -> bool:
    """Whether a ``try`` is about an import that may be missing."""
    return all(isinstance(one, ast.Import | ast.ImportFrom | ast.Pass) for one in node.body)


def _in_test(source: SourceFile, scope: Scope) -> bool:
    return any(test.function is scope for test in source.tests)


def _goes_on(source: SourceFile, node: Try) -> bool:
    """Whether what follows notices that nothing was raised: a name that the ``try`` set, or a failure."""
    block = asserts.block_of(source, node)
    place = next((number for number, one in enumerate(block) if one is node), 0)
    later = block[place + 1 :]
    if any(asserts.fails(one) for one in later):
        return True
    stored = {
        one.id
        for one in asserts.inside([*node.body, *(line for handler in node.handlers for line in handler.body)])
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    return any(asserts.reads(later, name) for name in stored)
