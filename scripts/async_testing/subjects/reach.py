"""What the tests of a whole project get to: directly, over HTTP, or through whatever else they call.

Names are followed, not objects: a function is taken for reached where anything that is reached says its name, in code
or in a text. So what is said to be out of reach is; some of what is not said so may be as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from async_testing.facts import decorators
from async_testing.finding import UsageError
from async_testing.subjects import functions, layers, modules
from async_testing.subjects.coverage import Covered
from async_testing.subjects.suites import Suite, Test
from async_testing.subjects.wording import code, last, snake

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Workspace
    from async_testing.subjects.model import Function

_WORD = re.compile(r"[A-Za-z_]\w+")
_QUIET = frozenset({"object", "ABC", "Protocol", "Generic", "BaseModel", "NamedTuple", "TypedDict", "Enum"})
_KEEPING = decorators.HARMLESS | decorators.KEEPING | {"property", "contextlib.asynccontextmanager"}
_LAYERED = (
    "dao dal repository repo service router route endpoint controller view api app src core manager handler init "
    "crud model schema dto base common util db database test main"
)
_GENERAL = frozenset(_LAYERED.split())
"""Words of names that say nothing of what something is about."""
_TESTING = (
    "re json os sys asyncio pytest logging datetime random math time conn connection fake_connection cursor cur pool "
    "fake_pool database_session session client async_client response mock faker monkeypatch caplog capsys tmp_path"
)
_OTHERS = frozenset(_TESTING.split())
"""What tests call methods of that are none of the project's."""
_LISTED = ("pyproject.toml", "setup.cfg", "setup.py")


class Named(NamedTuple):
    """A function or method, public or not, and the words of its code."""

    name: str
    """What brings it about: its own name, of a special method that of its class."""
    words: frozenset[str]
    is_hook: bool
    """Whether something else than the project may call it: a decorator or base of another package."""


class Module(NamedTuple):
    """A module of the project, as rules about the whole of it see it."""

    path: str
    functions: tuple[Function, ...]
    hooks: frozenset[str]
    """Which of them something else than the project may call."""
    derived: dict[str, frozenset[str]]
    names: tuple[Named, ...]
    around: frozenset[str]
    """The words of its code outside of functions, imports left out."""
    bases: dict[str, tuple[str, ...]]
    """By class the names of its bases."""


