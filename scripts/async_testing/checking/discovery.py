"""Which files are checked: the root of the project, the paths that are meant, the Python test files below them."""

import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from async_testing.checking.ignoring import Ignore
from async_testing.detection.paths import foreign, skipped
from async_testing.facts.config import Config
from async_testing.facts.folder import Folder
from async_testing.finding import UsageError

TESTS = ("tests", "test")
"""Folders in which every Python file belongs to the tests."""
MARKERS = (
    "pyproject.toml",
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "setup.cfg",
)


class Problem(NamedTuple):
    """A file or folder that could not be looked at, in one line."""

    path: str
    message: str


class Found(NamedTuple):
    """What a search came upon."""

    files: tuple[str, ...]
    """Paths relative to the root, spelled with ``/``, sorted, each once."""
    problems: tuple[Problem, ...]


def root_of(paths: Sequence[str], cwd: str | os.PathLike[str]) -> str:
    """The project's root: the nearest folder at or above ``cwd`` that has .git, else a pytest configuration.

    Args:
        paths: as given on the command line, relative to ``cwd``; where one lies outside, theirs is taken.
        cwd: the working folder.
    """
    start = os.path.realpath(cwd)
    root = _marked(start)
    full = [os.path.realpath(os.path.join(start, path)) for path in paths]  # noqa: PTH118
    if any(path != root and not path.startswith(root.rstrip(os.sep) + os.sep) for path in full):
        try:
            common = os.path.commonpath(full)
        except ValueError:  # on different drives
            return root
        root = _marked(common if os.path.isdir(common) else os.path.dirname(common))  # noqa: PTH112, PTH120
    return root


def _marked(start: str) -> str:
    folders = [start]
    while (above := os.path.dirname(folders[-1])) != folders[-1]:  # noqa: PTH120
        folders.append(above)
    for markers in ((".git",), MARKERS):
        for folder in folders:
            if any(os.path.exists(os.path.join(folder, marker)) for marker in markers):  # noqa: PTH110, PTH118
                return folder
    return start


def default_paths(root: str | os.PathLike[str]) -> tuple[str, ...]:
    """What is meant without paths: the configuration's testpaths, else tests folders, else all."""
    settings = _configured(Folder(root), "", Config(None)).settings
    named = settings.folders("testpaths") if settings else ()
    found = [
        one
        for path in named
        for one in ([path] if os.path.exists(f"{root}/{path}") else _globbed(root, path))  # noqa: PTH110
    ]
    there = [name for name in TESTS if os.path.isdir(f"{root}/{name}")]  # noqa: PTH112
    return tuple(found) or tuple(there) or (".",)


def _globbed(root: str | os.PathLike[str], pattern: str) -> Iterator[str]:
    if {"*", "?", "["} & set(pattern):
        from pathlib import Path

        for path in sorted(Path(root).glob(pattern)):
            yield path.relative_to(root).as_posix()


def _configured(folder: Folder, path: str, above: Config) -> Config:
    """The configuration for a folder; that from above where it is broken, which is told when files are checked."""
    from async_testing.detection.pytestconfig import settings_in

    try:
        own = settings_in(folder, path or ".")
    except UsageError:
        return above
    return Config(own) if own else above


def find(root: str | os.PathLike[str], paths: Sequence[str], *, exclude: Sequence[str] = ()) -> Found:
    """The files to check.

    Args:
        root: the project's root, resolved.
        paths: files, taken as they are, and folders, searched; absolute, or relative to the root (not to the working
            folder: the caller joins that).
        exclude: globs of paths relative to the root, or of names; as lines of a ``.gitignore``.

    Raises:
        UsageError: a path does not exist, or lies outside of the root.
    """
    search = _Search(root, exclude)
    for path in paths:
        search.take(path)
    return Found(tuple(sorted(search.files)), tuple(search.problems))


def is_of_tests(root: str | os.PathLike[str], path: str, exclude: Sequence[str] = ()) -> bool:
    """Whether a search of the whole project would come upon a file, but for what git ignores.

    Args:
        root: the project's root, resolved.
        path: absolute.
        exclude: as for ``find``.
    """
    return _Search(root, exclude).is_of_tests(path)


