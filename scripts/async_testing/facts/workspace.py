"""The project around the file that is checked: its configuration, its conftests, its other modules."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator
from typing import Literal, NamedTuple

from async_testing.detection.pytestconfig import settings_in
from async_testing.facts.config import Config
from async_testing.facts.outlines import Outlined, Where
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile

KEPT_TREES = 1_500_000
"""Characters of other modules whose trees are kept, those used last; conftests are always kept."""


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


class Workspace(Outlined):
    """A project's folder, read lazily and never left.

    Args:
        root: its absolute path, symbolic links resolved.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        super().__init__(root)
        self._sources: dict[str, SourceFile | None] = {}
        self._shared: SourceFile | None = None
        self._grown = 0
        self.dropped = 0
        """Characters of other modules whose trees were let go of, for the garbage collector."""
        self._conftests: dict[str, SourceFile | None] = {}
        self._configs: dict[str, Config] = {}
        self._defined: dict[tuple[str, str, int, Where], Definition | None] = {}
        self._defined_for = ""

    def config(self, path: str) -> Config:
        """The pytest configuration in force for a file.

        Raises:
            UsageError: the configuration file cannot be parsed, so that pytest itself could not start.
        """
        folder = path.rpartition("/")[0]
        self.link(path, f"{folder}/")
        if folder not in self._configs:
            self._configs[folder] = Config(None)  # where it cannot be parsed, that is told once
            current, self.current = self.current, f"{folder}/"
            try:
                own = settings_in(self, folder or ".")
                self._configs[folder] = Config(own) if own or not folder else self._above(folder)
            finally:
                self.current = current
        return self._configs[folder]

    def _above(self, folder: str) -> Config:
        self.link(f"{folder}/", f"{folder.rpartition('/')[0]}/")
        return self.config(folder)

    def source(self, path: str) -> SourceFile | None:
        """Another file of the project, parsed; None where it is missing or cannot be parsed."""
        self.link(self.current, path)
        if path in self._conftests:
            return self._conftests[path]
        if path in self._sources:
            found = self._sources[path] = self._sources.pop(path)  # used last
            return found
        data = self.read(path)
        found = None if data is None else self._parsed(path, data)
        if path.endswith("conftest.py"):
            self._conftests[path] = found
            return found
        self._sources[path] = found
        self._grown += len(found.text) if found else 0
        while self._grown > KEPT_TREES and len(self._sources) > 1:
            dropped = self._sources.pop(next(iter(self._sources)))
            size = len(dropped.text) if dropped else 0
            self._grown -= size
            self.dropped += size
        return found

    def opened(self, path: str, text: str) -> SourceFile:
        """The file that is to be checked, parsed once although another one may have asked for it before.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: it cannot be parsed.
        """
        known = self._sources.pop(path, None)
        self._grown -= len(known.text) if known else 0
        known = known or self._conftests.get(path)
        if known and known.text == text:
            self._shared = known
            return known
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = SourceFile(path, text, ast.parse(text), self)
        if path.endswith("conftest.py"):
            self._conftests[path] = found
        return found

    def closed(self, source: SourceFile) -> None:
        """Let go of a file that was checked; but not of a conftest, nor of what another file has asked for before."""
        self._defined.clear()
        if self._conftests.get(source.path) is not source and self._shared is not source:
            source.forget()

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
        folder = path.rpartition("/")[0]
        self.link(path, f"{folder}//")
        parts = folder.split("/") if folder else []
        for depth in range(len(parts) + 1):
            place = "/".join([*parts[:depth], "conftest.py"])
            self.link(f"{folder}//", place)
            if place != path:
                found = self.source(place)
                if found:
                    yield found

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

    def definition(
        self, source: SourceFile, dotted: str, hops: int = 4, *, where: Where = ""
    ) -> Definition | None:
        """The function, class or method of the project that a dotted name leads to, through re-exports and bases.

        Args:
            source: the file in which the name is used.
            dotted: ``app.dao.UserDAO.create`` as ``source.dotted`` gives it, or a bare name of the file's own.
            hops: how many re-exports to follow.
            where: what else to leave out, which is often told without parsing a module: ``async`` leaves out plain
                functions, ``contextmanager`` and ``generator`` those of modules without any, ``method`` attributes that
                are no methods, and methods under a decorator that makes them something else.
        """
        if self._defined_for != self.current:
            self._defined_for = self.current
            self._defined.clear()
        key = (source.path, dotted, hops, where)
        if key not in self._defined:
            self._defined[key] = None  # what leads back to itself leads nowhere
            self._defined[key] = self._definition(source, dotted, hops, where)
        return self._defined[key]

    def _definition(self, source: SourceFile, dotted: str, hops: int, where: Where) -> Definition | None:
        parts = dotted.lstrip(".").split(".")
        level = "." * (len(dotted) - len(dotted.lstrip(".")))
        if not level:
            found = self._member(source, parts, hops, where)
            if found:
                return found
        for cut in range(len(parts) - 1, -1 if level else 0, -1):
            module = level + ".".join(parts[:cut])
            path = self.locate(source.path, module) if module else None
            if path and path != source.path:
                if not self.mentions(path, parts[cut]) or not self.may_be(path, parts[cut:], where, hops):
                    return None
                other = self.source(path)
                return self._member(other, parts[cut:], hops, where) if other else None
        return None

    def is_plain(self, source: SourceFile, dotted: str) -> bool:
        """Whether the text of the module that a dotted name leads to shows a plain ``def`` and no ``async`` one.

        It spares parsing modules for calls of functions that are no coroutine functions, as most are.
        """
        module, _, name = dotted.rpartition(".")
        for _ in range(2):  # a function's module, or a method's
            path = self.locate(source.path, module) if module.strip(".") else None
            if path and path != source.path:
                return self.shows_plain(path, name)
            module = module.rpartition(".")[0]
        return False

    def _member(self, source: SourceFile, parts: list[str], hops: int, where: Where) -> Definition | None:
        scope = source.module
        for depth, part in enumerate(parts):
            inner = scope.child(part)
            if inner is None:
                if depth == 0:
                    origin = source.imports.get(part)
                    if origin and origin != part and hops:
                        name = ".".join([origin, *parts[1:]])
                        return self.definition(source, name, hops - 1, where=where)
                    return None
                return self._inherited(source, scope, parts[depth:], hops, where)
            scope = inner
        kind: Literal["function", "class"] = "class" if isinstance(scope.node, ast.ClassDef) else "function"
        return Definition(kind, scope, source) if scope is not source.module else None

    def _inherited(
        self, source: SourceFile, scope: Scope, rest: list[str], hops: int, where: Where
    ) -> Definition | None:
        if not hops or not isinstance(scope.node, ast.ClassDef) or len(rest) != 1:
            return None
        for base in scope.node.bases:
            name = source.dotted(base.value if isinstance(base, ast.Subscript) else base)
            if name:
                found = self.definition(source, f"{name}.{rest[0]}", hops - 1, where=where)
                if found:
                    return found
        return None
