"""The file of a project whose statements make its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from async_testing.detection.tree import Tree

TABLES = re.compile(rb"^[ \t]*CREATE[ \t]+(?:UNLOGGED[ \t]+)?TABLE\b", re.IGNORECASE | re.MULTILINE)
BY_PROGRAM = re.compile(
    rb"^(?:\\|delimiter\b|use\b|[ \t]*(?:create|drop)[ \t]+database\b|copy\b[^;]*\bfrom[ \t]+stdin\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""What psql or mysql understand and a driver does not, and what leaves the database."""
STEPS = re.compile(r"migration|version|alembic|revision|seed|test|example|fixture|\bdown\b", re.IGNORECASE)
LARGEST = 1_000_000


def schemas(root: Path) -> list[Path]:
    """The files that may be the schema: those named schema.sql; where there is none, those that make tables.

    Steps of a migration, and scripts for the server's own program, are none.
    """
    folders = sorted(Tree(root).folders)
    named = [file for folder in folders if (file := root / folder / "schema.sql").is_file()]
    return named or [file for folder in folders for file in _made_by(root, folder)]


def _made_by(root: Path, folder: str) -> Iterator[Path]:
    for file in sorted((root / folder).glob("*.sql")):
        if STEPS.search(file.relative_to(root).as_posix()) or not file.is_file():
            continue
        data = file.read_bytes() if file.stat().st_size <= LARGEST else b""
        if TABLES.search(data) and not BY_PROGRAM.search(data):
            yield file
