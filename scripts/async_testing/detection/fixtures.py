"""The pytest fixtures that a project already has, and which plugin runs its async tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from async_testing.detection.names import Function, statements
from async_testing.detection.origins import module_file
from async_testing.detection.servers import served
from async_testing.detection.tree import Source, Tree, ancestors, join, within
from async_testing.model import Fixture

DECORATORS = frozenset(
    {"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture", "pytest_asyncio.plugin.fixture"}
)
ASYNC_MARK = re.compile(rb"\bmark\.(asyncio|anyio)\b")
CLIENTS = frozenset({"TestClient", "AsyncClient"})
STARTERS = CLIENTS | {"LifespanManager", "lifespan_context"}
T = TypeVar("T")
LOOP = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+event_loop\b", re.MULTILINE)


def visible(tree: Tree, tests: str, plugins: Iterable[str] = ()) -> tuple[Fixture, ...]:
    """The fixtures of the conftest in ``tests`` and of those above it, with what they import and name as plugins.

    The nearest definition of a name is the one a test gets, so it is the one listed.

    Args:
        tree: the project.
        tests: the tests folder.
        plugins: the modules that the pytest configuration loads.
    """
    found: dict[str, Fixture] = {}
    for folder in ancestors(tests):
        source = tree.sources.get(join(folder, "conftest.py"))
        for fixture in _of_conftest(tree, source) if source else ():
            found.setdefault(fixture.name, fixture)
    for module in plugins:
        for fixture in _exported(tree, tree.locate(tests, module), set()):
            found.setdefault(fixture.name, fixture)
    return tuple(sorted(found.values(), key=lambda one: (one.path, one.line, one.name)))


def note_dead_loops(tree: Tree, tests: str) -> None:
    """Note each override of ``event_loop`` in the tests folder and above it: no plugin asks for it any more."""
    places = {join(folder, "conftest.py") for folder in ancestors(tests)}
    for source in tree.matching(LOOP, b"event_loop", aside=True):
        if within(source.path, tests) or source.path in places:
            for fixture in _defined(source, deep=True):
                if fixture.name == "event_loop":
                    tree.note(
                        "event_loop is dead: pytest-asyncio 1.0 and later never ask for it",
                        fixture.path,
                        fixture.line,
                    )


def marks(tree: Tree, tests: str) -> dict[str, int]:
    """How often tests are marked ``asyncio`` and ``anyio``."""
    counts = {"asyncio": 0, "anyio": 0}
    for source in tree.having(b"mark.asyncio", b"mark.anyio", aside=True):
        if within(source.path, tests):
            for name in ASYNC_MARK.findall(source.data):
                counts[name.decode()] += 1
    return counts


def _of_conftest(tree: Tree, source: Source) -> Iterator[Fixture]:
    yield from _defined(source)
    for name, origin in source.names.imported.items():
        if origin.attribute:
            module = "." * origin.level + origin.module
            target = module_file(tree, source, module)
            for fixture in _exported(tree, target, set()):
                if fixture.name in (name, origin.attribute):
                    yield fixture
    for origin in source.names.stars:
        yield from _exported(tree, module_file(tree, source, "." * origin.level + origin.module), set())
    for module in _plugins(source):
        yield from _exported(tree, module_file(tree, source, module), set())


def _exported(tree: Tree, path: str | None, seen: set[str]) -> Iterator[Fixture]:
    """The fixtures that importing everything from a module brings, its own and those it imports itself."""
    if path is None or path in seen:
        return
    seen.add(path)
    source = tree.sources[path]
    yield from _defined(source)
    for origin in [*source.names.imported.values(), *source.names.stars]:
        target = module_file(tree, source, "." * origin.level + origin.module)
        if target and b"fixture" in tree.sources[target].data:
            yield from (one for one in _exported(tree, target, seen) if origin.attribute in ("", one.name))


def _plugins(source: Source) -> Iterator[str]:
    for node in source.module.body if source.module else ():
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if not any(isinstance(target, ast.Name) and target.id == "pytest_plugins" for target in targets):
            continue
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        for constant in ast.walk(node.value) if node.value else ():
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                yield constant.value


def _defined(source: Source, *, deep: bool = False) -> Iterator[Fixture]:
    if source.module is None or b"fixture" not in source.data:
        return
    nodes: Iterable[ast.AST] = ast.walk(source.module) if deep else statements(source.module.body)
    for node in nodes:
        if isinstance(node, Function):
            for decorator in node.decorator_list:
                fixture = _fixture(source, decorator, node.name, node)
                if fixture:
                    yield fixture
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.targets[0], ast.Name)
        ):
            call = node.value
            maker = call.func if isinstance(call.func, ast.Call) else call
            fixture = _fixture(source, maker, node.targets[0].id, None)
            if fixture:
                yield fixture


def _fixture(source: Source, decorator: ast.expr, name: str, node: Function | None) -> Fixture | None:
    call = decorator if isinstance(decorator, ast.Call) else None
    if source.names.dotted(call.func if call else decorator) not in DECORATORS:
        return None
    options = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg} if call else {}
    known = _constant(options.get("name"), str) or name
    return Fixture(
        known,
        source.path,
        node.lineno if node else decorator.lineno,
        _constant(options.get("scope"), str) or "function",
        isinstance(node, ast.AsyncFunctionDef),
        bool(_constant(options.get("autouse"), bool)),
        _given(node) if node and known == "app" else "",
        served(node) if node else None,
    )


def _given(node: Function) -> Literal["", "client", "started"]:
    """What a fixture ``app`` gives: a client that it makes, or an application that it starts, else an application."""
    inner = list(ast.walk(node))
    clients: set[str] = set()
    for one in inner:
        if isinstance(one, ast.Assign) and _makes(one.value, CLIENTS):
            clients |= {target.id for target in one.targets if isinstance(target, ast.Name)}
        elif isinstance(one, ast.withitem) and _makes(one.context_expr, CLIENTS):
            clients |= {one.optional_vars.id} if isinstance(one.optional_vars, ast.Name) else set()
    for one in inner:
        if isinstance(one, ast.Yield | ast.Return) and one.value is not None:
            named = isinstance(one.value, ast.Name) and one.value.id in clients
            if named or _makes(one.value, CLIENTS):
                return "client"
    started = any(isinstance(one, ast.withitem) and _makes(one.context_expr, STARTERS) for one in inner)
    return "started" if started else ""


def _makes(node: ast.expr, names: Iterable[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    last = (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )
    return last in names


def _constant(node: ast.expr | None, kind: type[T]) -> T | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, kind) else None
