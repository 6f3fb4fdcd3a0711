"""What is imported, told apart: files of the project, and what is installed."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator


def files(root: str) -> Iterator[str]:
    """The real paths of the project's files that are imported."""
    for module in [*sys.modules.values()]:
        name = getattr(module, "__file__", None)
        if isinstance(name, str) and not _is_installed(name):
            path = os.path.realpath(name)
            if path.startswith(root):
                yield path


def installed() -> Iterator[str]:
    """The names of the imported modules that are installed, in the order in which they came."""
    for name, module in [*sys.modules.items()]:
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and _is_installed(file) and getattr(module, "__name__", "") == name:
            yield name


_LIBRARIES = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
_PLACES = tuple({place + os.sep for one in _LIBRARIES for place in (one, os.path.realpath(one))})


def _is_installed(file: str) -> bool:
    parts = file.replace("\\", "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts or file.startswith(_PLACES)
