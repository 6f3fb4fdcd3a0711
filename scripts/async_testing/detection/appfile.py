"""One file read for ASGI applications: instances, factories, subclasses, and what it mounts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from async_testing.detection import lifespans
from async_testing.detection.names import Function, annotation, own, parameters, required, statements
from async_testing.detection.origins import Key, key_of, resolve
from async_testing.detection.tree import Source, Tree
from async_testing.model import App

MOUNTING = frozenset({"mount", "Mount", "host", "Host"})


@dataclass(frozen=True, slots=True)
class Maker:
    """Something that makes an application when called: a framework's class, a subclass of it, or a factory."""

    framework: str
    lifespan: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """An application in a file, with what ranking it needs to know."""

    key: Key
    kind: Literal["factory", "instance"]
    framework: str
    lifespan: bool
    line: int
    is_async: bool = False
    arguments: tuple[str, ...] = ()
    made_from: Key | None = None
    calls: frozenset[Key] = frozenset()
    extended: bool = True
    """Whether its module adds anything to it: a router, a route, a middleware."""

    @property
    def path(self) -> str:
        """The file it is in."""
        return self.key[0]

    @property
    def attribute(self) -> str:
        """Its name in that file."""
        return self.key[1]

    def app(self, module: str, rank: int = 0) -> App:
        """What the rest of the program is told of it, with the name its file is imported by."""
        return App(
            module=module,
            attribute=self.attribute,
            kind=self.kind,
            framework=self.framework,
            lifespan=self.lifespan,
            path=self.path,
            line=self.line,
            is_async=self.is_async,
            arguments=self.arguments,
            rank=rank,
        )


