"""A fixture makes one list, dict or set for many tests, and a test changes it.

## What it does

Looks for fixtures of a scope wider than the test that give a list, a dict or a set, or an object of the project that
holds such, where a test or another fixture changes what it got in place, itself or through a function of the project.

## Why is this bad

All tests of the scope get the same object. What one of them adds or removes is there for those after it, so their
outcome depends on the order.

## Example

```python
import pytest


@pytest.fixture(scope="module")
def payload() -> dict[str, str]:  # error
    return {"name": "Ann"}


@pytest.mark.asyncio
async def test_payload_takes_an_age(payload: dict[str, str]) -> None:
    payload["age"] = "7"
    assert len(payload) == 2
```

## Use instead

```python
import pytest


@pytest.fixture
def payload() -> dict[str, str]:
    return {"name": "Ann"}


@pytest.mark.asyncio
async def test_payload_takes_an_age(payload: dict[str, str]) -> None:
    payload["age"] = "7"
    assert len(payload) == 2
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import coroutines
from async_testing.facts.fixtures import FixtureDef
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit
from async_testing.rules.mutated_module_global import MADE, in_place

CODE = "AT602"
FOLDERS = 50
"""Of a conftest, how many folders are looked through."""
WIDE = ("class", "module", "package", "session")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each shared fixture whose object a test changes, and each change of what a conftest shares."""
    for fixture in source.fixtures.own:
        if fixture.scope not in WIDE:
            continue
        changing = _changing(source, fixture) if _is_shared(fixture) else _filling(source, fixture)
        user = next(changing, "")
        if user:
            message = f"{user} changes {fixture.name}, which all tests of the {fixture.scope} share"
            yield Hit(fixture.node, message, "leave scope out, so that each test gets its own")
    if not source.tests:
        return
    others = {
        name: one
        for name, one in source.fixtures.visible.items()
        if one.source is not source and _is_shared(one)
    }
    for test in source.tests if others else ():
        for name in others.keys() & set(test.parameters):
            change = _change(source, test.function, name)
            if change is not None and source.fixtures.named(name, test.class_) is others[name]:
                message = f"this changes {name}, which all tests of the {others[name].scope} share"
                yield Hit(change, message, f"a copy of {name}, or a fixture without scope")


def _changing(source: SourceFile, fixture: FixtureDef) -> Iterator[str]:
    """The names of the tests and fixtures that change what a fixture gives; of a conftest those in other files too."""
    for file in [source, *_files_below(source, fixture.name)]:
        for function in _users(file, fixture):
            if _change(file, function, fixture.name) is not None:
                yield function.name


def _holds(fixture: FixtureDef) -> Definition | None:
    """The class of the project whose object a wide fixture makes, where its objects hold a container from the start."""
    if len(fixture.gives) != 1:
        return None
    kind = fixture.source.type_of(fixture.gives[0], fixture.function)
    found = fixture.source.workspace.definition(fixture.source, kind) if kind else None
    if found is None or found.kind != "class":
        return None
    return found if containers_of(found) else None


def _filling(source: SourceFile, fixture: FixtureDef) -> Iterator[str]:
    """The names of tests that change what an object of several tests holds, by its attributes or its methods."""
    users = [test for test in source.tests if fixture.name in test.parameters]
    holder = _holds(fixture) if len(users) > 1 else None
    if holder is None:
        return
    held = containers_of(holder)
    texts = [source.segment(test.node) for test in users]
    if any(re.search(rf"\b{fixture.name}\.\w*(?:clear|reset|flush|empty)", one) for one in texts):
        return
    for test in users:
        direct = {ast.unparse(node) for _, node in in_place(test.function)}
        called = {ast.unparse(call.func) for call in test.function.of(ast.Call)}
        filling = {
            f"{fixture.name}.{method.name}"
            for method in holder.scope.children
            if any(ast.unparse(node) in {f"self.{one}" for one in held} for _, node in in_place(method))
        }
        if direct & {f"{fixture.name}.{one}" for one in held} or called & filling:
            yield test.name


def containers_of(holder: Definition) -> set[str]:
    """The attributes that a class makes an empty list, dict or set of for each object."""
    maker = holder.scope.child("__init__")
    return {
        target.attr
        for assign in (maker.of(ast.Assign) if maker is not None else ())
        for target in assign.targets
        if isinstance(target, ast.Attribute) and _is_empty(holder.source, assign.value)
    }


