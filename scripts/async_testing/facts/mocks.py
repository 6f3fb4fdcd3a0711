"""Which expressions are mocks: of what kind, with what spec, and where they were made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import types
from async_testing.facts.mocknames import STATE
from async_testing.facts.scopes import Scope, arguments

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

KINDS = {name: name for name in ("AsyncMock", "MagicMock", "Mock", "PropertyMock")}
KINDS |= {"NonCallableMock": "Mock", "NonCallableMagicMock": "MagicMock", "create_autospec": "autospec"}
KINDS |= {"stub": "MagicMock", "async_stub": "AsyncMock", "spy": "spy"}
PATCHES = ("patch", "patch.object", "patch.multiple", "patch.dict")
MODULES = frozenset({"unittest.mock", "mock", "mocker", "self.mocker", "class_mocker", "module_mocker"})
MODULES |= {"session_mocker", "package_mocker"}
SPECS = frozenset({"spec", "spec_set", "autospec", "wraps"})
_PATCHES = {f"{module}.{name}": name for module in MODULES for name in PATCHES}
_LAST = frozenset(name.rpartition(".")[2] for name in PATCHES)
_HOPS = 6


class Mocked(NamedTuple):
    """A mock, or what is reached from one by attributes and calls."""

    kind: str
    """``AsyncMock``, ``MagicMock``, ``Mock``, ``autospec``, ``spy``…; ``patch`` where either is possible."""
    maker: ast.Call | None
    """The call that made it, None where only an annotation tells."""
    spec: bool
    """Whether it has the shape of something else, or that cannot be told."""
    source: SourceFile
    scope: Scope
    """Where it was made."""
    name: str = ""
    """The name it is bound to there."""
    path: tuple[str, ...] = ()
    """The attributes from the made mock to here; a call counts as ``return_value``."""

    @property
    def is_plain_async(self) -> bool:
        """Whether it is an AsyncMock without a spec, so that everything below it is an AsyncMock too."""
        return self.kind == "AsyncMock" and not self.spec


def maker_kind(source: SourceFile, call: ast.AST | None) -> str:
    """The kind of mock that a call makes, empty where it makes none; patches have one of their own."""
    if call.__class__ is not ast.Call:
        return ""
    func: ast.expr = call.func
    if func.__class__ is ast.Attribute and func.attr not in KINDS:
        return ""
    prefix, _, last = source.dotted(func).rpartition(".")
    return KINDS.get(last, "") if prefix in MODULES else ""


def makers(source: SourceFile) -> set[int]:
    """The ``id`` of the scopes whose own code may make a mock, by the names of what it calls."""
    found: set[int] | None = source.memo.get((makers,))
    if found is None:
        found = source.memo[makers,] = {id(scope) for scope, _ in source.calls(*KINDS)}
    return found


def patch_kind(source: SourceFile, call: ast.AST | None) -> str:
    """``patch``, ``patch.object``, ``patch.dict`` or ``patch.multiple`` where a call is one, else empty."""
    if call.__class__ is not ast.Call:
        return ""
    func: ast.expr = call.func
    if func.__class__ is ast.Attribute and func.attr not in _LAST:
        return ""
    return _PATCHES.get(source.dotted(func), "")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument, None where it is not given."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def replacement(source: SourceFile, call: ast.Call) -> ast.expr | None:
    """What a patch puts in the place of its target, None where it makes a mock itself."""
    at = {"patch": 1, "patch.object": 2}.get(patch_kind(source, call), 99)
    return call.args[at] if len(call.args) > at else keyword(call, "new")


def of(source: SourceFile) -> Mocks:
    """The mocks of a file."""
    found: Mocks | None = source.__dict__.get("_mocks")
    if found is None:
        found = source.__dict__["_mocks"] = Mocks(source)
    return found


class Mocks:
    """Answers about one file, remembered."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self._bindings: dict[int, dict[str, list[ast.expr | None]]] = {}
        self._settings: dict[int, dict[str, list[ast.expr]]] = {}

    def bindings(self, scope: Scope) -> dict[str, list[ast.expr | None]]:
        """The names that a scope binds, with the values."""
        if id(scope) not in self._bindings:
            self._bindings[id(scope)] = types.bindings(self.source, scope)
        return self._bindings[id(scope)]

    def settings(self, scope: Scope) -> dict[str, list[ast.expr]]:
        """The attributes that a scope assigns, as written, with the values: ``session.execute`` → its values."""
        if id(scope) not in self._settings:
            found: dict[str, list[ast.expr]] = {}
            for assign in scope.of(ast.Assign):
                for target in assign.targets:
                    if isinstance(target, ast.Attribute):
                        found.setdefault(spelled(target), []).append(assign.value)
            self._settings[id(scope)] = found
        return self._settings[id(scope)]

    def of(self, node: ast.AST | None, scope: Scope, hops: int = _HOPS) -> Mocked | None:
        """The mock that an expression is, None where it is none or that cannot be told."""
        base, path = unrolled(node)
        if hops <= 0 or base is None:
            return None
        if isinstance(base, ast.Name) and base.id in ("self", "cls") and path:
            root = self._of_self(path[0], scope, hops)
            written, path = f"{base.id}.{path[0]}", path[1:]
        elif isinstance(base, ast.Name):
            root, written = self._of_name(base.id, scope, hops), base.id
        else:
            root, written = self._made(base, scope, hops), ""
        for part in path:
            if root is None:
                return None
            written = f"{written}.{part}" if written else ""
            root = self._child(root, part, written, scope, hops)
        return root

    def _child(self, root: Mocked, part: str, written: str, scope: Scope, hops: int) -> Mocked | None:
        if part in STATE and part not in ("return_value", "side_effect"):
            return None  # what it keeps is no mock
        values = list(self.settings(scope).get(written, ()))
        where, owner = scope, self
        if not values and root.name:
            where, owner = root.scope, of(root.source)
            values = owner.settings(where).get(".".join([root.name, *root.path, part]), [])
        if not values and root.maker is not None and not root.path:
            given = keyword(root.maker, part)
            where, owner = root.scope, of(root.source)
            values = [given] if given is not None else []
            if not values and part == "return_value" and keyword(root.maker, "side_effect") is not None:
                return None
        if values:
            found = [owner.of(value, where, hops - 1) for value in values]
            return found[-1] if len({one and one.kind for one in found}) == 1 else None
        return root._replace(path=(*root.path, part))

    def _of_name(self, name: str, scope: Scope, hops: int) -> Mocked | None:
        current: Scope | None = scope
        while current is not None:
            if current is scope or not isinstance(current.node, ast.ClassDef):
                values = self.bindings(current).get(name)
                if values is not None:
                    return self._same([self._made(one, current, hops, name) for one in values], name, current)
                if name in current.parameters and not isinstance(current.node, ast.Lambda):
                    return self._of_parameter(name, current, hops)
            current = current.parent
        return None

    def _same(self, found: list[Mocked | None], name: str, scope: Scope) -> Mocked | None:
        first = found[-1] if found else None
        if first is None or any(one is None or one.kind != first.kind for one in found):
            return None
        spec = any(one.spec for one in found if one)
        return first._replace(spec=spec) if first.name else first._replace(name=name, scope=scope, spec=spec)

    def _of_self(self, name: str, scope: Scope, hops: int) -> Mocked | None:
        around: Scope | None = scope
        while around is not None and not isinstance(around.node, ast.ClassDef):
            around = around.parent
        found = [
            (method, value)
            for method in (around.children if around else ())
            for value in self.settings(method).get(f"self.{name}", ())
        ]
        if not found:
            return None
        last = found[-1][0]
        return self._same(
            [self._made(value, method, hops, name) for method, value in found], f"self.{name}", last
        )

    def _of_parameter(self, name: str, scope: Scope, hops: int) -> Mocked | None:
        node = scope.node
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for parameter, decorator in injected(self.source, scope):
            if parameter == name:
                return self._made(decorator, scope.parent or scope, hops)
        if self._gets_fixtures(scope):
            fixture = self.source.fixtures.named(name, scope.class_)
            if fixture is not None and fixture.function is not scope:
                owner = of(fixture.source)
                found = [owner.of(value, fixture.function, hops - 1) for value in fixture.gives]
                return self._same(found, name, fixture.function) if found else None
        annotated = next((one for one in arguments(node) if one.arg == name), None)  # None: *args
        written = annotated.annotation if annotated is not None else None
        prefix, _, last = types.annotation(self.source, written).rpartition(".")
        if prefix in MODULES and last in KINDS:
            return Mocked(KINDS[last], None, True, self.source, scope, name)
        return None

    def _gets_fixtures(self, scope: Scope) -> bool:
        """Whether pytest may fill in a function's parameters: not those of the code under test in the same file."""
        if not (self.source.is_test_file or self.source.is_conftest):
            return False
        if scope.name == "__init__":
            return False
        around = scope.class_
        return around is None or self.source.config.collects_class(around.name) or bool(around.node.bases)  # type: ignore[union-attr]

    def _made(self, node: ast.AST | None, scope: Scope, hops: int, name: str = "") -> Mocked | None:
        """The mock that a value is."""
        if not isinstance(node, ast.Call):
            return self.of(node, scope, hops - 1) if node is not None else None
        kind = maker_kind(self.source, node)
        if kind:
            spec = any(one.arg in SPECS or one.arg is None for one in node.keywords) or bool(node.args)
            return Mocked(kind, node, spec or kind in ("autospec", "spy"), self.source, scope, name)
        if patch_kind(self.source, node) in ("patch", "patch.object"):
            return self._patched(node, scope, hops, name)
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr == "start" and isinstance(func.value, ast.Call):
            return self._made(func.value, scope, hops, name)
        if isinstance(func, ast.Name) and func.id not in self.source.imports:
            return self._returned(func.id, hops)
        return self.of(node, scope, hops - 1)

    def _patched(self, call: ast.Call, scope: Scope, hops: int, name: str) -> Mocked | None:
        new = replacement(self.source, call)
        if new is not None:
            return self._made(new, scope, hops - 1)
        prefix, _, last = self.source.dotted(keyword(call, "new_callable")).rpartition(".")
        spec = any(one.arg in SPECS or one.arg is None for one in call.keywords)
        kind = KINDS.get(last, "") if prefix in MODULES else ""
        if keyword(call, "new_callable") is not None and not kind:
            return None
        return Mocked(kind or "patch", call, spec, self.source, scope, name)

    def _returned(self, name: str, hops: int) -> Mocked | None:
        function = self.source.module_functions.get(name)
        values = [one.value for one in function.of(ast.Return)] if function else []
        found = [self.of(value, function, hops - 1) for value in values] if function else []
        return self._same(found, "", function) if found and function else None


