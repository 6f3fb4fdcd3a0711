"""Web applications in tests: where one comes from, whether it outlives the test, whether it has something to start."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts.asserts import last_name
from async_testing.facts.fixtures import FixtureDef
from async_testing.facts.scopes import Scope
from async_testing.facts.types import bindings

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

CLIENTS = frozenset(
    {"starlette.testclient.TestClient", "fastapi.testclient.TestClient", "fastapi.TestClient"}
)
OVERRIDES = "dependency_overrides"
APPS = frozenset({"FastAPI", "Starlette"})
_STARTED = re.compile(
    r"LifespanManager|lifespan_context|router\.startup|run_lifespan|with [\w.]*lifespan\(|context\(lifespan"
)


class Origin(NamedTuple):
    """Where an application comes from."""

    outlives: bool
    """Whether it is still there after the test: a module's own, or of a fixture with a wider scope."""
    call: ast.Call | None
    """The call that makes it, where that is known."""
    source: SourceFile
    scope: Scope
    name: str
    """The name that it is bound to where it is made."""


def origin(source: SourceFile, node: ast.expr, scope: Scope, hops: int = 6) -> Origin | None:
    """Follow an expression to where the application is made; None where it cannot be told."""
    if hops <= 0:
        return None
    if isinstance(node, ast.Call):
        return Origin(False, node, source, scope, "")
    if isinstance(node, ast.Name):
        return _of_name(source, node, scope, hops)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if node.attr == "app" and node.value.id in parameters(scope):
            return _of_client(source, node.value, scope, hops)
        dotted = source.dotted(node)
        return _of_module(source, dotted, hops) if node.value.id in source.imports else None
    return None


def parameters(scope: Scope) -> list[str]:
    """The names of a function's parameters."""
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    return [one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]


def _of_name(source: SourceFile, node: ast.Name, scope: Scope, hops: int) -> Origin | None:
    current: Scope | None = scope
    while current is not None and current is not source.module:
        bound = bindings(source, current).get(node.id)
        if bound is not None:
            value = bound[0]
            found = (
                origin(source, value, current, hops - 1) if value is not None and len(bound) == 1 else None
            )
            return found._replace(name=found.name or node.id) if found else None
        if node.id in parameters(current):
            return _of_fixture(source, node.id, current, hops) if _is_filled(source, current) else None
        if node.id in {name for one in current.of(ast.ImportFrom) for name in _bound(one)}:
            return _of_module(source, source.imports.get(node.id, node.id), hops)
        current = current.parent
    if node.id in source.imports:
        return _of_module(source, source.imports[node.id], hops)
    value = source.constants.get(node.id)
    if isinstance(value, ast.Call):
        return Origin(True, value, source, source.module, node.id)
    if isinstance(value, ast.Name | ast.Attribute):
        return origin(source, value, source.module, hops - 1)
    return None


def _is_filled(source: SourceFile, scope: Scope) -> bool:
    """Whether pytest fills in a function's parameters: not where the tests call it."""
    is_test = any(test.function is scope for test in source.tests)
    return is_test or id(scope.node) in source.fixtures.by_function


def _bound(node: ast.ImportFrom) -> list[str]:
    return [one.asname or one.name for one in node.names]


def _of_module(source: SourceFile, dotted: str, hops: int) -> Origin | None:
    """An application that a module holds, through re-exports."""
    module, _, name = dotted.rpartition(".")
    if dotted.startswith(".") and not module.strip("."):
        module = "." * (len(dotted) - len(dotted.lstrip(".")))
        name = dotted.lstrip(".")
    other = source.workspace.import_from(source, module) if module else None
    if other is None:
        return None
    value = other.constants.get(name)
    if isinstance(value, ast.Call):
        return Origin(True, value, other, other.module, name)
    if value is not None:
        return origin(other, value, other.module, hops - 1)
    return _of_module(other, other.imports[name], hops - 1) if name in other.imports and hops else None


def _of_fixture(source: SourceFile, name: str, scope: Scope, hops: int) -> Origin | None:
    fixture = source.fixtures.named(name, scope.class_) if source.is_test_file or source.is_conftest else None
    if fixture is None or fixture.function is scope or len(fixture.gives) != 1:
        return None
    found = origin(fixture.source, fixture.gives[0], fixture.function, hops - 1)
    if found is None:
        return None
    return found._replace(outlives=found.outlives or fixture.scope not in ("function", "?"))


def _of_client(source: SourceFile, node: ast.Name, scope: Scope, hops: int) -> Origin | None:
    """The application of a client that a fixture makes."""
    fixture = source.fixtures.named(node.id, scope.class_)
    if fixture is None or len(fixture.gives) != 1:
        return None
    value: ast.expr | None = fixture.gives[0]
    if isinstance(value, ast.Name):
        bound = bindings(fixture.source, fixture.function).get(value.id, [])
        value = bound[0] if len(bound) == 1 else None
    app = app_of(value) if isinstance(value, ast.Call) else None
    return origin(fixture.source, app, fixture.function, hops - 1) if app is not None else None