def _is_empty(source: SourceFile, value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    return (isinstance(value, ast.Dict) and not value.keys) or source.called(value) in MADE


def _files_below(source: SourceFile, name: str) -> Iterator[SourceFile]:
    """The test files next to a conftest and in the folders below that speak of a fixture; none of another file's."""
    folders = [source.path.rpartition("/")[0]] if source.is_conftest else []
    for folder in folders:  # grows while it runs
        for entry in sorted(source.workspace.files(folder)):
            path = f"{folder}/{entry}" if folder else entry
            if "." not in entry and not entry.startswith("_") and len(folders) < FOLDERS:
                folders.append(path)
            elif entry.endswith(".py") and source.config.collects_file(path):
                found = source.workspace.source(path) if source.workspace.mentions(path, name) else None
                if found:
                    yield found


def _is_shared(fixture: FixtureDef) -> bool:
    """Whether a fixture gives one list, dict or set to several tests."""
    return fixture.scope in WIDE and not _is_reset(fixture) and gives_container(fixture.source, fixture)


def gives_container(source: SourceFile, fixture: FixtureDef) -> bool:
    """Whether a fixture gives a list, dict or set that it made."""
    found = fixture.gives
    for value in found:
        made: ast.expr | None = value
        if isinstance(value, ast.Name):
            around, values = coroutines.binder(source, value.id, fixture.function)
            made = values[0] if around is fixture.function and len(values) == 1 else None
        plain = isinstance(made, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)
        if not plain and source.called(made) not in MADE:
            return False
    return bool(found)


def _is_reset(fixture: FixtureDef) -> bool:
    return any(
        isinstance(one.func, ast.Attribute) and one.func.attr == "clear"
        for one in fixture.function.of(ast.Call)
    )


def _users(source: SourceFile, fixture: FixtureDef) -> list[Scope]:
    """The tests and fixtures of a file that ask for it."""
    name = fixture.name
    users = [(test.function, test.class_) for test in source.tests if name in test.parameters]
    users += [(one.function, one.function.class_) for one in source.fixtures.own if name in one.requests]
    if source is fixture.source:
        return [function for function, _ in users]
    named = ((function, source.fixtures.named(name, around)) for function, around in users)
    return [function for function, found in named if found and found.node is fixture.node]


def _change(source: SourceFile, scope: Scope, name: str, hops: int = 2) -> ast.expr | ast.stmt | None:
    """Where a function changes in place what a name of it holds, itself or by calling another of the project."""
    if scope.is_generator or _is_rebound(scope, name):
        return None
    names = {name, *_parts_of(scope, name)}
    for statement, node in in_place(scope):
        if _is(_root(node), names):
            return statement
    for changed in scope.of(ast.AugAssign):
        if _is(changed.target, {name}):
            return changed
    for call in scope.of(ast.Call) if hops else ():
        parameter = _parameter_for(source, call, scope, name)
        if parameter is not None:
            found, inner = parameter
            if _change(found.source, found.scope, inner, hops - 1) is not None:
                return call
        elif _is_kept_and_changed(source, call, scope, name):
            return call
    return None


def _is_kept_and_changed(source: SourceFile, call: ast.Call, scope: Scope, name: str) -> bool:
    """Whether a call makes an object that keeps what it is given, and the function calls a method that changes that."""
    dotted = source.dotted(call.func)
    if not dotted.rpartition(".")[2][:1].isupper() or not any(_is(one, {name}) for one in call.args):
        return False
    found = source.workspace.definition(source, dotted)
    maker = found.scope.child("__init__") if found is not None and found.kind == "class" else None
    if found is None or maker is None:
        return False
    parameters = [one.arg for one in arguments(maker.node)][1:]
    given = {parameter for parameter, one in zip(parameters, call.args, strict=False) if _is(one, {name})}
    kept = {
        ast.unparse(target)
        for assign in maker.of(ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Attribute) and _is(assign.value, given)
    }
    used = {one.func.attr for one in scope.of(ast.Call) if isinstance(one.func, ast.Attribute)}
    return any(
        method.name in used and any(ast.unparse(_root(node)) in kept for _, node in in_place(method))
        for method in found.scope.children
        if kept
    )


def _parts_of(scope: Scope, name: str) -> set[str]:
    """Other names for the same object, and the loop variables that are its items."""
    same = {
        target.id
        for assign in scope.of(ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Name) and _is(_root(assign.value), {name})
    }
    items = {
        loop.target.id
        for loop in scope.of(ast.For)
        if isinstance(loop.target, ast.Name) and _is(loop.iter, {name})
    }
    return same | items


def _is_rebound(scope: Scope, name: str) -> bool:
    return any(_is(target, {name}) for assign in scope.of(ast.Assign) for target in assign.targets)


def _parameter_for(
    source: SourceFile, call: ast.Call, scope: Scope, name: str
) -> tuple[Definition, str] | None:
    """The function of the project that a call hands a name to, and what the function calls it."""
    given = [at for at, one in enumerate(call.args) if _is(one, {name})]
    keywords = [one.arg for one in call.keywords if one.arg and _is(one.value, {name})]
    if not given and not keywords:
        return None
    dotted = source.dotted(call.func)
    if isinstance(call.func, ast.Attribute) and (kind := source.type_of(call.func.value, scope)):
        dotted = f"{kind}.{call.func.attr}"
    found = source.workspace.definition(source, dotted) if dotted else None
    if found is None or found.kind != "function" or found.scope.is_generator:
        return None
    parameters = [one.arg for one in arguments(found.scope.node)]
    if keywords:
        return (found, keywords[0]) if keywords[0] in parameters else None
    is_static = "staticmethod" in [found.source.dotted(one) for one in found.scope.node.decorator_list]  # type: ignore[union-attr]
    at = given[0] + (found.scope.class_ is not None and not is_static)
    return (found, parameters[at]) if at < len(parameters) else None


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _is(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names
