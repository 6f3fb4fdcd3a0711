"""The Python files of a project, found in one walk and parsed only when something asks for it."""

from __future__ import annotations

import ast
import os
import re
import stat
import warnings
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from async_testing.detection.names import Names
from async_testing.detection.paths import TEST_FOLDERS, ancestors, foreign, join, parent, skipped, within
from async_testing.finding import unparsed
from async_testing.model import Note, UsageError

EXAMPLE_FOLDERS = frozenset(
    {"doc", "docs", "docs_src", "documentation", "example", "examples", "sample", "samples", "demo", "demos"}
    | {"tutorial", "tutorials", "playground"}
)
SIDE_FOLDER = re.compile(
    r"migrations?|alembic|versions|scripts?|tools?|bin|.*[-_]stress|stress|(?:.*[-_])?bench(?:es|marks?|marking)?"
    r"|load[-_]?tests?|load[-_]?testing|perf|performance"
)
LARGEST = 4_000_000
"""Bytes: a longer Python file was written by a program, and is not worth the time."""


__all__ = [
    "EXAMPLE_FOLDERS",
    "TEST_FOLDERS",
    "Source",
    "Tree",
    "ancestors",
    "is_side",
    "join",
    "module_name",
    "parent",
    "within",
]


class Source:
    """One Python file: its bytes, its syntax tree, what its names stand for; each read when first asked for."""

    def __init__(self, tree: Tree, path: str) -> None:
        self.home = tree
        self.path = path

    @cached_property
    def data(self) -> bytes:
        """The file's bytes, or none with a note where it cannot be read."""
        return self.home.read(self.path) or b""

    @cached_property
    def module(self) -> ast.Module | None:
        """The syntax tree, or None with a note where this Python cannot parse the file."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.data)
        except SyntaxError as error:
            self.home.note(f"left out: {unparsed(error)}", self.path, error.lineno or 0)
        except (ValueError, RecursionError, MemoryError) as error:
            self.home.note(f"left out: cannot be parsed ({str(error) or type(error).__name__})", self.path, 0)
        return None

    @cached_property
    def names(self) -> Names:
        """What the module's imports bind."""
        return Names(self.module)

    def defines(self, name: str) -> bool:
        """Whether a line at the module's left edge defines or assigns the name."""
        word = re.escape(name).encode()
        return bool(
            re.search(
                rb"^(?:(?:async[ ]+)?def|class)[ ]+" + word + rb"\b|^" + word + rb"[ ]*[:=]",
                self.data,
                re.MULTILINE,
            )
        )

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call in the file."""
        return [node for node in ast.walk(self.module) if isinstance(node, ast.Call)] if self.module else []

    @cached_property
    def aside(self) -> str:
        """``tests``, ``examples`` or ``template`` for a file that is not the application's own code, else empty."""
        *folders, name = self.path.split("/")
        if any("{" in folder for folder in folders):
            return "template"
        if name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py"):
            return "tests"
        if not TEST_FOLDERS.isdisjoint(folders):
            return "tests"
        return "" if EXAMPLE_FOLDERS.isdisjoint(folders) else "examples"


