"""Another text for a file when it is imported, by whatever finder; what reads the file sees it as it is.

Loaders of files are changed, and the one that pytest has for plugins and tests, which rewrites assertions.
"""

from __future__ import annotations

import os
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from _pytest.assertion.rewrite import AssertionRewritingHook


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
    name = os.path.basename(path)  # noqa: PTH119
    get_code, exec_module = SourceFileLoader.get_code, AssertionRewritingHook.exec_module

    def is_meant(file: object) -> bool:
        if not isinstance(file, str) or not file.endswith(name) or os.path.realpath(file) != path:
            return False
        found.is_used = True
        return True

    def changed_code(self: Any, fullname: str) -> CodeType | None:
        if is_meant(self.path):
            code: CodeType = self.source_to_code(text.encode(), self.path)
            return code
        return get_code(self, fullname)

    def changed_module(self: AssertionRewritingHook, module: ModuleType) -> None:
        file = module.__spec__.origin if module.__spec__ else None
        if is_meant(file):
            exec(compile(text, str(file), "exec", dont_inherit=True), module.__dict__)
        else:
            exec_module(self, module)

    SourceFileLoader.get_code = changed_code  # type: ignore[method-assign]
    AssertionRewritingHook.exec_module = changed_module  # type: ignore[method-assign]
    return found
