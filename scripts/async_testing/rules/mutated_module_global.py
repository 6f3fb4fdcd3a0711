"""A test changes something that outlives it, and puts nothing back.

## What it does

Looks in tests for ``global`` names that are assigned, for lists, dicts and sets at the module's level that are
changed in place, and for attributes of the project's imported modules and objects that are assigned, where nothing
puts them back.

## Why is this bad

The next test starts from what this one left. Tests then pass or fail by their order, and one run alone may not be
green.

## Example

```python
import pytest

SENT: list[str] = []


async def send(name: str) -> str:
    return name


@pytest.mark.asyncio
async def test_send_keeps_the_name() -> None:
    SENT.append(await send("Ann"))  # error
    assert len(SENT) == 1
```

## Use instead

```python
import pytest


async def send(name: str) -> str:
    return name


@pytest.mark.asyncio
async def test_send_keeps_the_name() -> None:
    sent: list[str] = []
    sent.append(await send("Ann"))
    assert len(sent) == 1
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from async_testing.facts import coroutines, places
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit

CODE = "AT601"
CHANGES = frozenset(
    [
        "append",
        "add",
        "update",
        "extend",
        "insert",
        "setdefault",
        "pop",
        "popitem",
        "remove",
        "discard",
        "appendleft",
    ]
)
MADE = frozenset(
    {"list", "dict", "set", "collections.defaultdict", "collections.deque", "collections.Counter"}
)
MADE |= {"collections.OrderedDict"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each change of a test that outlives it."""
    if not source.tests:
        return
    kept = {name for name, value in source.constants.items() if _is_container(source, value)}
    for test in source.tests:
        scope = test.function
        for statement, name, what in _changes(source, scope, kept):
            if places.in_try_with_finally(source, statement) or _put_back(source, scope, name, statement):
                continue
            message = f"{what} outlives the test, and so does this change of it"
            yield Hit(
                statement, message, "make it anew in the test or a fixture, or change it with monkeypatch"
            )


def _is_container(source: SourceFile, value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Dict | ast.Set) or source.called(value) in MADE


def _changes(source: SourceFile, scope: Scope, kept: set[str]) -> Iterator[tuple[ast.stmt, str, str]]:
    """The changes in a test's own code: the statement, the name that is changed, and what to call it."""
    shared = {name for one in scope.of(ast.Global) for name in one.names}
    assigns: list[ast.Assign | ast.AugAssign] = [*scope.of(ast.Assign), *scope.of(ast.AugAssign)]
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if isinstance(target, ast.Name) and target.id in shared and not _is_reset(source, target, assign):
                yield assign, target.id, f"the global {target.id}"
            elif isinstance(target, ast.Subscript) and _is_kept(source, scope, target.value, kept):
                yield assign, target.value.id, f"the module's {target.value.id}"  # type: ignore[attr-defined]
    yield from _attributes(source, scope, assigns)
    for removal in scope.of(ast.Delete):
        for target in removal.targets:
            if isinstance(target, ast.Subscript) and _is_kept(source, scope, target.value, kept):
                yield removal, target.value.id, f"the module's {target.value.id}"  # type: ignore[attr-defined]
    for plain in scope.of(ast.Expr):
        func = plain.value.func if isinstance(plain.value, ast.Call) else None
        if (
            isinstance(func, ast.Attribute)
            and func.attr in CHANGES
            and _is_kept(source, scope, func.value, kept)
        ):
            yield plain, func.value.id, f"the module's {func.value.id}"  # type: ignore[attr-defined]


def _is_reset(source: SourceFile, target: ast.Name, assign: ast.Assign | ast.AugAssign) -> bool:
    """Whether a global is set to what the module itself sets it to."""
    first = source.constants.get(target.id)
    return first is not None and isinstance(assign, ast.Assign) and ast.dump(first) == ast.dump(assign.value)


def _attributes(
    source: SourceFile, scope: Scope, assigns: list[ast.Assign | ast.AugAssign]
) -> Iterator[tuple[ast.stmt, str, str]]:
    """Attributes of what the file imports from the project, set once in the test and by nothing else."""
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
                continue
            root = target.value.id
            if root not in source.imports or coroutines.binder(source, root, scope)[0] is not None:
                continue
            shown = ast.unparse(target)
            others = [
                one
                for other in source.all(ast.Attribute)
                if isinstance(other.ctx, ast.Store | ast.Del) and (one := ast.unparse(other)) == shown
            ]
            if _is_empty(assign.value) or _is_tended(source, root) or f'"{target.attr}"' in source.text:
                continue
            if len(others) == 1 and _in_project(source, root):
                yield assign, root, shown


def _is_empty(value: ast.expr) -> bool:
    """Whether a value looks like a reset."""
    plain = isinstance(value, ast.List | ast.Tuple | ast.Set) and not value.elts
    return plain or (isinstance(value, ast.Dict) and not value.keys) or ast.unparse(value) == "None"


def _is_tended(source: SourceFile, root: str) -> bool:
    """Whether a fixture that cleans up, or a teardown, speaks of the object."""
    fixtures = [one for one in source.fixtures.visible.values() if one.function.is_generator]
    hooks = [source.segment(one.node) for one in source.functions if "eardown" in one.name.lower()]  # type: ignore[arg-type]
    return any(root in text for text in [*hooks, *(one.source.segment(one.node) for one in fixtures)])


def _in_project(source: SourceFile, name: str) -> bool:
    """Whether an import leads to a module of the project, or to something that one defines."""
    dotted = source.imports[name]
    module = dotted.rpartition(".")[0]
    return any(one and source.workspace.locate(source.path, one) is not None for one in (dotted, module))


def _is_kept(source: SourceFile, scope: Scope, node: ast.expr, kept: set[str]) -> bool:
    if not isinstance(node, ast.Name) or node.id not in kept:
        return False
    return coroutines.binder(source, node.id, scope)[0] is None


def _put_back(source: SourceFile, scope: Scope, name: str, statement: ast.stmt) -> bool:
    """Whether anything in the file resets the global: a clear(), a new value, or a second change of the test."""
    for call in source.all(ast.Call):
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in (
            "clear",
            "dict",
            "setitem",
            "delitem",
            "setattr",
        ):
            if isinstance(func.value, ast.Name) and func.value.id == name:
                return True
            if any(isinstance(one, ast.Name) and one.id == name for one in call.args):
                return True
    for other in source.functions:
        names = {one for held in other.of(ast.Global) for one in held.names}
        if name in names and any(
            isinstance(target, ast.Name) and target.id == name and assign is not statement
            for assign in other.of(ast.Assign)
            for target in assign.targets
        ):
            return True
        for removal in other.of(ast.Delete):
            if removal is not statement and name in places.names(removal.targets):
                return True
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("pop", "remove", "discard")
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == name
        and call is not getattr(statement, "value", None)
        for call in scope.of(ast.Call)
    )