class AppFile:
    """What one file tells of applications, given what makes one.

    Args:
        tree: the project.
        source: the file.
        makers: definitions that make an application when called.
    """

    def __init__(self, tree: Tree, source: Source, makers: dict[Key, Maker]) -> None:
        self.tree = tree
        self.source = source
        self._makers = makers
        self.classes: dict[Key, Maker] = {}
        self.mounted: set[Key] = set()
        self.found: list[Found] = []
        module = source.module
        if module is None:
            return
        found: dict[str, Found] = {}
        for node in statements(module.body):
            if isinstance(node, ast.ClassDef):
                self._class(node)
            elif isinstance(node, Function):
                one = self._factory(node)
                if one:
                    found.setdefault(node.name, one)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for one in self._instances(node, module):
                    found.setdefault(one.attribute, one)
        self._mounts()
        self.found = list(found.values())

    def makers(self) -> Iterator[tuple[Key, Maker]]:
        """What this file adds to what makes an application: its subclasses and factories."""
        yield from self.classes.items()
        for one in self.found:
            if one.kind == "factory":
                yield one.key, Maker(one.framework, one.lifespan)

    def _made(self, node: ast.expr | None) -> tuple[Key, Maker] | None:
        """The maker that an expression calls, and where it is defined."""
        if isinstance(node, ast.Await):
            node = node.value
        if not isinstance(node, ast.Call):
            return None
        key = key_of(self.tree, self.source, node.func)
        maker = self._makers.get(key) or self.classes.get(key) if key else None
        return (key, maker) if key and maker else None

    def _made_inside(self, node: ast.expr) -> tuple[Key, Maker] | None:
        """Like ``_made``, also where the call is an argument, as in ``update(FastAPI())``."""
        for inner in ast.walk(node):
            made = self._made(inner) if isinstance(inner, ast.Call) else None
            if made:
                return made
        return None

    def _annotated(self, node: ast.expr | None) -> Maker | None:
        key = key_of(self.tree, self.source, annotation(node))
        return (self._makers.get(key) or self.classes.get(key)) if key else None

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            maker = self._annotated(base)
            if maker:
                lifespan = maker.lifespan or lifespans.constructed(ast.walk(node))
                self.classes[self.source.path, node.name] = Maker(maker.framework, lifespan)

    def _instances(self, node: ast.Assign | ast.AnnAssign, module: ast.Module) -> Iterator[Found]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        made = self._made(node.value) or self._held(node.value, module)
        if made is None and isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            maker = self._annotated(node.annotation)
            made = (("", ""), maker) if maker else None
        if made is None or node.value is None:
            return
        key, maker = made
        for target in targets:
            if isinstance(target, ast.Name):
                code = lifespans.about(module, target.id)
                starts = maker.lifespan or lifespans.constructed(ast.walk(node.value))
                yield Found(
                    (self.source.path, target.id),
                    "instance",
                    maker.framework,
                    starts or lifespans.handled(self.tree, self.source, code, {target.id}),
                    node.lineno,
                    made_from=key,
                    extended=lifespans.used(code, target.id)
                    or (not key[0] and lifespans.given(code, target.id)),
                )

    def _held(self, node: ast.expr | None, module: ast.Module) -> tuple[Key, Maker] | None:
        """``api.app`` where ``api = Something(app=FastAPI())``."""
        if not (isinstance(node, ast.Attribute) and node.attr == "app" and isinstance(node.value, ast.Name)):
            return None
        for statement in statements(module.body):
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == node.value.id for target in statement.targets
            ):
                key, maker = self._made_inside(statement.value) or (None, None)
                if key and maker:
                    starts = maker.lifespan or lifespans.constructed(ast.walk(statement.value))
                    return key, Maker(maker.framework, starts)
        return None

    def _factory(self, node: Function) -> Found | None:
        if any(self._annotated(parameter.annotation) for parameter in parameters(node)):
            return None
        if any("fixture" in self.source.names.dotted(_called(one)) for one in node.decorator_list):
            return None
        body = list(own(node))
        if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in body):
            return None
        promised = self._annotated(node.returns)
        local: dict[str, Maker] = {}
        for part in body:
            if isinstance(part, ast.Assign | ast.AnnAssign) and part.value:
                self._remember(part, promised, local)
        maker = self._returned(body, promised, local)
        if maker is None:
            return None
        code = list(ast.walk(node))
        starts = maker.lifespan or lifespans.constructed(code)
        if not starts and not any(self._made(part) for part in code if isinstance(part, ast.Call)):
            starts = b"lifespan=" in self.source.data
        calls = {key_of(self.tree, self.source, part.func) for part in code if isinstance(part, ast.Call)}
        return Found(
            (self.source.path, node.name),
            "factory",
            maker.framework,
            starts or lifespans.handled(self.tree, self.source, code, set(local)),
            node.lineno,
            isinstance(node, ast.AsyncFunctionDef),
            required(node),
            calls=frozenset(key for key in calls if key and key[0]),
        )

    def _remember(
        self, node: ast.Assign | ast.AnnAssign, promised: Maker | None, local: dict[str, Maker]
    ) -> None:
        made = self._made(node.value)
        maker = made[1] if made else None
        if maker is None and isinstance(node.value, ast.Call | ast.Await):
            maker = promised
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and maker:
                local.setdefault(target.id, maker)

    def _returned(self, body: list[ast.AST], promised: Maker | None, local: dict[str, Maker]) -> Maker | None:
        for part in body:
            if not isinstance(part, ast.Return):
                continue
            made = self._made(part.value)
            if made:
                return made[1]
            if isinstance(part.value, ast.Name) and part.value.id in local:
                return local[part.value.id]
            if promised and isinstance(part.value, ast.Call | ast.Await):
                return promised
            if promised and isinstance(part.value, ast.Attribute) and part.value.attr == "app":
                return promised
        return None

    def _mounts(self) -> None:
        for call in self.source.calls:
            name = (
                call.func.attr
                if isinstance(call.func, ast.Attribute)
                else self.source.names.dotted(call.func)
            )
            if name.rpartition(".")[2] not in MOUNTING:
                continue
            for value in [*call.args, *(keyword.value for keyword in call.keywords)]:
                target = value.func if isinstance(value, ast.Call) else value
                key = key_of(self.tree, self.source, target)
                if key and not key[0]:
                    key = resolve(self.tree, self.source, key[1])
                if key and key[0]:
                    self.mounted.add(key)


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node
