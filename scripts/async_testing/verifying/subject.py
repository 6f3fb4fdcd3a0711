"""Which modules some tests are about, told by their names and by what they import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing.subjects import modules

_LAYERS = {
    "dao": {"dao", "repository", "repositories", "repo", "crud", "queries"},
    "service": {"service", "services", "usecase", "usecases"},
    "router": {"router", "routers", "routes", "route", "api", "endpoints", "views", "path", "handlers"},
    "dto": {"dto", "dtos", "schema", "schemas", "model", "models"},
}
"""The layers of a test file's name, and what their modules or folders are called."""


class Subjects(NamedTuple):
    """What some test files are about."""

    modules: list[str]
    possible: list[str]
    """All that come into question."""
    untold: list[str]
    """The test files that do not tell."""


def of_tests(root: Path, tests: Iterable[str]) -> Subjects:
    """The modules that some test files are about.

    Args:
        root: the project.
        tests: files of tests, relative to the root.
    """
    known = set(modules.find(str(root)))
    chosen: list[str] = []
    possible: list[str] = []
    untold: list[str] = []
    for test in tests:
        imported = [one for one in dict.fromkeys(_imported(root, test)) if one in known]
        possible += imported
        only = imported if len(imported) == 1 else []
        found = _best(test, imported) or only or _best(test, sorted(known))
        chosen += found
        untold += [] if found else [test]
    return Subjects(list(dict.fromkeys(chosen)), list(dict.fromkeys(possible)) or sorted(known), untold)


def others(root: Path, tests: Sequence[str], about: Sequence[str]) -> list[str]:
    """The test files that import some modules as well, besides those that were run.

    Args:
        root: the project.
        tests: the files and folders that were run, relative to the root.
        about: the modules.
    """
    run = [one.partition("::")[0].rstrip("/") for one in tests]
    found = []
    for path in modules.tests(str(root))[0]:
        is_run = any(path == one or path.startswith(f"{one}/") or one == "." for one in run)
        if not is_run and modules.is_test(path) and not path.endswith("conftest.py"):
            found += [path] if set(about) & set(_imported(root, path)) else []
    return sorted(found)


def _best(test: str, candidates: Sequence[str]) -> list[str]:
    """Those of which the test's name tells most, all of them where several say the same."""
    words = _words(Path(test).stem) - {"test", "tests"}
    scores = {one: _score(words, test, one) for one in candidates}
    most = max(scores.values(), default=0)
    best = [one for one, score in scores.items() if score == most]
    return best if most > 0 and len(best) <= 2 else []


def _score(words: set[str], test: str, module: str) -> float:
    parts = module.removesuffix(".py").removesuffix("/__init__").split("/")
    own, folders = _words(parts[-1]), {word for part in parts[:-1] for word in _words(part)}
    layer = {word for name, others in _LAYERS.items() if name in words for word in others}
    named = len(words & own)
    if not named and not (layer & own and words & folders):
        return 0
    strange = len(own - words - layer)
    return (
        4 * named + 2 * bool(layer & (own | folders)) + len(words & folders) - strange + _beside(test, parts)
    )


def _beside(test: str, parts: Sequence[str]) -> float:
    """How far the folders of a test are those of a module, as where tests mirror the code."""
    return 0.5 * len(set(test.split("/")[:-1]) & set(parts[:-1]))


def _words(text: str) -> set[str]:
    found = set(re.split(r"[_\W]+", text.lower())) - {""}
    return found | {one.removesuffix("s") for one in found if len(one) > 3}


def _imported(root: Path, test: str) -> Iterator[str]:
    """The files that a test file imports, where they are some of the project, however the path begins."""
    try:
        tree = ast.parse((root / test).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield from _files(root, one.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                yield from _handed_out(root, node.module, one.name)


def _handed_out(root: Path, module: str, name: str) -> Iterator[str]:
    """The file that a name of a module is from: a module of that name, one that a package has it from, or itself."""
    below = [*_files(root, f"{module}.{name}")]
    if below:
        yield from below
        return
    for path in _files(root, module):
        found = [*_had_from(root, path, name)] if path.endswith("__init__.py") else []
        yield from found or [path]


def _had_from(root: Path, package: str, name: str) -> Iterator[str]:
    try:
        tree = ast.parse((root / package).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.level != 1 or not node.module:
            continue
        if any((one.asname or one.name) == name for one in node.names):
            place = f"{package.removesuffix('/__init__.py')}/{node.module.replace('.', '/')}"
            yield from (one for one in (f"{place}.py", f"{place}/__init__.py") if (root / one).is_file())


def _files(root: Path, dotted: str) -> Iterator[str]:
    path = dotted.replace(".", "/")
    for folder in ("", "src/", "app/", "backend/"):
        for name in (f"{folder}{path}.py", f"{folder}{path}/__init__.py"):
            if (root / name).is_file():
                yield name
