"""The project around the file that is checked: its configuration, its conftests, its other modules.

Whatever a rule asks here is remembered as a dependency of the file it was checking, so that a cached result is only
used while all of it is unchanged.
"""

from __future__ import annotations

import ast
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from async_testing.detection.pytestconfig import settings
from async_testing.facts.config import Config
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile

LARGEST = 4_000_000
"""Bytes of another module: a longer one was written by a program, and is not worth the time."""


class Definition(NamedTuple):
    """A function or class of the project that a dotted name leads to."""

    kind: Literal["function", "class"]
    scope: Scope
    source: SourceFile

    @property
    def is_coroutine(self) -> bool:
        """Whether calling it gives a coroutine: an ``async def`` that does not yield and that no decorator replaces."""
        decorators = self.scope.node.decorator_list  # type: ignore[union-attr]
        plain = all(
            self.source.dotted(one) in ("staticmethod", "classmethod", "abc.abstractmethod")
            for one in decorators
        )
        return self.kind == "function" and self.scope.is_async and not self.scope.is_generator and plain


class Workspace:
    """A project's folder, read lazily and never left.

    Args:
        root: its absolute path, symbolic links resolved.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prefix = str(root).rstrip(os.sep) + os.sep
        self._bytes: dict[str, bytes | None] = {}
        self._sources: dict[str, SourceFile | None] = {}
        self._configs: dict[str, Config] = {}
        self._located: dict[tuple[str, str], str | None] = {}
        self.asked: set[str] = set()
        """Paths that were asked for since it was last cleared, whether they exist or not."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file inside the root, None where there is none."""
        self.asked.add(path)
        if path not in self._bytes:
            self._bytes[path] = self._read(path)
        return self._bytes[path]

    def _read(self, path: str) -> bytes | None:
        full = self._prefix + path
        try:
            status = os.lstat(full)
            if stat.S_ISLNK(status.st_mode):
                if not os.path.realpath(full).startswith(self._prefix):
                    return None
                status = os.stat(full)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return None
            if not os.path.realpath(full).startswith(self._prefix):
                return None
            with open(full, "rb") as stream:
                return stream.read()
        except (OSError, ValueError):
            return None

    def text(self, path: str) -> str | None:
        """The text of a file inside the root in UTF-8, None where it has none."""
        data = self.read(path)
        try:
            return None if data is None else data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def config(self, path: str) -> Config:
        """The pytest configuration in force for a file.

        Raises:
            UsageError: the configuration file cannot be parsed, so that pytest itself could not start.
        """
        folder = path.rpartition("/")[0] or "."
        if folder not in self._configs:
            before, self.asked = self.asked, set()
            self._configs[folder] = Config(settings(self, folder))
            self._configs[folder].asked = frozenset(self.asked)
            self.asked = before
        self.asked |= self._configs[folder].asked
        return self._configs[folder]

    def source(self, path: str) -> SourceFile | None:
        """Another file of the project, parsed; None where it is missing or cannot be parsed."""
        self.asked.add(path)
        if path not in self._sources:
            data = self.read(path)
            self._sources[path] = None if data is None else self._parsed(path, data)
        return self._sources[path]

    def _parsed(self, path: str, data: bytes) -> SourceFile | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                text = data.decode("utf-8-sig")
                return SourceFile(path, text, ast.parse(text), self)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def conftests(self, path: str) -> Iterator[SourceFile]:
        """The conftest of each folder from the root down to the file's own, the file itself left out."""
        parts = path.split("/")[:-1]
        for depth in range(len(parts) + 1):
            place = "/".join([*parts[:depth], "conftest.py"])
            if place != path:
                found = self.source(place)
                if found:
                    yield found

    def locate(self, path: str, module: str) -> str | None:
        """The file of a module as the file at ``path`` would import it: relative, or from an ancestor folder or its src."""
        folder = path.rpartition("/")[0]
        key = (folder, module)
        if key not in self._located:
            found = None
            for base in self._bases(folder, module):
                for candidate in (f"{base}.py", f"{base}/__init__.py"):
                    if found is None and self._is_file(candidate):
                        found = candidate
            self._located[key] = found
        if self._located[key]:
            self.asked.add(self._located[key] or "")
        return self._located[key]

    def _is_file(self, path: str) -> bool:
        return os.path.isfile(self._prefix + path)

    def _bases(self, folder: str, module: str) -> Iterator[str]:
        name = module.lstrip(".")
        level = len(module) - len(name)
        relative = name.replace(".", "/")
        parts = folder.split("/") if folder else []
        if level:
            if level - 1 <= len(parts):
                kept = parts[: len(parts) - level + 1]
                yield "/".join([*kept, relative] if relative else kept)
            return
        if not name:
            return
        for depth in range(len(parts), -1, -1):
            for extra in ((), ("src",)):
                yield "/".join([*parts[:depth], *extra, relative])

    def import_from(self, source: SourceFile, module: str, holding: str = "") -> SourceFile | None:
        """The project's module of a dotted name as ``source`` imports it, None for what lies elsewhere.

        Args:
            source: the importing file.
            module: dotted, with leading dots where it is relative.
            holding: only if its bytes hold this text, which spares parsing the rest.
        """
        path = self.locate(source.path, module)
        if path is None or path == source.path:
            return None
        if holding and holding.encode() not in (self.read(path) or b""):
            return None
        return self.source(path)

    def definition(self, source: SourceFile, dotted: str, hops: int = 4) -> Definition | None:
        """The function, class or method of the project that a dotted name leads to, through re-exports and bases.

        Args:
            source: the file in which the name is used.
            dotted: ``app.dao.UserDAO.create`` as ``source.dotted`` gives it, or a bare name of the file's own.
            hops: how many re-exports to follow.
        """
        parts = dotted.lstrip(".").split(".")
        level = "." * (len(dotted) - len(dotted.lstrip(".")))
        if not level:
            found = self._member(source, parts, hops)
            if found:
                return found
        for cut in range(len(parts) - 1, -1 if level else 0, -1):
            module = level + ".".join(parts[:cut])
            path = self.locate(source.path, module) if module else None
            if path and path != source.path:
                name = parts[cut]
                if not re.search(rb"\b" + re.escape(parts[-1]).encode() + rb"\b", self.read(path) or b""):
                    return (
                        self._reexported(path, parts[cut:], hops)
                        if name.encode() in (self.read(path) or b"")
                        else None
                    )
                other = self.source(path)
                return self._member(other, parts[cut:], hops) if other else None
        return None

    def _reexported(self, path: str, parts: list[str], hops: int) -> Definition | None:
        other = self.source(path)
        return self._member(other, parts, hops) if other else None

    def _member(self, source: SourceFile, parts: list[str], hops: int) -> Definition | None:
        scope = source.module
        for depth, part in enumerate(parts):
            inner = [child for child in scope.children if child.name == part]
            if not inner:
                if depth == 0:
                    origin = source.imports.get(part)
                    if origin and origin != part and hops:
                        return self.definition(source, ".".join([origin, *parts[1:]]), hops - 1)
                    return None
                return self._inherited(source, scope, parts[depth:], hops)
            scope = inner[-1]
        kind: Literal["function", "class"] = "class" if isinstance(scope.node, ast.ClassDef) else "function"
        return Definition(kind, scope, source) if scope is not source.module else None

    def _inherited(self, source: SourceFile, scope: Scope, rest: list[str], hops: int) -> Definition | None:
        if not hops or not isinstance(scope.node, ast.ClassDef) or len(rest) != 1:
            return None
        for base in scope.node.bases:
            name = source.dotted(base.value if isinstance(base, ast.Subscript) else base)
            found = self.definition(source, f"{name}.{rest[0]}", hops - 1) if name else None
            if found:
                return found
        return None