def injected(source: SourceFile, function: Scope) -> list[tuple[str, ast.Call]]:
    """The parameters of a function that its ``@patch`` decorators fill, each with its decorator."""
    node = function.node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    if not any(isinstance(one, ast.Call) for one in node.decorator_list):
        return []
    patches = [
        one
        for one in reversed(node.decorator_list)
        if isinstance(one, ast.Call) and patch_kind(source, one) in ("patch", "patch.object")
        if replacement(source, one) is None
    ]
    names = [one.arg for one in [*node.args.posonlyargs, *node.args.args]]
    return list(zip(names[1:] if function.class_ else names, patches, strict=False))


def unrolled(node: ast.AST | None) -> tuple[ast.expr | None, list[str]]:
    """The name or making call at the root of a chain, and the attributes after it, a call as ``return_value``."""
    path: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, ast.Call) and (path or isinstance(node.func, ast.Attribute)):
            inner = node.func
            if not isinstance(inner, ast.Attribute) or _is_maker(inner):
                return node, path[::-1]
            path.append("return_value")
            node = inner
        else:
            return (node if isinstance(node, ast.Name | ast.Call) else None), path[::-1]


def _is_maker(func: ast.Attribute) -> bool:
    return func.attr in KINDS or func.attr in ("patch", "object", "multiple", "start")


def spelled(node: ast.AST) -> str:
    """A chain of names and attributes as written, calls of it as ``return_value``."""
    base, path = unrolled(node)
    return ".".join([base.id, *path]) if isinstance(base, ast.Name) else ""