class Tree:
    """A project's folder: ``sources`` by path relative to it, and safe reading of any other file in it.

    Args:
        root: an existing folder.

    Raises:
        UsageError: the folder is missing, is no folder, or cannot be listed.
    """

    def __init__(self, root: Path) -> None:
        try:
            self.root = root.resolve(strict=True)
            next(self.root.iterdir(), None)
        except NotADirectoryError:
            raise UsageError(f"{root} is not a folder: give the root folder of the project") from None
        except (FileNotFoundError, RuntimeError, ValueError):
            raise UsageError(f"{root} does not exist: give the root folder of the project") from None
        except OSError as error:
            raise UsageError(
                f"{root} cannot be read ({error.strerror}): give a folder you may read"
            ) from None
        self.notes: list[Note] = []
        self.folders: set[str] = set()
        self.sources: dict[str, Source] = {}
        self._walk()

    def note(self, message: str, path: str = "", line: int = 0) -> None:
        """Remember something the user should know, once."""
        found = Note(message, path, line)
        if found not in self.notes:
            self.notes.append(found)

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file inside the root, or None (with a note if it is there but unreadable)."""
        full = Path(self.root, path)
        try:
            if path not in self.sources and not self._inside(os.path.realpath(full)):
                return None
            status = full.stat()
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > LARGEST and path.endswith(".py"):
                self.note("not read: larger than 4 MB", path)
                return None
            return full.read_bytes()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            self.note(f"not read: {error.strerror or type(error).__name__}", path)
            return None

    def text(self, path: str) -> str | None:
        """The text of a file inside the root, in UTF-8 or what its byte order mark says; None where it has none."""
        data = self.read(path)
        if data is None:
            return None
        try:
            return data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
        except UnicodeDecodeError:
            self.note("not read: not UTF-8", path)
            return None

    def names_in(self, folder: str) -> list[str]:
        """The names in a folder inside the root, sorted; none where it cannot be listed."""
        try:
            full = os.path.realpath(self.root / folder)
            return sorted(entry.name for entry in Path(full).iterdir()) if self._inside(full) else []
        except OSError:
            return []

    def is_folder(self, path: str) -> bool:
        """Whether a path is a folder that really lies inside the root."""
        full = os.path.realpath(self.root / path)
        return self._inside(full) and Path(full).is_dir()

    def locate(self, start: str, module: str) -> str | None:
        """The file of an absolute dotted module as seen from the folder ``start``: nearest ancestor first.

        A package inside of a package is imported through it: a folder core/fastapi is no fastapi. Single files are
        taken all the same, since a folder of tests may be on the path although it is a package.
        """
        relative = module.replace(".", "/")
        for folder in ancestors(start):
            base = join(folder, relative)
            if f"{base}.py" in self.sources:
                return f"{base}.py"
            is_inside = bool(folder) and join(folder, "__init__.py") in self.sources
            if not is_inside and f"{base}/__init__.py" in self.sources:
                return f"{base}/__init__.py"
        return None

    def having(self, *markers: bytes, aside: bool = False) -> Iterator[Source]:
        """The sources whose bytes hold one of the markers; of the application's own code unless told otherwise."""
        for source in self.sources.values():
            if aside or not source.aside:
                data = source.data
                if any(marker in data for marker in markers):
                    yield source

    def matching(self, pattern: re.Pattern[bytes], *markers: bytes, aside: bool = False) -> Iterator[Source]:
        """Those of them in which the pattern is found."""
        return (source for source in self.having(*markers, aside=aside) if pattern.search(source.data))

    def _inside(self, full: str) -> bool:
        root = str(self.root)
        return full == root or full.startswith(root.rstrip(os.sep) + os.sep)

    def _walk(self) -> None:
        pending = [""]
        while pending:
            folder = pending.pop()
            full = f"{self.root}{os.sep}{folder}".rstrip(os.sep) or os.sep
            try:
                with os.scandir(full) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self.note(f"folder not read: {error.strerror}", folder)
                continue
            if folder and foreign(full, {entry.name for entry in entries}):
                continue
            self.folders.add(folder or ".")
            for entry in entries:
                self._take(entry, f"{folder}/{entry.name}" if folder else entry.name, pending)
        self.sources = dict(sorted(self.sources.items()))

    def _take(self, entry: os.DirEntry[str], path: str, pending: list[str]) -> None:
        name = entry.name
        if skipped(name):
            return
        try:
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif name.endswith(".py") and entry.is_file() and self._inside_link(entry):
                self.sources[path] = Source(self, path)
        except OSError as error:
            self.note(f"not read: {error.strerror}", path)

    def _inside_link(self, entry: os.DirEntry[str]) -> bool:
        return not entry.is_symlink() or self._inside(os.path.realpath(entry.path))


def is_side(path: str) -> bool:
    """Whether a file lies in a folder of scripts, migrations or benchmarks rather than in the application."""
    return any(SIDE_FOLDER.fullmatch(folder) for folder in path.split("/")[:-1])


def module_name(path: str, import_root: str) -> str:
    """How the file is imported when ``import_root`` is on ``sys.path``."""
    relative = PurePosixPath(path).relative_to(import_root) if import_root != "." else PurePosixPath(path)
    parts = list(relative.with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)
