"""Whether an expression makes a coroutine: by the project's own functions, the libraries' that are known, and mocks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import library
from async_testing.facts.decorators import is_coroutine, plain_coroutine
from async_testing.facts.mocknames import mistaken
from async_testing.facts.scopes import Scope, arguments
from async_testing.facts.types import bindings

if TYPE_CHECKING:
    from async_testing.facts.fixtures import FixtureDef
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Definition

ASYNC_MOCKS = frozenset(
    {"unittest.mock.AsyncMock", "mock.AsyncMock", "asyncmock.AsyncMock", "mocker.AsyncMock"}
)
MOCKS = frozenset(
    f"{place}.{name}"
    for place in ("unittest.mock", "mock", "mocker")
    for name in ("Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock", "create_autospec")
)
MOCK_NAMES = ("AsyncMock", "Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock")
PATCHES = frozenset({"unittest.mock.patch", "mock.patch", "unittest.mock.patch.object", "mock.patch.object"})
PATCHES |= {"mocker.patch", "mocker.patch.object"}
MOCK_METHODS = library.words("reset_mock attach_mock configure_mock mock_add_spec")
FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Mock(NamedTuple):
    """A mock: the call that made it, and where."""

    call: ast.Call
    source: SourceFile
    is_async: bool


def made(source: SourceFile, node: ast.AST | None, scope: Scope) -> str:
    """What to call the coroutine function if a call makes a coroutine, empty if it makes none or it cannot be told."""
    if node.__class__ is not ast.Call:
        return ""
    key = (made, id(node), id(scope))
    known: tuple[ast.AST, str] | None = source.memo.get(key)
    if known is None:  # the node is kept, so that no other one gets its id
        known = source.memo[key] = (node, _made(source, node, scope))
    return known[1]


def _made(source: SourceFile, node: ast.Call, scope: Scope) -> str:
    func = node.func
    if func.__class__ is ast.Name:
        if func.id.lstrip("_")[:1].isupper():
            return ""
        return func.id if _name_is_coroutine(source, func.id, scope) else ""
    if not isinstance(func, ast.Attribute):
        return ""
    if func.attr == "__wrapped__":
        return _wrapped(source, func)
    if func.attr.startswith(("assert_", "__")) or func.attr[:1].isupper():
        return ""
    root = func.value
    while root.__class__ is ast.Attribute:
        root = root.value
    if isinstance(root, ast.Name):
        around, _ = binder(source, root.id, scope)
        if around is None and (dotted := source.dotted(func)):
            if dotted in library.FUNCTIONS:
                return dotted
            if source.workspace.is_plain(source, dotted):
                return ""
            found = source.workspace.definition(source, dotted, where="async")
            if found:
                return _shown(func) if plain_coroutine(found) and takes(found, node) else ""
        if root.id in ("self", "cls") and func.value is root:
            return _shown(func) if _of_self(source, func.attr, scope) else ""
    return _shown(func) if _method_is_coroutine(source, node, func, root, scope) else ""


def _shown(func: ast.Attribute) -> str:
    """How a method is called in the code; its name alone where that is long."""
    names: list[str] = []
    node: ast.expr = func
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    spelled = node.id if isinstance(node, ast.Name) else ast.unparse(node)
    shown = ".".join([spelled, *reversed(names)])
    return shown if len(shown) <= 60 else func.attr


def binder(source: SourceFile, name: str, scope: Scope) -> tuple[Scope | None, list[ast.expr | None]]:
    """The function that binds a name as seen from a scope, with the values; the module's own names have none."""
    current: Scope | None = scope
    module = source.module
    while current is not None and current is not module:
        if current.node.__class__ in FUNCTION_NODES:
            bound = (bindings(source, current) if current.bound is None else current.bound).get(name)
            if bound:
                return current, bound
            if name in current.parameters or (current.children and current.child(name)):
                return current, []
        current = current.parent
    return None, []


def _wrapped(source: SourceFile, func: ast.Attribute) -> str:
    """The same for ``function.__wrapped__``, which no decorator replaces."""
    dotted = source.dotted(func.value)
    found = source.workspace.definition(source, dotted) if dotted else None
    is_coroutine = found is not None and found.scope.is_async and not found.scope.is_generator
    return f"{dotted}.__wrapped__" if is_coroutine else ""


