"""A project in which some files have another content than on disk: standard input, or what a fix made of them."""

from __future__ import annotations

from async_testing.checking.texts import Texts
from async_testing.facts.workspace import Workspace


class Overlaid(Workspace):
    """A workspace in which some files have another content than on disk."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts.root)
        self._over = texts

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file inside the root, None where there is none."""
        if path in self._over.over:
            self.link(self.current, path)
            return self._over.over[path]
        return super().read(path)

    def without(self, path: str) -> Overlaid:
        """A workspace that knows nothing of what a file held before: this one, where nothing was asked of that file.

        Most test files are asked by no other, and what is known of the modules around them took long to find out.
        """
        if any(path in asked for asked in self.links.values()):
            return Overlaid(self._over)
        self._defined.clear()
        return self
