"""Which files are checked: the root of the project, the paths that are meant, the Python test files below them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Problem(NamedTuple):
    """A file or folder that could not be looked at, in one line."""

    path: str
    message: str


class Found(NamedTuple):
    """What a search came upon."""

    files: tuple[str, ...]
    """Paths relative to the root, spelled with ``/``, sorted, each once."""
    problems: tuple[Problem, ...]


def root_of(paths: Sequence[str], cwd: Path) -> Path:
    """The project's root: the nearest folder at or above ``cwd`` that has .git, else a pytest configuration.

    Args:
        paths: as given on the command line, relative to ``cwd``; where they lie outside of its project, theirs is taken.
        cwd: the working folder.
    """
    raise NotImplementedError


def default_paths(root: Path) -> tuple[str, ...]:
    """What is meant without paths: the configuration's testpaths, else tests folders, else all; relative to the root."""
    raise NotImplementedError


def find(root: Path, paths: Sequence[str], *, exclude: Sequence[str] = ()) -> Found:
    """The files to check.

    Args:
        root: the project's root, resolved.
        paths: files, taken as they are, and folders, searched; absolute, or relative to the root (not to the working
            folder: the caller joins that).
        exclude: globs of paths relative to the root, or of names.

    Raises:
        UsageError: a path does not exist, or lies outside of the root.
    """
    raise NotImplementedError
