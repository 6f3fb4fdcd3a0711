"""Small projects to look at, written from a dict of path → text or bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Files = Mapping[str, str | bytes]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Files], Path]:
    """A function that writes files into a fresh project and returns its root."""
    root = tmp_path / "project"
    root.mkdir()

    def into(files: Files) -> Path:
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return into
