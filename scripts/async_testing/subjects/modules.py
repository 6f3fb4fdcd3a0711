"""The modules of a project: every Python file that is no test, no migration, and not somebody else's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.detection.paths import TEST_FOLDERS, foreign, skipped
from async_testing.finding import UsageError, unparsed

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.facts.workspace import Workspace

_LEFT_OUT = frozenset(
    {"migrations", "alembic", "docs", "docs_src", "examples", "benchmarks", "node_modules", "versions"}
)
_TESTS = re.compile(r"(?:test_.*|.*_tests?|conftest|setup|noxfile)\.py$")

_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini", ".git")


def root_above(start: str) -> str:
    """The project that a folder belongs to: the nearest one at or above it that is marked as one and has tests.

    In a repository of several projects each has its own tests; where none above has any, the nearest project it is.
    """
    nearest = ""
    folder = start
    while True:
        if any(os.path.exists(os.path.join(folder, one)) for one in _MARKERS):  # noqa: PTH110, PTH118
            nearest = nearest or folder
            if any(os.path.isdir(os.path.join(folder, one)) for one in ("tests", "test")):  # noqa: PTH112, PTH118
                return folder
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder or os.path.exists(os.path.join(folder, ".git")):  # noqa: PTH110, PTH118
            return nearest or start
        folder = above


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests, by its name or a folder's."""
    parts = path.split("/")
    return not TEST_FOLDERS.isdisjoint(parts[:-1]) or bool(_TESTS.match(parts[-1]))


def opened(workspace: Workspace, path: str) -> SourceFile:
    """A module to be planned, parsed.

    Raises:
        UsageError: it cannot be read, is no Python, or has nothing in it.
    """
    data = workspace.look(path)
    if data is None:
        raise UsageError(f"{path} cannot be read: name a Python module")
    if not data.strip():
        raise UsageError(f"{path} is empty: nothing to plan")
    try:
        source = workspace.opened(path, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8: save it as UTF-8 first") from None
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno or 0}: {unparsed(error)}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"{path}: cannot be parsed ({type(error).__name__})") from None
    source.__dict__["is_test_file"] = False  # which pytest's configuration need not be read for
    return source


def find(root: str) -> Iterator[str]:
    """The modules, as paths relative to the root."""
    return (path for path in _walk(root, "", _LEFT_OUT | TEST_FOLDERS) if not is_test(path))


def tests(root: str) -> tuple[list[str], str]:
    """The files of the tests, and the folder in which new ones belong: that of the root, else wherever some are."""
    for folder in ("tests", "test"):
        if os.path.isdir(os.path.join(root, folder)):  # noqa: PTH112, PTH118
            return list(_walk(root, folder, frozenset())), folder
    found = [path for path in _walk(root, "", _LEFT_OUT) if is_test(path)]
    inside = [path.partition("/tests/") for path in found]
    homes = [f"{one[0]}/tests" for one in inside if one[1]]
    return found, max(dict.fromkeys(homes), key=homes.count) if homes else "tests"


def every_test(root: str) -> list[str]:
    """The files of all tests, wherever they lie."""
    found, folder = tests(root)
    more = (path for path in _walk(root, "", _LEFT_OUT) if is_test(path))
    return list(dict.fromkeys([*found, *more])) if folder in ("tests", "test") else found


def _walk(root: str, start: str, left_out: frozenset[str]) -> Iterator[str]:
    pending = [start]
    while pending:
        folder = pending.pop()
        full = os.path.join(root, folder) if folder else root  # noqa: PTH118
        try:
            with os.scandir(full) as listing:
                entries = sorted(listing, key=_name)
        except OSError:
            continue
        if folder and foreign(full, {one.name for one in entries}):
            continue
        for entry in entries:
            name = entry.name
            if skipped(name):
                continue
            path = f"{folder}/{name}" if folder else name
            if entry.is_dir(follow_symlinks=False):
                if name not in left_out:
                    pending.append(path)
            elif name.endswith(".py") and entry.is_file(follow_symlinks=False):
                yield path


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
