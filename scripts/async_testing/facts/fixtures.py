"""The fixtures that a file defines, and those it sees through its conftests, its imports and loaded plugins."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from async_testing.facts.scopes import Scope
from async_testing.facts.tests import parameter_names

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

PLAIN = frozenset({"pytest.fixture", "pytest.yield_fixture"})
ASYNCIO = frozenset({"pytest_asyncio.fixture", "pytest_asyncio.plugin.fixture"})


class FixtureDef:
    """A fixture: the name it is asked for by, its function, the decorator and what that says."""

    __slots__ = ("call", "decorator", "function", "kind", "name", "source")

    def __init__(self, source: SourceFile, function: Scope, decorator: ast.expr) -> None:
        self.source = source
        self.function = function
        self.decorator = decorator
        self.call = decorator if isinstance(decorator, ast.Call) else None
        self.kind = source.dotted(self.call.func if self.call else decorator)
        named = self.option("name")
        self.name = (
            named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else function.name
        )

    def option(self, name: str) -> ast.expr | None:
        """The value of one of the decorator's keyword arguments, None where it is not given."""
        keywords = self.call.keywords if self.call else []
        return next((keyword.value for keyword in keywords if keyword.arg == name), None)

    def text(self, name: str) -> str:
        """The same for an argument that is a literal text, empty for anything else."""
        value = self.option(name)
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""

    @property
    def node(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """The function's node."""
        return self.function.node  # type: ignore[return-value]

    @property
    def path(self) -> str:
        """The file it is defined in."""
        return self.source.path

    @property
    def scope(self) -> str:
        """``function``, ``class``, ``module``, ``package`` or ``session``; ``?`` where it is worked out at run time."""
        if self.call and self.call.args and isinstance(self.call.args[0], ast.Constant):
            return str(self.call.args[0].value)
        given = self.option("scope")
        return self.text("scope") or ("?" if given is not None else "function")

    @property
    def loop_scope(self) -> str:
        """The loop scope that its decorator says, empty where it does not."""
        return self.text("loop_scope")

    @property
    def is_async(self) -> bool:
        """Whether it is an ``async def``."""
        return self.function.is_async

    @property
    def autouse(self) -> bool:
        """Whether every test in its reach gets it."""
        value = self.option("autouse")
        return isinstance(value, ast.Constant) and value.value is True

    @property
    def by_pytest_asyncio(self) -> bool:
        """Whether its decorator is pytest-asyncio's."""
        return self.kind in ASYNCIO

    @property
    def requests(self) -> list[str]:
        """The fixtures it asks for."""
        names = parameter_names(self.function)
        return names[1:] if self.function.class_ else names

    @property
    def gives(self) -> list[ast.expr]:
        """What it yields, or returns where it does not yield."""
        yields = [one.value for one in self.function.of(ast.Yield) if one.value is not None]
        return yields or [one.value for one in self.function.of(ast.Return) if one.value is not None]


class Fixtures:
    """The fixtures of one file, and by name those that its tests would get."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source

    @cached_property
    def own(self) -> list[FixtureDef]:
        """Those that the file itself defines, in its order."""
        if "fixture" not in self.source.text:
            return []
        return [
            FixtureDef(self.source, function, decorator)
            for function in self.source.functions
            for decorator in function.node.decorator_list  # type: ignore[union-attr]
            if self._is_fixture(decorator)
        ]

    def _is_fixture(self, decorator: ast.expr) -> bool:
        name = self.source.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
        return name in PLAIN or name in ASYNCIO

    @cached_property
    def by_function(self) -> dict[int, FixtureDef]:
        """The file's own fixtures by the ``id`` of their function's node."""
        return {id(one.node): one for one in self.own}

    @cached_property
    def exported(self) -> dict[str, FixtureDef]:
        """What importing everything from this file brings: its own outside of classes, and those it imports itself."""
        return dict(self._exported(set()))

    def _exported(self, seen: set[str]) -> Iterator[tuple[str, FixtureDef]]:
        if self.source.path in seen:
            return
        seen.add(self.source.path)
        for module in self._plugins():
            other = self.source.workspace.import_from(self.source, module)
            if other:
                yield from other.fixtures._exported(seen)
        for scope in self.source.scopes[:1]:
            for node in scope.of(ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield from self._imported(module, [alias.name for alias in node.names], seen)
        for one in self.own:
            if one.function.parent is self.source.module:
                yield one.name, one

    def _imported(self, module: str, names: list[str], seen: set[str]) -> Iterator[tuple[str, FixtureDef]]:
        other = self.source.workspace.import_from(self.source, module, holding="fixture")
        if other is None:
            return
        for name, one in other.fixtures._exported(set(seen)):
            if "*" in names or one.function.name in names or name in names:
                yield name, one

    def _plugins(self) -> Iterator[str]:
        value = self.source.constants.get("pytest_plugins")
        for node in ast.walk(value) if value is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value

    @cached_property
    def visible(self) -> dict[str, FixtureDef]:
        """Those that a test function at the top of this file sees, the nearest definition of each name."""
        found: dict[str, FixtureDef] = {}
        for conftest in self.source.workspace.conftests(self.source.path):
            found.update(conftest.fixtures.exported)
        found.update(self.exported)
        return found

    def named(self, name: str, class_: Scope | None = None) -> FixtureDef | None:
        """The fixture that a test of this file gets by a name, None where the project defines none.

        Args:
            name: as in the test's parameters.
            class_: the class the test stands in, whose own fixtures come first.
        """
        for one in self.own if class_ else ():
            if one.name == name and one.function.parent is class_:
                return one
        return self.visible.get(name)
