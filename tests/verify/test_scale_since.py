"""Which lines git says were changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from async_testing.finding import UsageError
from async_testing.verifying.since import changed_lines

TEN = "".join(f"line {number}\n" for number in range(1, 11))
Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in a repository with two files committed."""

    def run(*arguments: str) -> None:
        names = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *names, *arguments], cwd=tmp_path, check=True, capture_output=True)

    for path in ("src/dao.py", "src/ser vice ö.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(TEN)
    run("init", "-q", "-b", "main")
    run("add", ".")
    run("commit", "-q", "-m", "first")
    return run


def edit(file: Path, *numbers: int) -> None:
    lines = file.read_text().splitlines()
    file.write_text("".join(f"{line}{' new' * (at in numbers)}\n" for at, line in enumerate(lines, 1)))


def test_nothing_changed(git: Git, tmp_path: Path) -> None:
    assert changed_lines(tmp_path, "main") == {}


def test_changed_lines_committed_or_not(git: Git, tmp_path: Path) -> None:
    git("switch", "-q", "-c", "branch")
    edit(tmp_path / "src/dao.py", 2)
    git("commit", "-q", "-a", "-m", "second")
    edit(tmp_path / "src/dao.py", 5, 6)
    edit(tmp_path / "src/ser vice ö.py", 10)
    expected = {"src/dao.py": {2, 5, 6}, "src/ser vice ö.py": {10}}
    assert changed_lines(tmp_path, "main") == expected
    git("add", ".")
    assert changed_lines(tmp_path, "main") == expected
    assert changed_lines(tmp_path, "HEAD") == {"src/dao.py": {5, 6}, "src/ser vice ö.py": {10}}


def test_added_lines_and_the_lines_around_removed_ones(git: Git, tmp_path: Path) -> None:
    lines = TEN.splitlines(keepends=True)
    (tmp_path / "src/dao.py").write_text(
        "".join(["@@ -1 +1 @@\n", *lines[:4], *lines[5:], "diff --git a/x b/x\n"])
    )
    assert changed_lines(tmp_path, "main") == {"src/dao.py": {1, 5, 6, 11}}
    (tmp_path / "src/dao.py").write_text("".join(lines[1:]))
    assert changed_lines(tmp_path, "main") == {"src/dao.py": {1}}


def test_a_renamed_file_has_only_its_changes(git: Git, tmp_path: Path) -> None:
    git("mv", "src/dao.py", "src/data.py")
    edit(tmp_path / "src/data.py", 3)
    (tmp_path / "src/ser vice ö.py").unlink()
    assert changed_lines(tmp_path, "main") == {"src/data.py": {3}}


def test_an_untracked_file_is_new_as_a_whole(git: Git, tmp_path: Path) -> None:
    (tmp_path / "src/new.py").write_text("a\nb\n")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    (tmp_path / "ignored.py").write_text("a\n")
    (tmp_path / "src/dangling.py").symlink_to("nowhere")
    found = changed_lines(tmp_path, "main")
    assert found["src/new.py"] >= {1, 2}
    assert "ignored.py" not in found
    assert found["src/dangling.py"] == frozenset()


def test_other_kinds_of_changes_do_not_mix_up_the_files(git: Git, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\1")
    (tmp_path / 'odd\t"name\n.py').write_text(TEN)
    (tmp_path / "mode.py").write_text(TEN)
    git("add", ".")
    git("commit", "-q", "-m", "second")
    (tmp_path / "a.bin").write_bytes(b"\0\2")
    (tmp_path / "mode.py").chmod(0o755)
    edit(tmp_path / 'odd\t"name\n.py', 4)
    edit(tmp_path / "src/dao.py", 7)
    git("config", "diff.noprefix", "true")
    git("config", "color.ui", "always")
    git("config", "diff.external", "false")
    found = {path: lines for path, lines in changed_lines(tmp_path, "HEAD").items() if lines}
    assert found == {'odd\t"name\n.py': {4}, "src/dao.py": {7}}


def test_during_a_merge_with_conflicts(git: Git, tmp_path: Path) -> None:
    git("switch", "-q", "-c", "branch")
    edit(tmp_path / "src/dao.py", 2)
    git("commit", "-q", "-a", "-m", "ours")
    git("switch", "-q", "main")
    (tmp_path / "src/dao.py").write_text(TEN.replace("line 2", "other"))
    git("commit", "-q", "-a", "-m", "theirs")
    git("switch", "-q", "branch")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "main")
    assert 2 in changed_lines(tmp_path, "HEAD")["src/dao.py"]


def test_a_project_in_a_folder_of_the_repository(git: Git, tmp_path: Path) -> None:
    edit(tmp_path / "src/dao.py", 1)
    (tmp_path / "outside.py").write_text("a\n")
    assert changed_lines(tmp_path / "src", "main") == {"dao.py": {1}}


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "", "HEAD~99"])
def test_a_commit_that_is_none(git: Git, tmp_path: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="there is no commit"):
        changed_lines(tmp_path, ref)


def test_outside_of_a_repository_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="needs a git repository"):
        changed_lines(tmp_path, "main")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="needs git, which cannot be started"):
        changed_lines(tmp_path, "main")
