"""Which files' findings may change with some files: those that import them, and all below a conftest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from async_testing.checking.texts import Texts

RELATIVE = re.compile(rb"^\s*from\s+\.", re.MULTILINE)


def dependents(changed: Iterable[str], paths: Sequence[str], texts: Texts) -> list[str]:
    """The files that may look at changed ones, directly or through others; told by their text, so rather too many.

    Args:
        changed: the files that changed.
        paths: the files to look through, the changed ones among them, relative to the root.
        texts: what they hold.

    Returns:
        Paths in the order given; a changed one only where it may look at another.
    """
    found: set[str] = set()
    wave = [_Asked(path) for path in changed]
    while wave:
        reached = []
        for path in paths:
            if path not in found and path.endswith(".py"):
                data = texts.data(path)
                if any(one.by(path, data) for one in wave):
                    reached.append(path)
        found.update(reached)
        wave = [_Asked(path) for path in reached]
    return [path for path in paths if path in found]


class _Asked:
    """A file that others may ask for: by its name, or without one because of where they lie."""

    def __init__(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        self._path = path
        self._below = f"{folder}/" if folder else ""
        self._is_conftest = name == "conftest.py"
        self._is_package = name == "__init__.py"
        word = folder.rpartition("/")[2] if self._is_package else name.removesuffix(".py")
        self._word = word.encode(errors="surrogateescape")
        self._pattern = re.compile(rb"\b" + re.escape(self._word) + rb"\b")

    def by(self, path: str, data: bytes) -> bool:
        if path == self._path:
            return False
        if path.startswith(self._below) and (
            self._is_conftest or (self._is_package and RELATIVE.search(data))
        ):
            return True
        return bool(self._word) and self._word in data and bool(self._pattern.search(data))
