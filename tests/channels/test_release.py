"""The archives of a release: the same commit gives the same bytes, and what is in them works."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.channels.conftest import REPOSITORY, git

TOOL = REPOSITORY / "tools" / "release.py"
TARGETS = ("tar.xz", "skill")
VERSIONED = (
    "skill.yaml",
    "pyproject.toml",
    "scripts/async_testing/__init__.py",
    "gemini-extension.json",
    ".claude-plugin/plugin.json",
)


def release(root: Path, into: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, "--root", root, "--into", into],
        env={**os.environ, **environment},
        umask=int(environment.get("UMASK", "022"), 8),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def released(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("dist")
    done = release(bundle, into)
    assert done.returncode == 0, done.stderr
    return into


def archive(released: Path, kind: str) -> Path:
    (found,) = released.glob(f"*.{kind}")
    return found


def unpacked(file: Path, target: Path) -> Path:
    """Where the folder of an archive went."""
    if file.suffix == ".skill":
        with zipfile.ZipFile(file) as opened:
            opened.extractall(target)
    else:
        with tarfile.open(file) as opened_tar:
            opened_tar.extractall(target, filter="data")
    (folder,) = target.iterdir()
    assert folder.name == "async-testing-expert"
    return folder


def test_another_clone_time_zone_umask_and_working_tree_give_the_same_bytes(
    bundle: Path, released: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", str(bundle), "clone")
    for path in (tmp_path / "clone").rglob("*.py"):
        os.utime(path, (1, 1))
    (tmp_path / "clone" / "SKILL.md").write_text("changed")
    (tmp_path / "clone" / "new.py").write_text("")
    done = release(tmp_path / "clone", tmp_path / "dist", TZ="Asia/Tokyo", UMASK="077", PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    for kind in TARGETS:
        assert archive(released, kind).read_bytes() == archive(tmp_path / "dist", kind).read_bytes()


def test_the_checksums_are_those_of_the_files(released: Path) -> None:
    told = dict(reversed(line.split("  ")) for line in (released / "SHA256SUMS").read_text().splitlines())
    assert {name: hashlib.sha256((released / name).read_bytes()).hexdigest() for name in told} == told
    assert len(told) == len(TARGETS)


@pytest.mark.parametrize("kind", TARGETS)
def test_what_is_in_it_works(released: Path, tmp_path: Path, host: Path, kind: str) -> None:
    folder = unpacked(archive(released, kind), tmp_path / "skill")
    names = {path.name for path in folder.iterdir()}
    assert {
        "SKILL.md",
        "skill.yaml",
        "LICENSE",
        "scripts",
        "references",
        ".claude-plugin",
        "action.yml",
    } <= names
    assert names.isdisjoint({"tests", "tools", "evals", ".ci", "Makefile"})
    assert ("examples" in names) == (kind == "tar.xz")
    assert not [path for path in folder.rglob("*") if path.suffix == ".pyc" or "cache" in path.suffix]
    for script in ("check", "plan", "scaffold", "verify"):
        done = subprocess.run(
            [sys.executable, folder / "scripts" / f"{script}.py", "--help"], capture_output=True, check=False
        )
        assert done.returncode == 0
    done = subprocess.run(
        [sys.executable, folder / "scripts" / "check.py", "--no-cache"],
        cwd=host,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"AT103" in done.stdout


def test_scripts_keep_their_run_bit(released: Path, tmp_path: Path) -> None:
    folder = unpacked(archive(released, "tar.xz"), tmp_path)
    assert os.access(folder / "scripts" / "check.py", os.X_OK)
    with zipfile.ZipFile(archive(released, "skill")) as opened:
        info = opened.getinfo("async-testing-expert/scripts/check.py")
    assert info.external_attr >> 16 == 0o100755


def test_an_archive_is_under_a_megabyte(released: Path) -> None:
    assert archive(released, "tar.xz").stat().st_size < 1_000_000
    assert archive(released, "skill").stat().st_size < 1_500_000


def test_versions_that_differ_are_named(tmp_path: Path) -> None:
    root = tmp_path / "bundle"
    for path in VERSIONED:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, root / path)
    text = (root / "skill.yaml").read_text(encoding="utf-8")
    (root / "skill.yaml").write_text(text.replace("\nversion: 0.", "\nversion: 9."), encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "another version")
    done = release(root, tmp_path / "dist")
    assert done.returncode == 1
    assert "versions differ: skill.yaml 9." in done.stderr
    assert not (tmp_path / "dist").exists()
