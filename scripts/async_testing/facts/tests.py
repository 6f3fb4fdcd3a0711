"""Which functions pytest collects as tests, with their marks, and what layer a test file is about."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.facts import marks
from async_testing.facts.scopes import Scope, arguments

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile

TESTCASES = frozenset({"unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "unittest.case.TestCase"})
TESTCASES |= {
    "unittest.async_case.IsolatedAsyncioTestCase",
    "django.test.TestCase",
    "django.test.TransactionTestCase",
}
LAYERS = ("dao", "service", "router", "dto")
WORDS = {
    "dao": ("dao", "repository", "repositories", "repo", "repos", "dal", "crud"),
    "service": ("service", "services", "usecase", "use_case"),
    "router": ("router", "routers", "route", "routes", "endpoint", "endpoints", "api", "views"),
    "dto": ("dto", "dtos", "schema", "schemas"),
}


class Test:
    """A test: its function, the class it stands in, its marks, the parameters that are fixtures or parametrized."""

    __slots__ = ("_parameters", "_parametrized", "class_", "function", "marks", "source")
    __test__ = False

    def __init__(self, source: SourceFile, function: Scope) -> None:
        self.source = source
        self.function = function
        self.class_ = function.class_
        self.marks = marks.of_function(source, function)
        self._parameters: list[str] | None = None
        self._parametrized: set[str] | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    @property
    def node(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """The function's node."""
        return self.function.node  # type: ignore[return-value]

    @property
    def is_async(self) -> bool:
        """Whether it is an ``async def``."""
        return self.function.is_async

    @property
    def in_testcase(self) -> bool:
        """Whether its class derives from unittest's, as far as this file tells."""
        return self.class_ is not None and testcase(self.source, self.class_) != ""

    @property
    def parameters(self) -> list[str]:
        """The names that pytest fills in: parameters without a default, without ``self``."""
        if self._parameters is None:
            self._parameters = self._needed()
        return self._parameters

    def _needed(self) -> list[str]:
        node = self.node
        plain = [*node.args.posonlyargs, *node.args.args]
        needed = plain[: len(plain) - len(node.args.defaults)]
        needed += [
            one
            for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is None
        ]
        names = [one.arg for one in needed]
        is_static = any(self.source.dotted(one) == "staticmethod" for one in node.decorator_list)
        return names[1:] if self.class_ is not None and not is_static else names

    def marked(self, name: str) -> marks.Mark | None:
        """The nearest mark of a name, None where it has none."""
        return next((mark for mark in self.marks if mark.name == name), None)

    @property
    def parametrized(self) -> set[str]:
        """The parameters that ``parametrize`` fills in."""
        if self._parametrized is None:
            self._parametrized = self._filled_in()
        return self._parametrized

    def _filled_in(self) -> set[str]:
        names: set[str] = set()
        for mark in self.marks:
            if mark.name == "parametrize" and mark.call and mark.call.args:
                first = mark.call.args[0]
                items = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
                for item in items:
                    if isinstance(item, ast.Constant) and isinstance(item.value, str):
                        names |= {part.strip() for part in item.value.split(",")}
        return names


def collected(source: SourceFile) -> list[Test]:
    """The tests of a file, in its order; none where pytest does not collect from a file of that name."""
    if not source.is_test_file:
        return []
    return [
        Test(source, function)
        for function in source.functions
        if is_test(source, function) and not _is_fixture(function)
    ]


def _is_fixture(function: Scope) -> bool:
    """Whether a fixture's decorator keeps a function such as ``test_client`` from being collected."""
    for one in getattr(function.node, "decorator_list", ()):
        called = one.func if isinstance(one, ast.Call) else one
        if isinstance(called, ast.Attribute | ast.Name):
            name = called.attr if isinstance(called, ast.Attribute) else called.id
            if name.endswith("fixture"):
                return True
    return False


def is_test(source: SourceFile, function: Scope) -> bool:
    """Whether pytest collects this function, by name and place."""
    parent = function.parent
    if parent is source.module:
        return source.config.collects_function(function.name)
    if parent is None or not isinstance(parent.node, ast.ClassDef):
        return False
    if testcase(source, parent):
        return function.name.startswith("test")
    return source.config.collects_function(function.name) and collects_class(source, parent)


def collects_class(source: SourceFile, scope: Scope) -> bool:
    """Whether pytest looks into a class: a test class by name, at the top or inside of another such class."""
    if not source.config.collects_class(scope.name) and not testcase(source, scope):
        return False
    if scope.parent is source.module:
        return True
    return scope.class_ is not None and collects_class(source, scope.class_)


def testcase(source: SourceFile, scope: Scope) -> str:
    """The unittest base class that a class derives from, dotted; ``TestCase`` where only its name tells; else empty."""
    for one in marks.bases(source, scope):
        for base in one.node.bases:  # type: ignore[union-attr]
            name = source.dotted(base)
            if name in TESTCASES:
                return name
            if name.endswith("TestCase"):
                return "TestCase"
    return ""


def layer(source: SourceFile) -> str:
    """What layer a test file is about: by its name, else by the modules it imports; empty where neither tells."""
    stem = source.path.rpartition("/")[2].removesuffix(".py").lower()
    words = re.split(r"[_\W]+", stem)
    for name in LAYERS:
        if any(word in WORDS[name] for word in words) or stem.endswith(
            tuple(f"_{word}" for word in WORDS[name])
        ):
            return name
    modules = {part.lower() for dotted in source.imports.values() for part in dotted.split(".")}
    found = [name for name in LAYERS if not modules.isdisjoint(WORDS[name])]
    return found[0] if len(found) == 1 else ""


def docstring(function: Scope) -> str:
    """A function's docstring as written, empty where it has none."""
    first = function.body[0] if function.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return first.value.value
    return ""


def parameter_names(function: Scope) -> list[str]:
    """The names of all of a function's parameters."""
    return [one.arg for one in arguments(function.node)] if not isinstance(function.node, ast.Module) else []
