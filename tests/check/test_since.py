"""Only what git says was changed."""

from __future__ import annotations

import pytest

from tests.check.conftest import Folder, Saved


@pytest.fixture
def repository(saved: Saved) -> Folder:
    """Two files with a finding each on main, a branch begun, main gone on."""
    folder = saved('save("Ann")')
    saved('save("Ann")', path="tests/test_öther file.py")
    folder.git("init", "-q", "-b", "main")
    folder.git("add", ".")
    folder.git("commit", "-q", "-m", "first")
    folder.git("switch", "-q", "-c", "branch")
    return folder


def paths(folder: Folder, *arguments: str) -> list[str]:
    return sorted({one["path"] for one in folder.json("--since", "main", *arguments).data})


def test_nothing_changed_is_clean_in_one_line(repository: Folder) -> None:
    done = repository.check("--since", "main")
    assert (done.code, done.out, done.err) == (0, "no test file was changed since main\n", "")
    assert repository.json("--since", "HEAD").data == []


def test_changed_committed_staged_and_untracked_files(repository: Folder) -> None:
    file = repository.root / "tests/test_öther file.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert paths(repository) == ["tests/test_öther file.py"]
    repository.git("add", ".")
    assert paths(repository) == ["tests/test_öther file.py"]
    repository.git("commit", "-q", "-m", "second")
    assert paths(repository) == ["tests/test_öther file.py"]
    repository.write("tests/test_new.py", file.read_bytes())
    assert paths(repository) == ["tests/test_new.py", "tests/test_öther file.py"]
    assert paths(repository, "tests/test_new.py") == ["tests/test_new.py"]
    file.unlink()
    assert paths(repository) == ["tests/test_new.py"]


def test_what_only_the_other_branch_changed_does_not_count(repository: Folder) -> None:
    repository.git("switch", "-q", "main")
    repository.write("tests/test_save.py", repository.read("tests/test_save.py") + b"\n")
    repository.git("commit", "-q", "-a", "-m", "on main")
    repository.git("switch", "-q", "branch")
    assert paths(repository) == []


def test_a_project_in_a_folder_of_the_repository(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("part/pyproject.toml", "[tool.pytest.ini_options]\n")
    repository.write("part/tests/test_save.py", repository.read("tests/test_save.py"))
    monkeypatch.chdir(repository.root / "part")
    assert paths(repository, "--root", ".") == ["tests/test_save.py"]


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "", "HEAD~99", "a b"])
def test_a_commit_that_is_none(ref: str, repository: Folder) -> None:
    done = repository.check(f"--since={ref}")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "there is no commit" in done.err
    assert not (repository.root / "x").exists()


def test_outside_of_a_repository(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved('save("Ann")')
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.root.parent))
    done = folder.check("--since", "main")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("check.py: --since needs a git repository (")


def test_without_git(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "--since needs git" in repository.check("--since", "main").err