class _Search:
    def __init__(self, root: str | os.PathLike[str], exclude: Sequence[str]) -> None:
        self.files: set[str] = set()
        self.problems: list[Problem] = []
        self._root = os.fspath(root)
        self._prefix = self._root.rstrip(os.sep) + os.sep
        self._folder = Folder(root)
        self._excluded = Ignore(exclude)
        self._walked: set[str] = set()
        self._ignores: dict[str, list[tuple[int, Ignore]]] = {}
        self._configs: dict[str, Config] = {}

    def take(self, given: str) -> None:
        """A path of the command line."""
        full = os.path.join(self._root, given)  # noqa: PTH118
        try:
            real = os.path.realpath(full)
            mode = os.stat(real).st_mode  # noqa: PTH116
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else "no such path"
            raise UsageError(
                f"{given!r} cannot be checked ({said}): give files or folders that exist"
            ) from None
        if real != self._root and not real.startswith(self._prefix):
            raise UsageError(f"{given} lies outside of {self._root}: give another --root")
        path = os.path.relpath(real, self._root).replace(os.sep, "/")
        path = "" if path == "." else path
        if stat.S_ISDIR(mode):
            self._walk(path)
        elif stat.S_ISREG(mode):
            if not self._is_excluded(path):
                self.files.add(path)
        else:
            raise UsageError(f"{given} is neither a file nor a folder: give files or folders")

    def is_of_tests(self, given: str) -> bool:
        """Whether an absolute path is a file of the tests."""
        real = os.path.realpath(given)
        if not real.startswith(self._prefix) or not real.endswith(".py"):
            return False
        path = os.path.relpath(real, self._root).replace(os.sep, "/")
        *folders, name = path.split("/")
        if any(map(skipped, folders)) or self._is_excluded(path):
            return False
        return not {*folders}.isdisjoint(TESTS) or name == "conftest.py" or self._collects(path)

    def _is_excluded(self, path: str) -> bool:
        parts = path.split("/")
        return any(
            self._excluded.decides("/".join(parts[: depth + 1]), part, depth + 1 < len(parts))
            for depth, part in enumerate(parts)
        )

    def _walk(self, start: str) -> None:
        pending = [start]
        while pending:
            folder = pending.pop()
            if folder in self._walked:
                continue
            self._walked.add(folder)
            full = (self._prefix + folder).rstrip(os.sep) or os.sep
            try:
                with os.scandir(full) as listing:
                    entries = list(listing)
            except OSError as error:
                self.problems.append(Problem(folder, f"folder cannot be read ({error.strerror})"))
                continue
            names = {entry.name for entry in entries}
            if folder != start and foreign(full, names):
                continue
            ignores = self._ignores_of(folder, ".gitignore" in names)
            every = not {*folder.split("/")}.isdisjoint(TESTS)
            for entry in entries:
                if not skipped(entry.name):
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    self._entry(entry, path, ignores, pending, every)

    def _entry(
        self,
        entry: os.DirEntry[str],
        path: str,
        ignores: list[tuple[int, Ignore]],
        pending: list[str],
        every: bool,
    ) -> None:
        name = entry.name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder:
                if not name.endswith(".py") or not (every or name == "conftest.py" or self._collects(path)):
                    return
                if not entry.is_file() or (entry.is_symlink() and not self._is_inside(entry.path)):
                    return
        except OSError as error:
            self.problems.append(Problem(path, f"cannot be read ({error.strerror})"))
            return
        if self._excluded.decides(path, name, is_folder) or _is_ignored(ignores, path, name, is_folder):
            return
        if is_folder:
            pending.append(path)
        else:
            self.files.add(path)

    def _is_inside(self, full: str) -> bool:
        return os.path.realpath(full).startswith(self._prefix)

    def _collects(self, path: str) -> bool:
        """Whether pytest takes a file for a test file, by the configuration in force there."""
        return self._config(path.rpartition("/")[0]).collects_file(path)

    def _config(self, folder: str) -> Config:
        if folder not in self._configs:
            above = self._config(folder.rpartition("/")[0]) if folder else Config(None)
            names = self._folder.files(folder)
            has = not names.isdisjoint(MARKERS)
            self._configs[folder] = _configured(self._folder, folder, above) if has else above
        return self._configs[folder]

    def _ignores_of(self, folder: str, own: bool) -> list[tuple[int, Ignore]]:
        """The ignore files in force in a folder, each with the length of the path to strip; the nearest one last."""
        if folder in self._ignores:
            return self._ignores[folder]
        if folder:
            above = folder.rpartition("/")[0]
            exists = os.path.isfile(f"{self._prefix}{above}/.gitignore")  # noqa: PTH113
            found = self._ignores_of(above, exists)
        else:
            found = self._read_ignore(".git/info/exclude", 0)
        if own:
            prefix = f"{folder}/" if folder else ""
            found = [*found, *self._read_ignore(f"{prefix}.gitignore", len(prefix))]
        self._ignores[folder] = found
        return found

    def _read_ignore(self, path: str, strip: int) -> list[tuple[int, Ignore]]:
        try:
            with open(self._prefix + path, encoding="utf-8-sig", errors="surrogateescape") as stream:  # noqa: PTH123
                return [(strip, Ignore(stream.read(1_000_000).split("\n")))]
        except OSError:
            return []


def _is_ignored(ignores: list[tuple[int, Ignore]], path: str, name: str, folder: bool) -> bool:
    for strip, ignore in reversed(ignores):
        decided = ignore.decides(path[strip:], name, folder)
        if decided is not None:
            return decided
    return False