def app_of(call: ast.Call) -> ast.expr | None:
    """The application that a call is given, first or as ``app``."""
    given = next((one.value for one in call.keywords if one.arg == "app"), None)
    return given if given is not None else (call.args[0] if call.args else None)


def reach(source: SourceFile, scope: Scope) -> Iterator[tuple[SourceFile, Scope]]:
    """A test's or fixture's function, the fixtures it gets (autouse ones too), and the hooks around it."""
    yield source, scope
    waiting = [*parameters(scope), *_usefixtures(source, scope)]
    seen: set[str] = set(waiting)
    class_ = scope.class_
    for name, one in _visible(source, class_).items():
        if one.autouse and name not in seen:
            seen.add(name)
            waiting.append(name)
    while waiting:
        fixture = source.fixtures.named(waiting.pop(), class_)
        if fixture is not None and fixture.function is not scope:
            yield fixture.source, fixture.function
            new = [name for name in fixture.requests if name not in seen]
            seen.update(new)
            waiting += new
    hooks = [
        one
        for one in source.functions
        if one.name.lower().startswith(("setup", "teardown", "asyncset", "asynct"))
    ]
    for hook in hooks:
        yield source, hook


def _visible(source: SourceFile, class_: Scope | None) -> dict[str, FixtureDef]:
    own = {one.name: one for one in source.fixtures.own if one.function.parent in (class_, source.module)}
    return {**source.fixtures.visible, **own}


def _usefixtures(source: SourceFile, scope: Scope) -> list[str]:
    test = next((one for one in source.tests if one.function is scope), None)
    marks = [mark for mark in test.marks if mark.name == "usefixtures" and mark.call] if test else []
    args = [one for mark in marks for one in (mark.call.args if mark.call else [])]
    return [one.value for one in args if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def has_lifespan(found: Origin) -> bool:
    """Whether an application evidently has something that runs when it starts."""
    call = found.call
    if call is None:
        return False
    if last_name(call) in APPS:
        return _given(call) or _handled(found.scope, found.name)
    if any(isinstance(one, ast.Constant) for one in [*call.args, *(given.value for given in call.keywords)]):
        return False  # made for tests, by a flag
    if any(one.arg is None or re.search("lifespan|start|test", one.arg) for one in call.keywords):
        return False
    return _made_with_lifespan(found.source, call, 2)


def _made_with_lifespan(source: SourceFile, call: ast.Call, hops: int) -> bool:
    """Whether the factory that a call leads to gives its application a lifespan, whatever it is called with."""
    made = source.workspace.definition(source, source.dotted(call.func))
    if made is None or made.kind != "function":
        return False
    calls = [one for one in made.scope.of(ast.Call) if last_name(one) in APPS]
    if len(calls) == 1:
        return (_given(calls[0]) and not _asked_for(calls[0], made.scope)) or _handled(made.scope, "")
    if calls or not hops:
        return False
    given = [one.value for one in made.scope.of(ast.Return) if one.value is not None]
    if len(given) != 1:
        return False
    value: ast.expr | None = given[0]
    if isinstance(value, ast.Name):
        bound = bindings(made.source, made.scope).get(value.id, [])
        value = bound[0] if len(bound) == 1 else None
    return isinstance(value, ast.Call) and _made_with_lifespan(made.source, value, hops - 1)


def _asked_for(call: ast.Call, factory: Scope) -> bool:
    """Whether the lifespan is one of the factory's parameters."""
    values = [one.value for one in call.keywords if one.arg in ("lifespan", "on_startup")]
    return any(isinstance(one, ast.Name) and one.id in parameters(factory) for one in values)


def _given(call: ast.Call) -> bool:
    """Whether a lifespan is given, one of its own: not that of another application, nor None."""
    return any(
        one.arg in ("lifespan", "on_startup") and isinstance(one.value, ast.Name | ast.List | ast.Call)
        for one in call.keywords
    )


def _handled(scope: Scope, name: str) -> bool:
    """Whether a scope gives the application of a name something to do at its start, any application if it is empty."""
    for assign in scope.of(ast.Assign):
        target = assign.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == "lifespan_context":
            return not name or ast.unparse(target).startswith(f"{name}.")
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("on_event", "add_event_handler")
        and isinstance(call.func.value, ast.Name)
        and (not name or call.func.value.id == name)
        and bool(call.args)
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value == "startup"
        for call in scope.of(ast.Call)
    )


def started_somewhere(source: SourceFile) -> bool:
    """Whether a file or one of its conftests starts an application by hand."""
    return any(_STARTED.search(one.text) for one in [source, *source.workspace.conftests(source.path)])
