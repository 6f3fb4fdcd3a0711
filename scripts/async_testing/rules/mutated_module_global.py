"""A test changes something that outlives it, and puts nothing back.

## What it does

Looks in tests for ``global`` names that are assigned, for lists, dicts and sets at the module's level that are
changed in place, the file's own and those imported from the project, and for attributes of the project's imported
modules and objects that are assigned, where nothing puts them back; and in functions beside the tests, where these read
what they change. What the module itself begins with may be written, and so may a number in the place of one that is
another in each run.

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

from async_testing.facts import coroutines, members, places, types
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.rules import Hit, _as_before

CODE = "AT601"
CHANGES = frozenset({"append", "add", "update", "extend", "insert", "setdefault", "appendleft"})
CHANGES |= {"pop", "popitem", "remove", "discard"}
RESETS = frozenset({"clear", "dict", "setitem", "delitem", "setattr"})
MADE = frozenset(
    {"list", "dict", "set", "collections.defaultdict", "collections.deque", "collections.Counter"}
)
MADE |= {"collections.OrderedDict"}


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each change of a test that outlives it."""
    if not source.tests:
        return
    kept = {name for name, value in source.constants.items() if is_container(source, value)}
    for scope in [*places.of_tests(source), *_helpers(source, kept)]:
        for statement, name, what in _changes(source, scope, kept):
            if places.in_try_with_finally(source, statement) or _put_back(source, scope, name, statement):
                continue
            if _as_before.is_taken_out(source, name) or _is_as_good(source, statement):
                continue
            message = f"{what} outlives the test, and so does this change of it"
            yield Hit(
                statement, message, "make it anew in the test or a fixture, or change it with monkeypatch"
            )


def _helpers(source: SourceFile, kept: set[str]) -> Iterator[Scope]:
    """The functions beside the tests that change a container of the module, and with it what a test reads."""
    read = {name for test in source.tests for name in test.function.names_read} if kept else set()
    for one in source.module.children:
        node = one.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name not in read:
            continue
        if node.decorator_list or source.config.collects_function(node.name):
            continue
        changed = {ast.unparse(container) for _, container in in_place(one)}
        if changed & kept & read and not changed - kept:
            yield one


def _is_as_good(source: SourceFile, statement: ast.stmt) -> bool:
    """Whether a change puts there what is as good for the next test as what the project begins with."""
    changed = _as_before.changed(statement)
    if changed is None:
        return False
    name = changed.id if isinstance(changed, ast.Name) else ""
    first = source.constants.get(name) or _defined(source, changed)
    return _as_before.is_initial(statement, first) or _as_before.is_other_each_run(statement, first)


_CHANGING = {ast.Assign, ast.AugAssign, ast.Delete, ast.Expr}


def is_container(source: SourceFile, value: ast.expr | None) -> bool:
    """Whether a value is a list, dict or set that is made where it stands."""
    return isinstance(value, ast.List | ast.Dict | ast.Set) or source.called(value) in MADE


def _changes(source: SourceFile, scope: Scope, kept: set[str]) -> Iterator[tuple[ast.stmt, str, str]]:
    """The changes in a test's own code: the statement, the name that is changed, and what to call it."""
    if not scope.nodes.keys() & _CHANGING:
        return
    shared = {name for one in scope.of(ast.Global) for name in one.names}
    assigns: list[ast.Assign | ast.AugAssign] = [*scope.of(ast.Assign), *scope.of(ast.AugAssign)]
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if isinstance(target, ast.Name) and target.id in shared and not _is_reset(source, target, assign):
                yield assign, target.id, f"the global {target.id}"
    yield from _attributes(source, scope, assigns)
    for statement, node in in_place(scope):
        if isinstance(node, ast.Name) and node.id in kept:
            if coroutines.binder(source, node.id, scope)[0] is None:
                yield statement, node.id, f"the module's {node.id}"
        elif _is_of_project(source, scope, node):
            name = ast.unparse(node)
            if not _is_saved(source, scope, name):
                yield statement, name, f"the project's {name}"


def in_place(scope: Scope) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """The statements of a scope that change a container in place, each with the container as written."""
    assigns: list[ast.Assign | ast.AugAssign] = [*scope.of(ast.Assign), *scope.of(ast.AugAssign)]
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if isinstance(target, ast.Subscript):
                yield assign, _container(target.value)
    for removal in scope.of(ast.Delete):
        for target in removal.targets:
            if isinstance(target, ast.Subscript):
                yield removal, _container(target.value)
    for plain in scope.of(ast.Expr):
        func = plain.value.func if isinstance(plain.value, ast.Call) else None
        if isinstance(func, ast.Attribute) and func.attr in CHANGES:
            yield plain, _container(func.value)


