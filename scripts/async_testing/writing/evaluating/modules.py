"""The names of the project's modules, each worked out when it is first asked for."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.strangers import Thing
from async_testing.writing.evaluating.things import Frame, Opaque, Recorder, Unknown

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.writing.evaluating.interpreter import Interpreter


class Module:
    """A module of the project.

    Args:
        interpreter: evaluates what its names are bound to.
        source: the module, parsed.
    """

    def __init__(self, interpreter: Interpreter, source: SourceFile) -> None:
        self.interpreter = interpreter
        self.source = source
        self.frame = Frame(self)
        self.frame.sets_up = True
        self.stars: list[ast.ImportFrom] = []
        self.bindings: dict[str, list[tuple[ast.stmt, ast.alias | None]]] = {}
        for node in _statements(source.module.body):
            for name, alias in _bound(node, self.stars):
                self.bindings.setdefault(name, []).append((node, alias))
        self._busy: set[str] = set()

    @property
    def dotted(self) -> str:
        """Its name as imports spell it."""
        return self.interpreter.dotted(self.source.path)

    def get(self, name: str) -> Any:
        """What a name of the module is.

        Raises:
            KeyError: the module has no such name.
            Unknown: it has, but what it is cannot be told.
        """
        if name in self.frame.names:
            return self.frame.names[name]
        if name in self._busy:
            raise Unknown(f"{name} is defined by itself")
        self._busy.add(name)
        try:
            with self.interpreter.importing():
                value = self._work_out(name)
        finally:
            self._busy.discard(name)
        self.frame.names[name] = value
        self.interpreter.constant(value)
        if isinstance(value, Recorder):
            self._tell(name)
        return value

    def _work_out(self, name: str) -> Any:
        bound = self.bindings.get(name)
        if not bound:
            if name == "__file__":
                return Opaque("where the file lies")
            if name == "__name__":
                return self.dotted
            return self._starred(name)
        defining = [one for one in bound if one[1] is None]
        node, alias = defining[-1] if defining else bound[0]
        if alias is not None:
            return self._imported(node, alias)
        if isinstance(node, ast.Assign | ast.AnnAssign) and len(defining) > 1:
            plain = [one[0] for one in defining if isinstance(one[0], ast.Assign | ast.AnnAssign)]
            node = plain[0] if plain else node
        return self.interpreter.bound(self, name, node)

    def _starred(self, name: str) -> Any:
        for node in self.stars:
            origin = "." * node.level + (node.module or "")
            module = self.interpreter.module_of(self.source, origin)
            if module is not None:
                try:
                    return module.get(name)
                except KeyError:
                    continue
        raise KeyError(name)

    def _imported(self, node: ast.stmt, alias: ast.alias) -> Any:
        if isinstance(node, ast.Import):
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            found = self.interpreter.module_of(self.source, dotted)
            return found if found is not None and found is not self else self.interpreter.outside(dotted)
        assert isinstance(node, ast.ImportFrom)
        origin = "." * node.level + (node.module or "")
        module = self.interpreter.module_of(self.source, origin)
        if module is not None and module is not self:
            try:
                return module.get(alias.name)
            except KeyError:
                pass
        joint = "" if origin.endswith(".") else "."
        inner = self.interpreter.module_of(self.source, f"{origin}{joint}{alias.name}")
        if inner is not None:
            return inner
        if node.level or (module is not None and module is not self and "." in origin):
            return Thing(alias.name, f"{origin}.{alias.name} is not found")
        return self.interpreter.outside(f"{origin}.{alias.name}")

    def _tell(self, name: str) -> None:
        """Run what the module does to an object of a framework once it is made."""
        for node in self.source.module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if any(_root(one) == name for one in node.decorator_list):
                    with contextlib.suppress(KeyError, Unknown):
                        self.get(node.name)
            elif isinstance(node, ast.Expr | ast.If | ast.For | ast.Try | ast.With) and _names(node, name):
                with contextlib.suppress(Unknown), self.interpreter.importing():
                    self.interpreter.run_statement(node, self.frame)


def _names(node: ast.AST, name: str) -> bool:
    """Whether a statement mentions a name."""
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Call | ast.Attribute | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported; of a ``try`` those that run without an error."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _statements(node.body)
            yield from _statements(node.orelse)
        elif isinstance(node, ast.Try):
            yield from _statements([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.With | ast.For):
            yield from _statements(node.body)


def _bound(node: ast.stmt, stars: list[ast.ImportFrom]) -> Iterator[tuple[str, ast.alias | None]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, None
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            for one in ast.walk(target):
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                    yield one.id, None
    elif isinstance(node, ast.AnnAssign):
        if isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, None
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], alias
    elif isinstance(node, ast.ImportFrom):
        if any(alias.name == "*" for alias in node.names):
            stars.append(node)
        else:
            for alias in node.names:
                yield alias.asname or alias.name, alias
    elif type(node).__name__ == "TypeAlias":
        name: Any = getattr(node, "name", None)
        if isinstance(name, ast.Name):
            yield name.id, None
