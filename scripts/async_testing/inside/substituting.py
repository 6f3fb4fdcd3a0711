"""Another text for a file when it is imported, by whatever finder; what reads the file sees it as it is."""

from __future__ import annotations

import os
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any


class Substitute:
    """What became of a substitution."""

    is_used = False
    """Whether the file was imported."""


def install(path: str, text: str) -> Substitute:
    """Have the next import of a file run this text instead.

    Args:
        path: the file's real path.
        text: what is compiled in its place.
    """
    found = Substitute()
    original = SourceFileLoader.get_code
    name = os.path.basename(path)  # noqa: PTH119

    def get_code(self: Any, fullname: str) -> CodeType | None:
        if self.path.endswith(name) and os.path.realpath(self.path) == path:
            found.is_used = True
            code: CodeType = self.source_to_code(text.encode(), self.path)
            return code
        return original(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    return found