def _container(node: ast.expr) -> ast.expr:
    """The outermost container: ``SETTINGS`` of ``SETTINGS["mail"]["port"]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _is_of_project(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether a name leads to a container that a module of the project, or a class there, makes once for all."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or root.id not in source.imports:
        return False
    if coroutines.binder(source, root.id, scope)[0] is not None or _is_tended(source, root.id):
        return False
    found = _defined(source, node)
    return is_container(source, found) and not _is_reset_by(source, node)


def _defined(source: SourceFile, node: ast.expr) -> ast.expr | None:
    """The only value that the project gives to a name of a module, a class, or an object made once for all."""
    found = members.only_value(source, node)
    return _resolved(*found) if found is not None else None


def _resolved(source: SourceFile, value: ast.expr | None) -> ast.expr | None:
    """A value of another file, with an empty list in the place of a call that makes a container there."""
    return ast.List([], ast.Load()) if source.called(value) in MADE else value


def _is_saved(source: SourceFile, scope: Scope, name: str) -> bool:
    """Whether the test keeps what was there before, and puts it back itself."""
    saved = {
        bound
        for bound, values in types.bindings(source, scope).items()
        for value in values
        if value is not None and name in ast.unparse(value)
    }
    return any(
        ast.unparse(node) == name and not saved.isdisjoint(places.names([_given(statement)]))
        for statement, node in (in_place(scope) if saved else ())
    )


def _given(statement: ast.stmt) -> ast.expr:
    """What a change in place puts there, the whole call where it is one."""
    value: ast.expr | None = getattr(statement, "value", None)
    return value if value is not None else ast.Constant(None)


def _is_reset_by(source: SourceFile, node: ast.expr) -> bool:
    """Whether the file, or a fixture that every test gets, speaks of putting such a container back."""
    name = ast.unparse(node)
    if f"{name}.clear(" in source.text:
        return True
    last = name.rpartition(".")[2]
    return any(
        one.autouse and (last in text or "reset" in text or "clear" in text or "restore" in text)
        for one in source.fixtures.visible.values()
        for text in [one.source.segment(one.node)]
    )


def _is_reset(source: SourceFile, target: ast.Name, assign: ast.Assign | ast.AugAssign) -> bool:
    """Whether a global is set to what the module itself sets it to."""
    first = source.constants.get(target.id)
    return first is not None and isinstance(assign, ast.Assign) and ast.dump(first) == ast.dump(assign.value)


def _attributes(
    source: SourceFile, scope: Scope, assigns: list[ast.Assign | ast.AugAssign]
) -> Iterator[tuple[ast.stmt, str, str]]:
    """Attributes of what the file imports from the project, set once in the test and by nothing but tests."""
    for assign in assigns:
        for target in assign.targets if isinstance(assign, ast.Assign) else [assign.target]:
            if not isinstance(target, ast.Attribute):
                continue
            root = _imported(source, target.value)
            if root not in source.imports or coroutines.binder(source, root, scope)[0] is not None:
                continue
            shown = ast.unparse(target)
            if _is_empty(assign.value) or _is_tended(source, root) or f'"{target.attr}"' in source.text:
                continue
            if ast.dump(assign.value) == ast.dump(_defined(source, target) or ast.Constant(...)):
                continue
            if _in_project(source, target.value) and not _is_set_elsewhere(source, scope, shown):
                yield assign, root, shown


def _imported(source: SourceFile, node: ast.expr) -> str:
    """The name of an imported module or object; of a module that is written with dots its first."""
    if isinstance(node, ast.Name):
        return node.id
    dotted = source.dotted(node)
    is_module = bool(dotted) and source.workspace.locate(source.path, dotted) is not None
    return dotted.partition(".")[0] if is_module else ""


def _is_set_elsewhere(source: SourceFile, scope: Scope, shown: str) -> bool:
    """Whether the test sets an attribute again, or code of the file that is no test sets it."""
    tests = {id(test.function) for test in source.tests if test.function is not scope}
    stores = [
        one
        for other in source.scopes
        if id(other) not in tests
        for one in other.of(ast.Attribute)
        if isinstance(one.ctx, ast.Store | ast.Del) and ast.unparse(one) == shown
    ]
    return len(stores) != 1


def _is_empty(value: ast.expr) -> bool:
    """Whether a value looks like a reset."""
    plain = isinstance(value, ast.List | ast.Tuple | ast.Set) and not value.elts
    return plain or (isinstance(value, ast.Dict) and not value.keys) or ast.unparse(value) == "None"


def _is_tended(source: SourceFile, root: str) -> bool:
    """Whether a fixture that cleans up, or a teardown, speaks of the object."""
    fixtures = [one for one in source.fixtures.visible.values() if one.function.is_generator]
    hooks = [source.segment(one.node) for one in source.functions if "eardown" in one.name.lower()]  # type: ignore[arg-type]
    return any(root in text for text in [*hooks, *(one.source.segment(one.node) for one in fixtures)])


def _in_project(source: SourceFile, node: ast.expr) -> bool:
    """Whether an import leads to a module of the project, or to something that one defines."""
    dotted = source.dotted(node)
    module = dotted.rpartition(".")[0]
    return any(one and source.workspace.locate(source.path, one) is not None for one in (dotted, module))


def _put_back(source: SourceFile, scope: Scope, name: str, statement: ast.stmt) -> bool:
    """Whether anything in the file resets the global: a clear(), a new value, or a second change of the test."""
    for call in source.all(ast.Call):
        func = call.func
        resets = isinstance(func, ast.Attribute) and func.attr in RESETS
        if resets and any(ast.unparse(one) == name for one in (func.value, *call.args)):  # type: ignore[attr-defined]
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
        and ast.unparse(call.func.value) == name
        and call is not getattr(statement, "value", None)
        for call in scope.of(ast.Call)
    )
