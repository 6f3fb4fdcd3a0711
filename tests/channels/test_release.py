"""The archives of a release: the same commit gives the same bytes, and what is in them works."""

from __future__ import annotations

import hashlib
import os
import re
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


@pytest.mark.parametrize("kind", TARGETS)
def test_an_archive_is_under_a_megabyte(released: Path, kind: str) -> None:
    assert archive(released, kind).stat().st_size < 1_000_000


def script(folder: Path, name: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, folder / "scripts" / name, *arguments],
        cwd=cwd,
        env={**os.environ, "XDG_CACHE_HOME": str(cwd.parent / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_packed_library_is_unpacked_once_by_whoever_comes_first(released: Path, tmp_path: Path) -> None:
    folder = unpacked(archive(released, "skill"), tmp_path / "skill")
    assert not (folder / "scripts" / "async_testing").exists()
    started = [script(folder, "scaffold.py", "--help", cwd=tmp_path) for _ in range(3)]
    said = [one.communicate()[0] for one in started]
    assert [one.returncode for one in started] == [0] * 3, said
    (library,) = (path for path in (folder / "scripts").iterdir() if path.is_dir())
    assert re.fullmatch(r"async_testing-[0-9a-f]{12}", library.name)
    written = {path.relative_to(library) for path in library.rglob("*") if path.suffix != ".pyc"}
    assert {Path("__init__.py"), Path("templates/fakes/__init__.py"), Path("inside/launch.py")} <= written


def test_the_packed_library_plants_bugs_and_writes_fakes(released: Path, tmp_path: Path, host: Path) -> None:
    folder = unpacked(archive(released, "skill"), tmp_path / "skill")
    (host / "app.py").write_text("def total(prices):\n    return sum(prices)\n", encoding="utf-8")
    (host / "tests" / "test_save.py").write_text(
        "from app import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n", encoding="utf-8"
    )
    (host / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n', encoding="utf-8")
    asked = ("tests/test_save.py", "--module", "app.py", "--only", "mutants", "--budget", "0")
    verified = script(folder, "verify.py", *asked, cwd=host)
    assert "ok   noticed" in verified.communicate()[0]
    scaffolded = script(folder, "scaffold.py", ".", "--driver", "asyncpg", "--with-agent-hook", cwd=host)
    said, _ = scaffolded.communicate()
    assert scaffolded.returncode == 0, said
    assert (host / "tests" / "fakes" / "__init__.py").is_file()
    assert f"{folder.as_posix()}/scripts/check.py" in (host / ".claude" / "settings.json").read_text()


def has_mounts() -> bool:
    if shutil.which("unshare") is None:
        return False
    asked = ["unshare", "--map-root-user", "--mount", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_mounts(), reason="no mount namespaces here: Linux, util-linux")
def test_the_packed_library_works_where_nothing_can_be_written(released: Path, tmp_path: Path) -> None:
    folder = unpacked(archive(released, "skill"), tmp_path / "skill")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "app.py").write_text("import asyncpg\n", encoding="utf-8")
    asked = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    scaffold = [sys.executable, folder / "scripts" / "scaffold.py", tmp_path, "--with-agent-hook"]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", asked, "sh", folder, *scaffold],
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tests" / "fakes" / "asyncpg" / "connection.py").is_file()
    hook = (tmp_path / ".claude" / "settings.json").read_text(encoding="utf-8")
    assert "$CLAUDE_PROJECT_DIR/skill/async-testing-expert/scripts/check.py" in hook
    assert not list(scratch.iterdir())
    assert not [path for path in (folder / "scripts").iterdir() if path.is_dir()]


def test_another_version_over_the_old_one_is_what_runs(bundle: Path, released: Path, tmp_path: Path) -> None:
    folder = unpacked(archive(released, "skill"), tmp_path / "skill")
    first = script(folder, "plan.py", "--help", cwd=tmp_path)
    assert first.communicate()[0].startswith("usage: plan.py")
    root = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(bundle), "clone")
    (root / "scripts/async_testing/cli/plan.py").write_text("def main(): return 77\n", encoding="utf-8")
    git(root, "add", "-u")
    git(root, "commit", "-q", "-m", "another version")
    assert release(root, tmp_path / "dist").returncode == 0
    unpacked(archive(tmp_path / "dist", "skill"), tmp_path / "skill")
    second = script(folder, "plan.py", "--help", cwd=tmp_path)
    assert (second.communicate()[0], second.returncode) == ("", 77)


def branch(root: Path, name: str) -> str:
    done = subprocess.run(
        [sys.executable, TOOL, "--root", root, "--branch", name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_branch_has_what_is_installed_and_grows(bundle: Path, tmp_path: Path) -> None:
    root = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(bundle), "clone")
    said = branch(root, "skill")
    paths = git(root, "ls-tree", "-r", "--name-only", "skill").splitlines()
    assert {"SKILL.md", "scripts/check.py", "references/rules.md", ".claude-plugin/plugin.json"} <= set(paths)
    folders = {path.partition("/")[0] for path in paths}
    assert folders.isdisjoint({"tests", "tools", "evals", "examples", ".ci", "Makefile"})
    assert f"skill: {len(paths)} files" in said
    published = re.search(
        r"some (\d+) files, ([\d.]+) MB", (REPOSITORY / "README.md").read_text(encoding="utf-8")
    )
    size = re.search(r"files, ([\d,]+) bytes", said)
    assert published is not None
    assert size is not None
    assert int(published[1]) == pytest.approx(len(paths), rel=0.1)
    assert float(published[2]) == pytest.approx(int(size[1].replace(",", "")) / 1e6, rel=0.1)
    assert git(root, "ls-tree", "skill", "scripts/check.py") == git(
        root, "ls-tree", "HEAD", "scripts/check.py"
    )
    assert "has them already" in branch(root, "skill")
    (root / "README.md").write_text("another", encoding="utf-8")
    git(root, "add", "README.md")
    git(root, "commit", "-q", "-m", "another")
    assert branch(root, "skill").startswith("skill: ")
    assert git(root, "rev-list", "--count", "skill") == "2\n"
    assert git(root, "show", "skill:README.md") == "another"
    assert git(root, "status", "--porcelain") == ""


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
