"""What earlier runs found, kept in the user's cache folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from async_testing.rules import Rule


class Cache:
    """The results of one project.

    Args:
        root: the project's root.
        rules: those that are asked; results of another selection are not used.
        folder: where caches lie, by default the user's cache folder.
    """

    def __init__(self, root: Path, rules: Sequence[Rule], folder: Path | None = None) -> None:
        raise NotImplementedError
