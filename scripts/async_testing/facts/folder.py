"""A project's folder as the checker sees it: files read when asked for, modules located, and all of that remembered.

A cached result is only used while what it depends on is unchanged: ``links`` leads from each file to what was asked on
its behalf, ``states`` tells what was there. Paths are plain strings: this is done many thousand times in a run.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

LARGEST = 4_000_000
"""Bytes of another module: a longer one was written by a program, and is not worth the time."""
KEPT_BYTES = 8_000_000
"""Bytes of other files that are kept, those read last."""
EXISTS = ""
"""The state of a file that was seen and not read."""


class Folder:
    """A folder, read lazily and never left.

    Args:
        root: its absolute path, symbolic links resolved.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.fspath(root)
        self._prefix = str(root).rstrip(os.sep) + os.sep
        self._bytes: dict[str, bytes | None] = {}
        self._held = 0
        self._real: dict[str, str] = {}
        self._located: dict[tuple[str, str], tuple[str | None, tuple[str, ...]]] = {}
        self._located_for: dict[tuple[str, str], str | None] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self.digest: Callable[[bytes], str] | None = None
        """What tells contents apart, where somebody wants to know the states."""
        self.current = ""
        """The file that is being checked."""
        self.links: dict[str, set[str]] = {}
        """By file, the paths that were asked for on its behalf, there or not; ``folder/`` stands for what every file in
        a folder depends on, and has links of its own: the configuration; ``folder//`` likewise for its conftests."""
        self.states: dict[str, str | None] = {}
        """By path that was asked for: the digest of what was read, ``EXISTS``, or None where no file was."""
        self.missed: dict[str, set[str]] = {}
        """By folder, the names of modules that nothing on the way up from there has."""

    def link(self, asker: str, path: str) -> None:
        """Remember that what is known of one path depends on another."""
        if asker in self.links:
            self.links[asker].add(path)
        else:
            self.links[asker] = {path}

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file inside the root, None where there is none."""
        self.link(self.current, path)
        if path in self._bytes:
            return self._bytes[path]
        data = self._bytes[path] = self.look(path)
        if self.digest and not self.states.get(path):
            self.states[path] = None if data is None else self.digest(data)
        self._held += len(data or b"")
        while self._held > KEPT_BYTES and len(self._bytes) > 1:
            self._held -= len(self._bytes.pop(next(iter(self._bytes))) or b"")
        return data

    def look(self, path: str) -> bytes | None:
        """The same without remembering anything."""
        full = self._prefix + path
        try:
            status = os.stat(full)  # noqa: PTH116
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return None
            if not self._is_inside(full):
                return None
            with open(full, "rb") as stream:  # noqa: PTH123
                return stream.read()
        except (OSError, ValueError):
            return None

    def _is_inside(self, full: str) -> bool:
        """Whether a file lies below the root, whatever links lead to it; asked of folders once."""
        folder, name = os.path.split(full)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        real = os.path.join(self._real[folder], name)  # noqa: PTH118
        return (os.path.realpath(full) if os.path.islink(real) else real).startswith(self._prefix)  # noqa: PTH114

    def text(self, path: str) -> str | None:
        """The text of a file inside the root in UTF-8, None where it has none."""
        data = self.read(path)
        try:
            return None if data is None else data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def locate(self, path: str, module: str) -> str | None:
        """The file of a module as the file at ``path`` imports it: relative, or from a folder above or its src."""
        found = self._located_for.get((path, module), "")
        if found != "":
            return found
        folder = path.rpartition("/")[0]
        key = (folder, module)
        known = self._located.get(key)
        if known is None:
            probes: list[str] = []
            found = self._relative(folder, module, probes) or self._absolute(folder, module, probes)
            known = self._located[key] = (found, tuple(probes))
        self.link(path, f"{folder}/")
        self.links[path].update(known[1])
        self._located_for[path, module] = known[0]
        return known[0]

    def _relative(self, folder: str, module: str, probes: list[str]) -> str | None:
        name = module.lstrip(".")
        level = len(module) - len(name)
        parts = folder.split("/") if folder else []
        if not level or level - 1 > len(parts):
            return None
        kept = parts[: len(parts) - level + 1]
        return self._probe("/".join([*kept, name.replace(".", "/")] if name else kept), probes)

    def _absolute(self, folder: str, module: str, probes: list[str]) -> str | None:
        top, _, _ = module.partition(".")
        if not top:
            return None
        places = list(bases(folder))
        if not any(top in self.names(place) for place in places):
            self.missed.setdefault(folder, set()).add(top)
            return None
        relative = module.replace(".", "/")
        for place in places:
            prefix = f"{place}/" if place else ""
            names = self.names(place)
            is_package = "__init__" in names
            self.states.setdefault(f"{prefix}__init__.py", EXISTS if is_package else None)
            probes.append(f"{prefix}__init__.py")
            if place and is_package:
                continue  # what lies in a package is imported through it: a folder core/fastapi is no fastapi
            if top in names:
                found = self._probe(prefix + relative, probes)
                if found:
                    return found
            else:
                for missing in (f"{prefix}{relative}.py", f"{prefix}{relative}/__init__.py"):
                    self.states.setdefault(missing, None)
                    probes.append(missing)
        return None

    def _probe(self, base: str, probes: list[str]) -> str | None:
        for candidate in (f"{base}.py", f"{base}/__init__.py" if base else "__init__.py"):
            there = os.path.isfile(self._prefix + candidate)  # noqa: PTH113
            self.states.setdefault(candidate, EXISTS if there else None)
            probes.append(candidate)
            if there:
                return candidate
        return None

    def files(self, folder: str) -> frozenset[str]:
        """The names of a folder's entries, none where it cannot be listed."""
        try:
            return frozenset(os.listdir(self._prefix + folder))  # noqa: PTH208
        except (OSError, ValueError):
            return frozenset()

    def names(self, folder: str) -> frozenset[str]:
        """What importable names a folder may hold: those of its entries, without ``.py``."""
        if folder not in self._listed:
            self._listed[folder] = frozenset([name.removesuffix(".py") for name in self.files(folder)])
        return self._listed[folder]


def bases(folder: str) -> Iterator[str]:
    """The folders in which an import is looked for: each from a folder up to the root, and its ``src``."""
    parts = folder.split("/") if folder else []
    for depth in range(len(parts), -1, -1):
        yield "/".join(parts[:depth])
        yield "/".join([*parts[:depth], "src"])