class Project:
    """A project's modules and its tests.

    Args:
        found: the modules.
        suite: the tests.
        said: further words that bring something about: of entry points, of helpers of the tests.
    """

    def __init__(self, found: Sequence[Module], suite: Suite, said: frozenset[str]) -> None:
        self.modules = found
        self.suite = suite
        self._said = said
        self._covered: dict[str, Covered] = {}

    def covered(self, module: Module) -> Covered:
        """What matches a module's functions with tests."""
        if module.path not in self._covered:
            self._covered[module.path] = Covered(self.suite, module.path, module.functions, module.derived)
        return self._covered[module.path]

    def tests_of(self, module: Module, function: Function) -> list[Test]:
        """The tests that call a function or ask for its route."""
        return self.covered(module).tests_of(function.name)

    def is_reached(self, module: Module, function: Function) -> bool:
        """Whether any test gets to a function."""
        name = last(function.name)
        if name in self._reached[0] and (name in self._reached[1] or self._is_meant(module, function, name)):
            return True
        return function.route is not None and self._is_asked(module, function)

    def _is_meant(self, module: Module, function: Function, name: str) -> bool:
        """Whether a test that says a method's name can mean this one: not that of another class, or a driver's."""
        owner = last(function.name.rpartition(".")[0])
        if not owner or self.tests_of(module, function):
            return True
        own = {owner, *module.derived.get(owner, ()), *self.family(owner)}
        rivals = self._owners.get(name, frozenset()) - own
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        for file in self.suite.files:
            if file.members.get(name, frozenset()) - _OTHERS and (
                not rivals & file.words or {*own, stem} & file.words
            ):
                return True
        return False

    @cached_property
    def _owners(self) -> dict[str, frozenset[str]]:
        """By method the classes of the project that have one of the name."""
        found: dict[str, set[str]] = {}
        for module in self.modules:
            for one in module.functions:
                owner, _, name = one.name.rpartition(".")
                found.setdefault(name, set()).update([last(owner)] if owner else [])
        return {name: frozenset(owners) for name, owners in found.items()}

    def family(self, name: str) -> frozenset[str]:
        """An exception's name with those of its bases in the project, as they are written."""
        found = {name}
        pending = [name]
        while pending:
            for base in self._bases.get(pending.pop(), ()):
                if base not in found:
                    found.add(base)
                    pending.append(base)
        return frozenset(found)

    @cached_property
    def _bases(self) -> dict[str, tuple[str, ...]]:
        """By class of the project what it derives from; of several of one name all."""
        found: dict[str, tuple[str, ...]] = {}
        for module in self.modules:
            for name, bases in module.bases.items():
                found[name] = (*found.get(name, ()), *bases)
        return found

    def is_expected_about(self, module: Module, function: Function, name: str, status: int | None) -> bool:
        """Whether some test that is no direct one of a function expects an error like one of its, in its matter.

        Such a test may get to the function through others.

        Args:
            module: where the function is.
            function: the function.
            name: the error's class.
            status: its HTTP status, where one is known.
        """
        about = _matter(module, function)
        for file in self.suite.files:
            if file.tests and name in file.words:
                return True
            related = about & file.matter
            for test in file.tests:
                if related or about & test.name_words:
                    errors = {status} if status else {one for one in test.statuses if one >= 400}
                    if errors & test.statuses:
                        return True
        return False

    @cached_property
    def _reached(self) -> tuple[frozenset[str], frozenset[str]]:
        """Every word that the tests, or what these get to, say; and those that the latter say."""
        by_name: dict[str, list[Named]] = {}
        for module in self.modules:
            for one in module.names:
                by_name.setdefault(one.name, []).append(one)
        told = set(self._said).union(*(module.around for module in self.modules))
        words = told.union(*(file.words for file in self.suite.files))
        pending = [one for module in self.modules for one in module.names if one.is_hook]
        asked = {last(one.name) for module in self.modules for one in self._asked(module)}
        pending += [one for name in (words | asked) & by_name.keys() for one in by_name[name]]
        known = {one.name for one in pending}
        while pending:
            for word in pending.pop().words:
                words.add(word)
                told.add(word)
                if word in by_name and word not in known:
                    known.add(word)
                    pending += by_name[word]
        return frozenset(words), frozenset(told)

    def _asked(self, module: Module) -> Iterator[Function]:
        return (one for one in module.functions if one.route is not None and self._is_asked(module, one))

    def _is_asked(self, module: Module, function: Function) -> bool:
        """Whether a test asks for a route, or a file of tests has all that is fixed of its path."""
        route = function.route
        if route is None or self.tests_of(module, function):
            return route is not None
        fixed = _WORD.findall(re.sub(r"\{[^}]*\}", " ", route.own or route.path))
        fixed = fixed or _WORD.findall(module.path.rpartition("/")[2].removesuffix(".py"))
        return any(file.words.issuperset(fixed) for file in self.suite.files if file.tests)


def gather(workspace: Workspace, is_excluded: Callable[[str], bool]) -> tuple[Project, list[tuple[str, str]]]:
    """Look at every module of a project.

    Args:
        workspace: the project.
        is_excluded: whether nothing is to be told of a module; what it calls counts all the same.

    Returns:
        The project, and the modules that could not be looked at with the reason.
    """
    problems: list[tuple[str, str]] = []
    found: list[Module] = []
    for path in sorted(modules.find(workspace.root)):
        workspace.current = path
        data = workspace.look(path)
        if data is not None and not data.strip():
            continue
        try:
            source = modules.opened(workspace, path)
        except UsageError as error:
            if not is_excluded(path):
                problems.append((path, str(error)))
            words = frozenset(_WORD.findall(_text(workspace, path)))
            found.append(Module(path, (), frozenset(), {}, (), words, {}))
            continue
        try:
            found.append(_module(source, is_excluded(path)))
        finally:
            workspace.closed(source)
    tests = modules.every_test(workspace.root)
    suite = Suite(workspace, tests)
    read = {file.path for file in suite.files}
    helping = [*_LISTED, *(path for path in tests if path not in read)]
    said = {word for path in helping for word in _WORD.findall(_text(workspace, path))}
    return Project(found, suite, frozenset(said)), problems


