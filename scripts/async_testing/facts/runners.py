"""Who runs a file's async tests and fixtures: pytest-asyncio, another plugin, or a hook of the project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.facts import marks, words
from async_testing.facts.scopes import Scope

if TYPE_CHECKING:
    from async_testing.facts.fixtures import FixtureDef
    from async_testing.facts.source import SourceFile
    from async_testing.facts.tests import Test

MANIFESTS: tuple[str, ...] = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "noxfile.py",
    "Pipfile",
    "Makefile",
)
MANIFESTS += ("poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock")
HOOKS = ("pytest_pyfunc_call", "pytest_pycollect_makeitem", "pytest_itemcollected", "pytest_runtest_call")
OTHERS = re.compile(
    r"(pytest[-_](trio|tornasync|aiohttp|twisted|tornado|sanic|asyncio[-_]cooperative)|alt[-_]pytest[-_]asyncio)\b",
    re.IGNORECASE,
)
OWN = re.compile(r"pytest[-_]asyncio(?![-_\w])")
LOCKED = re.compile(r"name = \"pytest-asyncio\"\s+version = \"(\d+)\.")
PINNED = re.compile(
    r"pytest[-_]asyncio(?:\[[^\]]*\])?[\"']?\s*(?:[=:]\s*)?(?:\{[^}]*?version\s*=\s*)?[\"']?\s*"
    r"(?:[\d.,\s<>=!~*^]*<=?\s*(?:1(?:\.0)*(?![.\d])|0\.)|(?:===?|~=|\^|~)?\s*0\.\d+(?![\d.]*\s*,\s*<\s*2))"
)
WIDTH = ("function", "class", "module", "package", "session")
"""The scopes, narrow ones first."""
BENIGN_PLUGINS = ("pytest_", "pytester", "anyio")
MOST_FILES = 300


def manifests(source: SourceFile) -> Iterator[str]:
    """The texts that tell what a project depends on and how its tests are started, from the file's folder up."""
    parts = source.path.split("/")[:-1]
    for depth in range(len(parts), -1, -1):
        folder = "/".join(parts[:depth])
        prefix = f"{folder}/" if folder else ""
        entries = source.workspace.names(folder)
        for name in sorted(entries):
            required = name.endswith((".txt", ".in")) and "require" in name
            if required or name in MANIFESTS or f"{name}.py" in MANIFESTS:
                path = prefix + (f"{name}.py" if f"{name}.py" in MANIFESTS else name)
                yield source.workspace.text(path) or ""


def pins_old(source: SourceFile) -> bool:
    """Whether the project stays with a pytest-asyncio before 1.0, where ``event_loop`` was a fixture."""
    for text in manifests(source):
        if "asyncio" not in text:
            continue
        locked = LOCKED.search(text)
        if (locked and locked[1] == "0") or (not locked and PINNED.search(text)):
            return True
    return False


def around(source: SourceFile) -> Iterator[SourceFile]:
    """The file itself, its conftests, and the plugins of the project that these and the configuration load."""
    yield source
    named = list(source.config.settings.plugins()) if source.config.settings else []
    for conftest in [*source.workspace.conftests(source.path), source]:
        if conftest is not source:
            yield conftest
        named += plugins(conftest)
    for module in named:
        found = source.workspace.import_from(source, module)
        if found:
            yield found


