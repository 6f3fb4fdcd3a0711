"""The rules without importing them: what their modules say of themselves, kept in the user's cache folder."""

from __future__ import annotations

from pathlib import Path

from async_testing import rules
from async_testing.rules import Rule


def load(folder: Path | None = None) -> list[Rule]:
    """Every rule there is, by code: as ``rules.load()``, but a rule's module is only imported when it is asked.

    Args:
        folder: where caches lie, by default the user's cache folder.
    """
    return rules.load()
