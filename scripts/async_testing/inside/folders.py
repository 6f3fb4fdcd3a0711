"""Files that a test makes in the project's own folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .left import Left

FOLDERS = 3000
"""Folders beyond which no more are looked at."""
SKIPPED = ("__pycache__", "node_modules", "site-packages")


class Listed(NamedTuple):
    """A folder."""

    changed: int
    names: frozenset[str]
    written: frozenset[tuple[str, int]] = frozenset()
    """Files that an earlier run has made, with the time when they were last written."""


State = Mapping[str, Listed]


class Folders:
    """Looks at the names in the project's folders; a folder is listed again when its time of change is another.

    Args:
        root: the project's folder.
        known: the paths that were there before any test ran, relative to the root; None for those that are there now.
    """

    def __init__(self, root: str, known: Iterable[str] | None = None) -> None:
        self._root = root
        self._known = None if known is None else frozenset(known)
        self._last: dict[str, Listed] = {}

    def look(self) -> State:
        """The names in each folder, hidden ones and those of tools aside."""
        state: dict[str, Listed] = {}
        waiting = [self._root]
        while waiting and len(state) < FOLDERS:
            folder = waiting.pop()
            try:
                changed = os.stat(folder).st_mtime_ns  # noqa: PTH116
                known = self._last.get(folder)
                if known is None or known.changed != changed:
                    known = Listed(changed, frozenset(_names(folder)))
                if self._known is not None:
                    known = known._replace(written=frozenset(self._written(folder, known.names)))
            except OSError:
                continue
            state[folder] = known
            waiting += [f"{folder}/{name[:-1]}" for name in known.names if name.endswith("/")]
        self._last = state
        return state

    def _written(self, folder: str, names: Iterable[str]) -> Iterator[tuple[str, int]]:
        assert self._known is not None
        for name in names:
            if not name.endswith("/") and self._path(folder, name) not in self._known:
                yield name, os.stat(f"{folder}/{name}").st_mtime_ns  # noqa: PTH116

    def _path(self, folder: str, name: str) -> str:
        return os.path.relpath(f"{folder}/{name}", self._root).replace(os.sep, "/")

    def told(self, before: State, after: State) -> Iterator[Left]:
        """Files and folders that are new or written once more, and those that are gone."""
        for folder, now in after.items():
            was = before.get(folder)
            if was is None or was == now:
                continue
            again = {name for name, _ in now.written - was.written}
            for name in sorted((now.names ^ was.names) | again):
                path = self._path(folder, name)
                stays = "stays in the project; tmp_path is a folder of the test's own"
                yield Left(f"file {path}", f"{path} {stays if name in now.names else 'is gone'}")


def paths(root: str) -> list[str]:
    """The paths of a project's files, relative to its folder, as far as they are looked at here."""
    looked = Folders(root).look()
    found = (
        os.path.relpath(f"{folder}/{name}", root) for folder, one in looked.items() for name in one.names
    )
    return [one.replace(os.sep, "/") for one in found]


def _names(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name in SKIPPED or name.endswith((".pyc", ".egg-info")):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield name
            elif not os.path.exists(f"{entry.path}/pyvenv.cfg"):  # noqa: PTH110
                yield f"{name}/"