def _text(workspace: Workspace, path: str) -> str:
    return (workspace.look(path) or b"").decode(errors="replace")


def _module(source: SourceFile, is_excluded: bool) -> Module:
    names = tuple(_named(source, scope) for scope in source.functions if _is_outer(scope))
    hooks = frozenset(functions.name_of(one) for one in functions.public(source) if _is_hook(source, one))
    around = frozenset(_around(source.module)).union(*(_around(scope) for scope in source.classes))
    found = () if is_excluded else functions.of(source)
    bases = {
        scope.name: tuple(last(code(one)) for one in layers.bases(scope.node)) for scope in source.classes
    }
    return Module(source.path, found, hooks, layers.derived(source), names, around, bases)


def _matter(module: Module, function: Function) -> frozenset[str]:
    """The words that say what a function is about: of its class, its module and its folder, layers left out."""
    owner = function.name.rpartition(".")[0].rpartition(".")[2]
    parts = module.path.removesuffix(".py").split("/")[-2:]
    words = {one for name in (owner, *parts) for one in snake(name).split("_")}
    return frozenset(one.removesuffix("s") for one in words if len(one) > 2) - _GENERAL


def _is_outer(scope: Scope) -> bool:
    """Whether a function stands in no other one, whose code it is part of."""
    around = scope.parent
    while around is not None and isinstance(around.node, ast.ClassDef):
        around = around.parent
    return around is not None and isinstance(around.node, ast.Module)


def _named(source: SourceFile, scope: Scope) -> Named:
    special = scope.name.startswith("__") and scope.class_ is not None
    name = scope.class_.name if special and scope.class_ else scope.name
    node = scope.node
    start = node.lineno  # type: ignore[union-attr]
    text = "".join(source.lines[start - 1 : node.end_lineno])  # type: ignore[union-attr]
    first = scope.body[0] if scope.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        head = source.lines[start - 1 : first.lineno - 1]
        text = "".join([*head, *source.lines[first.end_lineno or first.lineno : node.end_lineno]])  # type: ignore[union-attr]
    words = set(_WORD.findall(text)) - ({scope.name} if text.count(scope.name) == 1 else set())
    return Named(name, frozenset(words), _is_hook(source, scope))


def _is_hook(source: SourceFile, scope: Scope) -> bool:
    from async_testing.subjects import routes

    for one in getattr(scope.node, "decorator_list", ()):
        target = one.func if isinstance(one, ast.Call) else one
        dotted = source.dotted(target)
        if dotted in _KEEPING or last(dotted) == "property" or routes.decorator(source, scope) is not None:
            continue
        if not dotted or source.workspace.definition(source, dotted) is None:
            return True
    return scope.class_ is not None and _is_open(source, scope.class_, 4)


def _is_open(source: SourceFile, owner: Scope, hops: int) -> bool:
    """Whether a class has a base outside of the project, whose users may call its methods."""
    for base in layers.bases(owner.node):
        node = base.value if isinstance(base, ast.Subscript) else base
        dotted = source.dotted(node)
        if last(dotted) in _QUIET:
            continue
        above = source.workspace.definition(source, dotted) if dotted and hops else None
        if above is None or above.kind != "class" or _is_open(above.source, above.scope, hops - 1):
            return True
    return False


def _around(scope: Scope) -> Iterator[str]:
    """The words of a module's or class's own code: not of imports, ``__all__``, texts and functions."""
    pending: list[ast.AST] = []
    for one in scope.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            pending += one.decorator_list
            pending += [*one.bases, *one.keywords] if isinstance(one, ast.ClassDef) else []
        elif not isinstance(one, ast.Assign) or code(one.targets[0]) != "__all__":
            pending.append(one)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 100:
            yield from _WORD.findall(node.value)
        pending += ast.iter_child_nodes(node)
