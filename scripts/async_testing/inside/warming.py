"""What a fork works out again that is the same in each: the bytecode of files imported late, and compiled patterns.

The first fork tells what it has come to need; the process that is forked works that out once. Nothing is run for it:
compiling a file or a pattern has no effect but its result.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any

_LARGEST = 200_000
"""Characters of patterns that are told at most."""
_codes: dict[str, tuple[bytes, CodeType]] = {}
_source_to_code = SourceFileLoader.source_to_code


def patterns() -> list[tuple[str, int]]:
    """The regular expressions that this process has compiled, with their flags."""
    found, length = [], 0
    for kind, pattern, flags in [one for one in getattr(re, "_cache", {}) if len(one) == 3]:
        if kind is str and isinstance(flags, int) and not flags & re.DEBUG:
            length += len(pattern)
            if length > _LARGEST:
                break
            found.append((pattern, int(flags)))
    return found


def sources(before: set[str]) -> list[str]:
    """The files of modules that were imported since, and compiled for that, as their loaders name them."""
    fresh = [module for name, module in [*sys.modules.items()] if name not in before]
    loaders = [getattr(module, "__loader__", None) for module in fresh]
    return [one.path for one in loaders if type(one) is SourceFileLoader]


def warm(files: Iterable[str], expressions: Iterable[tuple[str, int]]) -> None:
    """Compile files and patterns, for all forks that follow.

    Args:
        files: as ``sources`` gives them; one that has changed until it is imported is compiled again.
        expressions: as ``patterns`` gives them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pattern, flags in expressions:
            with suppress(Exception):
                re.compile(pattern, flags)
        for path in files:
            with suppress(Exception), open(path, "rb") as stream:  # noqa: PTH123
                data = stream.read()
                _codes[path] = (data, _source_to_code(SourceFileLoader("", path), data, path))
    SourceFileLoader.source_to_code = _known_code  # type: ignore[method-assign,assignment]


def _known_code(self: SourceFileLoader, data: Any, path: Any, **options: Any) -> CodeType:
    is_plain = isinstance(path, str) and options.get("_optimize", -1) == -1
    known = _codes.get(path) if is_plain else None
    if known is not None and known[0] == data:
        return known[1]
    code: CodeType = _source_to_code(self, data, path, **options)
    return code
