"""All files through the rules: from the cache where nothing changed, in one process or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from async_testing.checking.cache import Cache
from async_testing.checking.engine import Examined
from async_testing.rules import Rule


class Report(NamedTuple):
    """What became of all files."""

    examined: tuple[Examined, ...]
    """Every file, and every configuration file in force for one of them, by path."""
    from_cache: int = 0
    """How many of the files did not have to be looked at again."""


def run(
    root: Path, files: Sequence[str], rules: Sequence[Rule], *, cache: Cache | None = None, jobs: int = 0
) -> Report:
    """Ask rules about files.

    Args:
        root: the project's root, resolved.
        files: relative to it.
        rules: those to ask; ``checking.rulebook.load()`` gives them without importing them.
        cache: results of earlier runs, brought up to date; None: every file is examined.
        jobs: how many processes; 0: as many as pay.
    """
    raise NotImplementedError
