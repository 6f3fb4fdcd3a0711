"""Which files a run looks at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from async_testing.checking.discovery import default_paths, find, root_of
from async_testing.checking.ignoring import Ignore
from async_testing.finding import UsageError


def made(root: Path, *paths: str, **texts: str) -> Path:
    for path in paths:
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(texts.get(path.rpartition("/")[2], ""))
    return root.resolve()


def test_everything_below_a_tests_folder_and_elsewhere_what_pytest_collects(tmp_path: Path) -> None:
    root = made(
        tmp_path,
        *("tests/test_a.py", "tests/helpers/fakes.py", "tests/data.txt", "app/main.py", "app/test_b.py"),
        *("app/b_test.py", "conftest.py", "app/conftest.py"),
    )
    assert find(root, ["."]).files == (
        *("app/b_test.py", "app/conftest.py", "app/test_b.py", "conftest.py"),
        *("tests/helpers/fakes.py", "tests/test_a.py"),
    )


def test_what_is_no_part_of_the_project_is_left_out(tmp_path: Path) -> None:
    root = made(
        tmp_path,
        *(".hidden/test_a.py", "node_modules/test_a.py", "env/pyvenv.cfg", "env/test_a.py"),
        *("tests/__pycache__/test_a.py", "build/test_a.py", "skills/x/SKILL.md", "skills/x/test_a.py"),
        "tests/test_b.py",
    )
    (root / "skills/x/SKILL.md").write_text("---\nname: async-testing-expert\n---\n")
    assert find(root, ["."]).files == ("tests/test_b.py",)


def test_python_files_of_the_nearest_configuration(tmp_path: Path) -> None:
    root = made(tmp_path, "a/check_x.py", "a/test_x.py", "b/test_x.py", "b/check_x.py")
    (root / "a" / "pytest.ini").write_text("[pytest]\npython_files = check_*.py\n")
    assert find(root, ["."]).files == ("a/check_x.py", "b/test_x.py")


@pytest.mark.parametrize(
    ("lines", "ignored", "kept"),
    [
        (["gen/"], ["tests/gen/test_a.py"], ["tests/test_a.py"]),
        (["test_a.py"], ["tests/test_a.py", "tests/x/test_a.py"], ["tests/test_b.py"]),
        (["/tests/test_a.py"], ["tests/test_a.py"], ["tests/x/tests/test_a.py"]),
        (["tests/*.py"], ["tests/test_a.py"], ["tests/x/test_a.py"]),
        (["tests/**/old"], ["tests/old/test_a.py", "tests/x/y/old/test_a.py"], ["tests/x/test_a.py"]),
        (["**/slow"], ["tests/slow/test_a.py"], ["tests/test_slow.py"]),
        (["tests/gen/**"], ["tests/gen/test_a.py", "tests/gen/x/test_a.py"], ["tests/test_a.py"]),
        (["test_*.py", "!test_b.py"], ["tests/test_a.py"], ["tests/test_b.py"]),
        (["test_[ab].py"], ["tests/test_a.py"], ["tests/test_c.py"]),
        (["test_[!a].py"], ["tests/test_b.py"], ["tests/test_a.py"]),
        (["# test_a.py", "", "test_b.py  "], ["tests/test_b.py"], ["tests/test_a.py"]),
        (["test_a.py/"], [], ["tests/test_a.py"]),
        (["test_?.py"], ["tests/test_a.py"], ["tests/test_ab.py"]),
        (["["], [], ["tests/test_a.py"]),
        (["*"], ["tests/test_a.py"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_gitignore(tmp_path: Path, lines: list[str], ignored: list[str], kept: list[str]) -> None:
    root = made(tmp_path, *ignored, *kept)
    (root / ".gitignore").write_text("\n".join(lines) + "\n")
    assert find(root, ["."]).files == tuple(sorted(kept))


def test_a_nearer_gitignore_wins_and_info_exclude_counts(tmp_path: Path) -> None:
    root = made(tmp_path, "tests/test_a.py", "tests/test_b.py", "tests/sub/test_a.py", ".git/info/exclude")
    (root / ".git/info/exclude").write_text("test_b.py\n")
    (root / ".gitignore").write_text("test_a.py\n")
    (root / "tests/sub/.gitignore").write_text("!test_a.py\n")
    assert find(root, ["."]).files == ("tests/sub/test_a.py",)
    assert find(root, ["tests/sub"]).files == ("tests/sub/test_a.py",)


def test_a_file_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    root = made(tmp_path, "tests/test_a.py", "scripts/tool.py")
    (root / ".gitignore").write_text("test_a.py\n")
    assert find(root, ["tests/test_a.py", str(root / "scripts/tool.py"), "tests/test_a.py"]).files == (
        "scripts/tool.py",
        "tests/test_a.py",
    )


def test_excludes(tmp_path: Path) -> None:
    root = made(tmp_path, "tests/test_a.py", "tests/old/test_b.py", "tests/test_gen_c.py")
    assert find(root, ["."], exclude=["tests/old", "*_gen_*.py"]).files == ("tests/test_a.py",)
    assert find(root, ["tests/old/test_b.py"], exclude=["old/"]).files == ()


def test_links(tmp_path: Path) -> None:
    outside = made(tmp_path / "outside", "test_x.py")
    root = made(tmp_path / "project", "tests/test_a.py")
    (root / "tests/loop").symlink_to(root / "tests", target_is_directory=True)
    (root / "tests/test_self.py").symlink_to(root / "tests/test_self.py")
    (root / "tests/test_out.py").symlink_to(outside / "test_x.py")
    (root / "tests/test_gone.py").symlink_to(root / "nothing.py")
    (root / "tests/test_in.py").symlink_to(root / "tests/test_a.py")
    assert find(root, ["."]).files == ("tests/test_a.py", "tests/test_in.py")
    with pytest.raises(UsageError, match="outside"):
        find(root, ["tests/test_out.py"])


def test_odd_names(tmp_path: Path) -> None:
    root = made(tmp_path, "tests/test_folder.py/test_a.py", "tests/test_ä b.py")
    assert find(root, ["tests"]).files == ("tests/test_folder.py/test_a.py", "tests/test_ä b.py")


@pytest.mark.parametrize("path", ["nothing", "tests/nothing.py", "a\0b", "x" * 5000])
def test_what_does_not_exist_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="cannot be checked"):
        find(made(tmp_path, "tests/test_a.py"), [path])


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    root = made(tmp_path, "tests/test_a.py", "tests/secret/test_b.py")
    (root / "tests/secret").chmod(0)
    found = find(root, ["."])
    (root / "tests/secret").chmod(0o700)
    assert found.files == ("tests/test_a.py",)
    assert [problem.path for problem in found.problems] == ["tests/secret"]


def test_the_root_is_that_of_git_else_the_nearest_configuration(tmp_path: Path) -> None:
    root = made(tmp_path, "a/b/c/x.py", "a/b/pyproject.toml", "other/setup.cfg", "other/tests/test_a.py")
    assert root_of([], root / "a/b/c") == str(root / "a/b")
    assert root_of([str(root / "other/tests/test_a.py")], root / "a/b/c") == str(root / "other")
    (root / "a/.git").mkdir()
    assert root_of(["x.py"], root / "a/b/c") == str(root / "a")


def test_what_is_meant_without_paths(tmp_path: Path) -> None:
    root = made(tmp_path, "app/test_a.py")
    assert default_paths(root) == (".",)
    made(root, "tests/test_a.py")
    assert default_paths(root) == ("tests",)
    (root / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["app", "nothing"]\n')
    assert default_paths(root) == ("app",)
    (root / "pyproject.toml").write_text("[")
    assert default_paths(root) == ("tests",)


def test_the_last_pattern_that_matches_decides() -> None:
    ignore = Ignore(["*.py", "!keep/*.py", "keep/not.py"])
    assert ignore.decides("a.py", "a.py", False) is True
    assert ignore.decides("keep/a.py", "a.py", False) is False
    assert ignore.decides("keep/not.py", "not.py", False) is True
    assert ignore.decides("a.txt", "a.txt", False) is None
