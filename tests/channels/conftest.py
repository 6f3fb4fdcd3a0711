"""The bundle as it is in the working tree, and a small project that has a finding."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
TEST = """\
import pytest


async def save(name): ...


@pytest.mark.asyncio
async def test_save():
    save("Ann")
"""

Git = Callable[..., str]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as Ann."""
    names = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *names, "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def yaml_blocks(page: str) -> list[dict[str, Any]]:
    """The YAML that a page shows."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"(?ms)^```yaml\n(.*?)^```", text)]


def copied(target: Path) -> Path:
    """The files that git knows or would know, as a repository of their own with one commit."""
    told = git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for path in filter(None, told.split("\0")):
        if (REPOSITORY / path).is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / path, target / path)
    git(target, "init", "-q")
    git(target, "add", "-A")
    git(target, "commit", "-q", "-m", "the bundle")
    return target


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the bundle, for reading only."""
    return copied(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A project with one test, which never runs what it tests."""
    root = tmp_path / "a host"
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "test_save.py").write_text(TEST, encoding="utf-8")
    (root / "app.py").write_text("value = 1\n", encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    return root
