"""Files that a test makes in the project's own folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from .surroundings import Left

FOLDERS = 3000
"""Folders beyond which no more are looked at."""
SKIPPED = ("__pycache__", "node_modules", "site-packages")
State = Mapping[str, tuple[int, frozenset[str]]]


class Folders:
    """Looks at the names in the project's folders; a folder is listed again when its time of change is another.

    Args:
        root: the project's folder.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._last: dict[str, tuple[int, frozenset[str]]] = {}

    def look(self) -> State:
        """The names in each folder, hidden ones and those of tools aside."""
        state: dict[str, tuple[int, frozenset[str]]] = {}
        waiting = [self._root]
        while waiting and len(state) < FOLDERS:
            folder = waiting.pop()
            try:
                changed = os.stat(folder).st_mtime_ns  # noqa: PTH116
                known = self._last.get(folder)
                if known is None or known[0] != changed:
                    known = changed, frozenset(_names(folder))
            except OSError:
                continue
            state[folder] = known
            waiting += [f"{folder}/{name[:-1]}" for name in known[1] if name.endswith("/")]
        self._last = state
        return state

    def told(self, before: State, after: State) -> Iterator[Left]:
        """Files and folders that are new, and those that are gone."""
        for folder, (_, names) in after.items():
            if folder not in before:
                continue
            known = before[folder][1]
            for name in sorted(names ^ known):
                path = os.path.relpath(f"{folder}/{name}", self._root).replace(os.sep, "/")
                how = (
                    "stays in the project; tmp_path is a folder of the test's own"
                    if name in names
                    else "is gone"
                )
                yield Left(f"file {path}", f"{path} {how}")


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
