"""Small projects with tests, and what steady says of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from async_testing.inside.folders import paths
from async_testing.verifying.clean import clean_run
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Instability, Outcome
from async_testing.verifying.steady import steady

CONFIGURATION = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A project with these files, and a configuration of pytest where none is among them."""
    for name, text in {"pytest.ini": CONFIGURATION, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def steadied(
    root: Path, *arguments: str, environment: Mapping[str, str] | None = None, **options: Any
) -> tuple[Outcome, tuple[Instability, ...]]:
    """Run the clean run, then steady."""
    target = Target(root, sys.executable, arguments, tuple((environment or {}).items()))
    known = paths(str(root))
    clean = clean_run(target, [], 60)
    assert not clean.trouble, clean.output
    return steady(target, clean.tests, **{"repeat": 1, "known": known, **options})


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(one.relative_to(root)): one.read_bytes() for one in root.rglob("*") if one.is_file()}