def _name_is_coroutine(source: SourceFile, name: str, scope: Scope) -> bool:
    around, values = binder(source, name, scope)
    if around is None:
        dotted = source.imports.get(name, name)
        if dotted in library.FUNCTIONS:
            return True
        found = source.workspace.definition(source, dotted, where="async")
        return found is not None and plain_coroutine(found)
    children = [child for child in around.children if child.name == name]
    if children:
        return not values and all(is_coroutine(source, child) for child in children)
    if values:
        mocks = [mock_of(source, value, around) for value in values]
        return all(mock is not None and mock.is_async for mock in mocks)
    fixture = _fixture(source, name, around)
    if fixture is None:
        return False
    return all(_gives_coroutine_function(fixture, value) for value in fixture.gives) and bool(fixture.gives)


def _gives_coroutine_function(fixture: FixtureDef, value: ast.expr) -> bool:
    if isinstance(value, ast.Name):
        inner = [child for child in fixture.function.children if child.name == value.id]
        if inner:
            return all(is_coroutine(fixture.source, child) for child in inner)
    mock = mock_of(fixture.source, value, fixture.function)
    return mock is not None and mock.is_async


def _fixture(source: SourceFile, name: str, around: Scope) -> FixtureDef | None:
    if not (source.is_test_file or source.is_conftest):
        return None
    if not isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    for decorator in around.node.decorator_list:  # parametrize and patch fill parameters in too
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        text = source.dotted(call)
        arguments_ = decorator.args[:1] if isinstance(decorator, ast.Call) else []
        if text.endswith("parametrize") and any(name in ast.unparse(one) for one in arguments_):
            return None
    fixture = source.fixtures.named(name, around.class_)
    return fixture if fixture and fixture.function is not around else None


def _of_self(source: SourceFile, attr: str, scope: Scope) -> bool:
    """Whether ``self.attr`` is a coroutine method, nowhere assigned as an attribute."""
    around: Scope | None = scope
    while around is not None and not isinstance(around.node, ast.ClassDef):
        around = around.parent
    if around is None or around.parent is not source.module or assigns_attribute(source, attr):
        return False
    found = source.workspace.definition(source, f"{around.name}.{attr}", where="async")
    return found is not None and plain_coroutine(found)


def assigns_attribute(source: SourceFile, attr: str) -> bool:
    """Whether anything in a file sets or patches an attribute of that name, whoever's it is."""
    cache: set[str] | None = source.__dict__.get("_assigned_attributes")
    if cache is None:
        cache = set(source.settings)
        for _, call in source.calls("setattr", "object"):
            if isinstance(call.func, ast.Attribute):
                cache |= {str(one.value) for one in call.args[1:2] if isinstance(one, ast.Constant)}
        source.__dict__["_assigned_attributes"] = cache
    return attr in cache


def takes(found: Definition, call: ast.Call) -> bool:
    """Whether a function has a parameter for each keyword of a call; else it is not the one that is called."""
    node = found.scope.node
    if not isinstance(node, FUNCTION_NODES) or node.args.kwarg:
        return True
    names = {one.arg for one in arguments(node)}
    return all(keyword.arg is None or keyword.arg in names for keyword in call.keywords)


def _method_is_coroutine(
    source: SourceFile, call: ast.Call, func: ast.Attribute, root: ast.expr, scope: Scope
) -> bool:
    mock = mock_of(source, root, scope)
    if mock is not None:
        return _mocked(source, func, root, mock, scope)
    kind = source.type_of(func.value, scope)
    if not kind:
        return False
    if kind in library.CLASSES:
        return func.attr in library.CLASSES[kind] and not assigns_attribute(source, func.attr)
    if kind.startswith(("unittest.mock", "mock.")) or assigns_attribute(source, func.attr):
        return False
    method = f"{kind}.{func.attr}"
    found = source.workspace.definition(source, method, where="async")
    if isinstance(func.value, ast.Name):
        around, values = binder(source, func.value.id, scope)
        fixture = _fixture(source, func.value.id, around) if around and not values else None
        if fixture and not _may_give(fixture, kind):
            return False
        if fixture and found is None:
            found = source.workspace.definition(fixture.source, method, where="async")
    return found is not None and plain_coroutine(found) and takes(found, call)