def plugins(source: SourceFile) -> list[str]:
    """The modules that a file's ``pytest_plugins`` names."""
    value = source.constants.get("pytest_plugins")
    return [
        node.value
        for node in (ast.walk(value) if value is not None else ())
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def strict(source: SourceFile) -> bool:
    """Whether nothing but marks and pytest-asyncio's own decorators make something async run."""
    if (
        source.config.asyncio_mode != "strict"
        or source.config.anyio_auto
        or source.config.option("trio_mode")
    ):
        return False
    return not _handled(source) and not any(
        OTHERS.search(text) or re.search(r"asyncio-mode[= ]+[\"']?auto", text) for text in manifests(source)
    )


def _handled(source: SourceFile) -> bool:
    """Whether a hook, a mode that a conftest sets, or an unknown plugin may run async tests."""
    named = list(source.config.settings.plugins()) if source.config.settings else []
    for one in around(source):
        text = one.text
        if any(hook in text for hook in HOOKS) or "asyncio_mode" in text:
            return True
        if "pytest_collection_modifyitems" in text and re.search(r"asyncio|anyio|iscoroutine", text):
            return True
        if re.search(r"def anyio_backend\b", text) and any(
            fixture.name == "anyio_backend" and fixture.autouse for fixture in one.fixtures.own
        ):
            return True
        if one is source or one.is_conftest:
            named += plugins(one)
    return any(
        not name.startswith(BENIGN_PLUGINS) and source.workspace.import_from(source, name) is None
        for name in named
    )


def asyncio_is_used(source: SourceFile) -> bool:
    """Whether the project evidently has pytest-asyncio."""
    if source.config.asyncio_mode_is_told or "mark.asyncio" in source.text or "pytest_asyncio" in source.text:
        return True
    if any("pytest_asyncio" in one.text for one in source.workspace.conftests(source.path)):
        return True
    if any(OWN.search(text) for text in manifests(source)):
        return True
    return source.is_conftest and next(below(source, "mark.asyncio"), None) is not None


def is_anyio(source: SourceFile, test: Test) -> bool:
    """Whether anyio may run a test: by a mark, or as it asks for the backend."""
    return test.marked("anyio") is not None or "anyio_backend" in closure(source, test)


def closure(source: SourceFile, test: Test) -> dict[str, FixtureDef | None]:
    """The fixtures that a test gets, by name, with those that these ask for; None for those of other packages."""
    found: dict[str, FixtureDef | None] = {}
    waiting = [*requested(test)]
    waiting += [one.name for one in [*source.fixtures.visible.values(), *source.fixtures.own] if one.autouse]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = source.fixtures.named(name, test.class_)
            one = found[name]
            waiting += one.requests if one else []
    return found


def requested(test: Test) -> list[str]:
    """The fixtures that a test names: as parameters that are not parametrized, or with ``usefixtures``."""
    names = [name for name in test.parameters if name not in test.parametrized]
    for mark in test.marks:
        if mark.name == "usefixtures" and mark.call:
            names += [
                one.value
                for one in mark.call.args
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return names


def bases_elsewhere(source: SourceFile, scope: Scope) -> list[tuple[SourceFile, Scope]] | None:
    """A class with all of its bases in the project; None where one of them cannot be found."""
    found: list[tuple[SourceFile, Scope]] = []
    waiting = [(source, scope)]
    while waiting:
        where, one = waiting.pop()
        if any(one is known for _, known in found):
            continue
        found.append((where, one))
        if not isinstance(one.node, ast.ClassDef) or len(found) > 20:
            return None
        for base in one.node.bases:
            name = where.dotted(base.value if isinstance(base, ast.Subscript) else base)
            if name in ("object", "typing.Generic", "typing.Protocol", "abc.ABC"):
                continue
            definition = where.workspace.definition(where, name) if name else None
            if definition is None or definition.kind != "class":
                return None
            waiting.append((definition.source, definition.scope))
    return found


def unknown_marks(source: SourceFile, test: Test) -> bool:
    """Whether a mark of a test cannot be told, or a decorator may replace its function."""
    for node in test.node.decorator_list:
        name = source.dotted(node.func if isinstance(node, ast.Call) else node)
        if not list(marks.own(source, [node], "function")) and not name.startswith(
            ("unittest.mock.patch", "mock.patch")
        ):
            return True
    scopes = [source.module]
    current = test.class_
    while current is not None:
        scopes.append(current)
        current = current.class_
    for scope in scopes:
        nodes: list[ast.expr] = list(getattr(scope.node, "decorator_list", []))
        nodes += marks.values(scope)
        if any(not list(marks.own(source, [node], "class")) for node in nodes):
            return True
    return False


def below(source: SourceFile, word: str) -> Iterator[SourceFile]:
    """The test files in the folder of a conftest and in the folders inside of it that hold a word."""
    waiting = [source.path.rpartition("/")[0]]
    seen = 0
    while waiting and seen < MOST_FILES:
        folder = waiting.pop(0)
        prefix = f"{folder}/" if folder else ""
        for name in sorted(source.workspace.names(folder)):
            path = f"{prefix}{name}.py"
            if source.config.collects_file(path) and _holds(source, path, word):
                seen += 1
                found = source.workspace.source(path)
                if found:
                    yield found
            elif "." not in name and not name.startswith("_") and folder.count("/") < 6:
                waiting.append(prefix + name)


def _holds(source: SourceFile, path: str, word: str) -> bool:
    text = (source.workspace.read(path) or b"").decode(errors="replace")
    return any(True for _ in words.places(text, word, "." if word.isidentifier() else ""))


def wider(one: str, other: str) -> bool:
    """Whether a scope is wider than another; not where one of them is not known."""
    return one in WIDTH and other in WIDTH and WIDTH.index(one) > WIDTH.index(other)
