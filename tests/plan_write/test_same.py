"""What plan.py --write writes is the same in every process, with the drivers installed and without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = {
    "users": ["src/domain/dal/dao/user.py"],
    "bank": ["src/accounts.py"],
    "warehouse": ["src/errors.py", "src/repositories/items.py"],
    "library": ["src/domain/service.py"],
}


def written(example: str, folder: Path, *flags: str, seed: str) -> dict[str, str]:
    """The test files that are written for an example that has none."""
    root = folder / example
    shutil.copytree(
        REPOSITORY / "examples" / example, root, ignore=shutil.ignore_patterns("test_*", "__pycache__")
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    for module in MODULES[example]:
        command = [sys.executable, *flags, str(REPOSITORY / "scripts/plan.py"), module, "--write"]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return {path.name: path.read_text(encoding="utf-8") for path in root.glob("tests/**/test_*.py")}


@pytest.mark.parametrize("example", [*MODULES])
def test_another_process_without_installed_packages_writes_the_same(example: str, tmp_path: Path) -> None:
    """Neither the order of sets nor what the interpreter can import shows in the tests."""
    # Act
    here = written(example, tmp_path / "here", seed="1")
    elsewhere = written(example, tmp_path / "elsewhere", "-S", seed="2")

    # Assert
    assert here
    assert elsewhere == here


def test_the_exceptions_of_drivers_are_those_that_are_installed() -> None:
    """What stands for them where they are not is what tools/driver_errors.py wrote down of these versions."""
    command = [sys.executable, str(REPOSITORY / "tools/driver_errors.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0