def _may_give(fixture: FixtureDef, kind: str) -> bool:
    """Whether a fixture may give what a parameter's annotation says: not where it visibly makes another class."""
    for value in fixture.gives:
        made_kind = fixture.source.type_of(value, fixture.function)
        if made_kind and made_kind.rpartition(".")[2] != kind.rpartition(".")[2]:
            return False
    return True


def mock_of(source: SourceFile, node: ast.AST | None, scope: Scope, hops: int = 3) -> Mock | None:
    """The mock that an expression is, followed through one name's only value and through fixtures."""
    if isinstance(node, ast.Call):
        name = source.dotted(node.func)
        if name in ASYNC_MOCKS:
            return Mock(node, source, True)
        if name in MOCKS:
            return Mock(node, source, False)
        if name in PATCHES and _enters(source, node, name):
            new = _keyword(node, "new_callable")
            if new is not None and source.dotted(new) in ASYNC_MOCKS:
                return Mock(node, source, True)
        return None
    if not isinstance(node, ast.Name) or not hops:
        return None
    key = (mock_of, node.id, id(scope), hops)
    if key not in source.memo:
        source.memo[key] = _named_mock(source, node, scope, hops)
    found: Mock | None = source.memo[key]
    return found


def _named_mock(source: SourceFile, node: ast.Name, scope: Scope, hops: int) -> Mock | None:
    around, values = binder(source, node.id, scope)
    if around is None:
        value = source.constants.get(node.id)
        return mock_of(source, value, source.module, hops - 1) if isinstance(value, ast.Call) else None
    if values:
        return mock_of(source, values[0], around, hops - 1) if len(values) == 1 else None
    fixture = _fixture(source, node.id, around)
    if fixture and len(fixture.gives) == 1:
        return mock_of(fixture.source, fixture.gives[0], fixture.function, hops - 1)
    return None


def _enters(source: SourceFile, patch: ast.Call, name: str) -> bool:
    """Whether a patch is at work where it stands; one that is only bound to a name is a patcher, and no mock."""
    return name.startswith("mocker.") or not isinstance(source.parent(patch), ast.Assign | ast.AnnAssign)


def _mocked(source: SourceFile, func: ast.Attribute, root: ast.expr, mock: Mock, scope: Scope) -> bool:
    """Whether a method of a mock is an AsyncMock: by its spec, else since everything of an AsyncMock is one."""
    chain: list[str] = []
    node: ast.expr = func
    while isinstance(node, ast.Attribute):
        chain.append(node.attr)
        node = node.value
    asserts = any(mistaken(chain[0]))  # meant as an assertion, which nobody awaits
    if asserts or any(one in MOCK_METHODS or one.startswith(("assert", "mock_", "_")) for one in chain):
        return False
    if {"return_value", "side_effect", "call_args", "await_args", "method_calls"} & set(chain):
        return False
    if any(assigns_attribute(one, attr) for one in {source, mock.source} for attr in chain):
        return False
    if any(keyword.arg is None or keyword.arg.partition(".")[0] in chain for keyword in mock.call.keywords):
        return False
    if mock.source.called(mock.call) in PATCHES:
        return _keyword(mock.call, "spec") is None and _keyword(mock.call, "autospec") is None
    spec = _keyword(mock.call, "spec") or _keyword(mock.call, "spec_set")
    if spec is None and mock.call.args:
        spec = mock.call.args[0]
    if spec is None:
        return mock.is_async and _keyword(mock.call, "wraps") is None and not _configured(source, mock)
    dotted = mock.source.dotted(spec)
    if not dotted or len(chain) != 1:
        return False
    if dotted in library.CLASSES:
        return chain[0] in library.CLASSES[dotted]
    found = mock.source.workspace.definition(mock.source, f"{dotted}.{chain[0]}")
    return found is not None and plain_coroutine(found)


def _configured(source: SourceFile, mock: Mock) -> bool:
    return any(".configure_mock(" in one.text or ".attach_mock(" in one.text for one in {source, mock.source})


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
