"""An assert looks at a function or method that nobody calls: it is always true.

## What it does

Looks for asserts on ``response.json``, ``task.done``, ``event.is_set`` and the like without parentheses, and on
functions and methods of the project by their names alone.

## Why is this bad

A function object is true, whatever it would return.

## Example

```python
import asyncio


def is_ready() -> bool:
    return False


async def test_worker_finishes() -> None:
    finished = asyncio.Event()
    task = asyncio.create_task(finished.wait())
    finished.set()
    await task
    assert task.done  # error
    assert finished.is_set  # error
    assert is_ready  # error
```

## Use instead

```python
import asyncio


def is_ready() -> bool:
    return False


async def test_worker_finishes() -> None:
    finished = asyncio.Event()
    task = asyncio.create_task(finished.wait())
    finished.set()
    await task
    assert task.done()
    assert finished.is_set()
    assert is_ready()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts.asserts import is_testing, last_name
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.types import bindings
from async_testing.facts.webapps import parameters
from async_testing.rules import Edit, Fix, Hit

CODE = "AT513"
SEVERITY = "error"
NEEDS = ("assert",)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OF_TASK = frozenset({"done", "cancelled", "cancelling", "exception", "result"})
MAKING_TASKS = frozenset(
    {"create_task", "ensure_future", "create_future", "Future", "Task", "shield", "gather"}
)
ANYWHERE = frozenset(
    {"is_set", "locked", "startswith", "endswith", "isdigit", "issubset", "issuperset", "is_file"}
)
ANYWHERE |= {
    "is_dir",
    "raise_for_status",
    "isalpha",
    "isnumeric",
    "called_with",
    "is_symlink",
    "fetchone",
    "fetchall",
}
OF_RESPONSE = frozenset({"get", "post", "put", "patch", "delete", "request", "options", "head", "send"})
PROPERTY_JSON = frozenset({"flask", "sanic", "quart", "werkzeug", "falcon", "webtest", "sanic_testing"})


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert on something that should have been called."""
    if not is_testing(source):
        return
    for scope, statement in source.each(ast.Assert):
        if scope.node.__class__ not in _FUNCTIONS:
            continue
        for node in _looked_at(statement.test):
            if _is_function(source, node, scope):
                shown = ast.unparse(node)
                _, end = source.span(node)
                fix = Fix("call it", (Edit(end, end, "()"),), safe=False)
                yield Hit(statement, f"{shown} is never called, and true as it stands", f"{shown}()", fix)
                break


def _looked_at(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions whose truth decides, and what is only compared with None."""
    if isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _looked_at(one)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _looked_at(node.operand)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.left, ast.Attribute):
        right = node.comparators[0]
        plain = isinstance(right, ast.Constant) and isinstance(right.value, bool | str | int | None)
        if (
            isinstance(node.ops[0], ast.IsNot | ast.NotEq)
            and plain
            and node.left.attr in ("json", "done", "is_set")
        ):
            yield node.left
    elif isinstance(node, ast.Attribute | ast.Name):
        yield node


def _is_function(source: SourceFile, node: ast.expr, scope: Scope) -> bool:
    if isinstance(node, ast.Name):
        return not _bound(scope, node.id) and _of_project(source, node.id, scope)
    if not isinstance(node, ast.Attribute):
        return False
    if node.attr in ANYWHERE:
        return not _own_attribute(source, node)
    if node.attr in OF_TASK:
        return _made_by(node.value, scope, source) in MAKING_TASKS
    if node.attr == "json":
        tops = {one.partition(".")[0] for one in source.imports.values()}
        return not tops & PROPERTY_JSON and _made_by(node.value, scope, source) in OF_RESPONSE
    if (
        isinstance(node.value, ast.Name)
        and node.value.id in source.imports
        and not _bound(scope, node.value.id)
    ):
        return _of_project(source, source.dotted(node), scope)
    kind = source.type_of(node.value, scope)
    return bool(kind) and _of_project(source, f"{kind}.{node.attr}", scope)


def _bound(scope: Scope | None, name: str) -> bool:
    """Whether a function around binds a name itself, so that it isn't the module's."""
    current = scope
    while current is not None and not isinstance(current.node, ast.Module):
        if name in (bindings_of(current)) or name in parameters(current):
            return True
        if any(child.name == name for child in current.children):
            return True
        imports: list[ast.ImportFrom | ast.Import] = [*current.of(ast.ImportFrom), *current.of(ast.Import)]
        if any(name == (one.asname or one.name) for node in imports for one in node.names):
            return True  # a test that something can be imported
        current = current.parent
    return False


def bindings_of(scope: Scope) -> set[str]:
    """The names that a scope's own code binds, whichever way."""
    found = set(scope.bound or ()) or {
        one.id
        for statement in scope.body
        for one in ast.walk(statement)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    return found | {one.name for one in scope.of(ast.ExceptHandler) if one.name}


def _own_attribute(source: SourceFile, node: ast.Attribute) -> bool:
    """Whether the file itself sets an attribute of that name somewhere."""
    return node.attr in source.settings


def _made_by(node: ast.expr, scope: Scope, source: SourceFile) -> str:
    """The last name of the call that a variable was bound to, awaited or not."""
    if not isinstance(node, ast.Name):
        return ""
    bound = bindings(source, scope).get(node.id, [])
    values = {last_name(one.value if isinstance(one, ast.Await) else one) for one in bound if one is not None}
    return values.pop() if len(values) == 1 and len(bound) >= 1 else ""


def _of_project(source: SourceFile, dotted: str, scope: Scope) -> bool:
    """Whether a name leads to a plain function or method of the project."""
    found = source.workspace.definition(source, dotted, where="method")
    if found is None or found.kind != "function" or "import" in scope.name:
        return False
    decorators = [last_name(one) for one in found.scope.node.decorator_list]  # type: ignore[union-attr]
    return all(one in ("staticmethod", "classmethod", "abstractmethod", "override") for one in decorators)
