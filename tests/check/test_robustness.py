"""Whatever a file holds, a run ends in findings or in one clear line. The long form is ``make fuzz``."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from async_testing import rules
from async_testing.checking import discovery, fixes
from async_testing.checking.engine import examine
from async_testing.checking.judging import Judged
from async_testing.checking.running import run
from async_testing.facts.workspace import Workspace

from tests.check.conftest import Folder, saving
from tools import fuzz

RULES = rules.load()
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check.py"
SAVED = saving('save("Ann")')
UNREADABLE = {"nul", "utf-16", "not utf-8", "no such encoding", "future syntax"}


@pytest.mark.parametrize("name", fuzz.ODD)
def test_odd_content(tmp_path: Path, name: str) -> None:
    (tmp_path / "test_odd.py").write_bytes(fuzz.ODD[name])
    (one,) = run(tmp_path.resolve(), ["test_odd.py"], RULES, jobs=1).examined
    assert fuzz.survived(one), one.problem
    if not name.startswith("deep"):  # how deep is too deep depends on the stack
        assert bool(one.problem) == (name in UNREADABLE), one.problem


def test_what_is_parsed_is_judged_however_deep(folder: Folder) -> None:
    folder.write(
        "tests/test_deep.py",
        "def test_it(x) -> None:\n    not " + "not " * 600 + "x\n    x == " + "1 + " * 600 + "1\n",
    )
    done = folder.json("--select", "ALL", "--preview", "--no-cache")
    assert (done.code, done.found) == (1, [("AT510", 2), ("AT510", 3)])


@pytest.mark.parametrize("part", range(4))
def test_mutated_sources(part: int) -> None:
    workspace, sources = Workspace(Path("/nowhere")), fuzz.seeds()
    for number in range(60):
        data = fuzz.mutated(random.Random(f"test-{part}-{number}"), sources)
        one = examine(workspace, "test_odd.py", data, RULES)
        assert fuzz.survived(one), (part, number, one.problem)


def test_a_source_cut_off_anywhere() -> None:
    text = fuzz.seeds()[0]
    for end in range(0, len(text), 7):
        one = examine(Workspace(Path("/nowhere")), "test_odd.py", text[:end].encode(), RULES)
        assert fuzz.survived(one), (end, one.problem)


def test_files_that_vanish_or_are_none(tmp_path: Path) -> None:
    (tmp_path / "test_folder.py").mkdir()
    report = run(tmp_path.resolve(), ["test_gone.py", "test_folder.py"], RULES, jobs=1)
    assert [one.problem.partition(" (")[0] for one in report.examined] == ["cannot be read"] * 2


def test_links_in_a_ring_are_told_of_folders_named_like_files_and_pipes_passed_over(folder: Folder) -> None:
    folder.write("tests/test_a.py", SAVED)
    tests = folder.root / "tests"
    (tests / "again").symlink_to(tests, target_is_directory=True)
    (tests / "test_one.py").symlink_to(tests / "test_two.py")
    (tests / "test_two.py").symlink_to(tests / "test_one.py")
    (tests / "test_gone.py").symlink_to(tests / "nothing.py")
    folder.write("tests/test_folder.py/test_b.py", SAVED)
    os.mkfifo(tests / "test_pipe.py")
    for arguments in ([], ["--fix", "--unsafe-fixes"]):
        done = folder.json(*arguments, "--no-cache")
        assert (done.code, done.err) == (2, "2 findings mended\n" if arguments else "")
        unjudged = [one["path"] for one in done.data if one["code"] == "AT000"]
        assert unjudged == ["tests/test_one.py", "tests/test_two.py"]
        others = {one["path"] for one in done.data}.difference(unjudged)
        assert others <= {"tests/test_a.py", "tests/test_folder.py/test_b.py"}
    assert "await save" in folder.read("tests/test_a.py").decode()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
@pytest.mark.parametrize("mode", [0o000, 0o200])
def test_a_file_that_may_not_be_read_is_told_and_the_others_are_judged(folder: Folder, mode: int) -> None:
    folder.write("tests/test_a.py", SAVED)
    folder.write("tests/test_secret.py", SAVED).chmod(mode)
    done = folder.json()
    assert done.code == 2
    assert [(one["code"], one["path"]) for one in done.data] == [
        ("AT103", "tests/test_a.py"),
        ("AT000", "tests/test_secret.py"),
    ]


@pytest.mark.parametrize("arguments", [[], ["--no-cache"], ["--fix"], ["--diff", "--unsafe-fixes"]])
@pytest.mark.parametrize("goes", ["tests/test_a.py", "tests/conftest.py"])
def test_a_file_that_vanishes_after_it_was_found(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, arguments: list[str], goes: str
) -> None:
    folder.write("tests/test_a.py", SAVED)
    folder.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef x() -> int:\n    return 1\n")
    find = discovery.find

    def find_and_lose(*given: Any, **more: Any) -> discovery.Found:
        found = find(*given, **more)
        (folder.root / goes).unlink()
        return found

    monkeypatch.setattr(discovery, "find", find_and_lose)
    done = folder.json(*arguments) if "--diff" not in arguments else folder.check(*arguments)
    assert done.code == 2
    assert done.err == ""
    assert f"{goes}" in done.out
    assert "cannot be read" in done.out


def test_a_file_that_vanishes_or_changes_before_it_is_mended_is_left(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        folder.write(f"tests/test_{name}.py", SAVED)
    mend = fixes.mend

    def mend_and_meddle(judged: Judged, *given: Any, **more: Any) -> fixes.Mended | None:
        done = mend(judged, *given, **more)
        if judged.path == "tests/test_a.py":
            (folder.root / judged.path).unlink()
        if judged.path == "tests/test_b.py":
            folder.write(judged.path, "x = 1\n")
        return done

    monkeypatch.setattr(fixes, "mend", mend_and_meddle)
    done = folder.check("--fix", "--unsafe-fixes", "--all")
    assert done.err == ""
    assert done.out.count("changed by somebody else") == 2
    assert not (folder.root / "tests/test_a.py").exists()
    assert folder.read("tests/test_b.py") == b"x = 1\n"
    assert b"await save" in folder.read("tests/test_c.py")


def checked(root: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), "tests", "--output-format", "concise"],
        cwd=root,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for number in range(5):
        (root / "tests" / f"test_{number}.py").write_text(
            "import asyncio\n\n\nasync def test_it():\n    asyncio.sleep(1)\n"
        )
    running = [checked(root, tmp_path / "cache") for _ in range(4)]
    ended = [process.communicate(timeout=120) for process in running]
    assert {process.returncode for process in running} == {1}, ended
    assert len({out for out, _ in ended}) == 1
    assert not any("Traceback" in error for _, error in ended)
    assert not list((tmp_path / "cache").rglob("*.tmp"))


def test_a_file_that_a_conftest_has_asked_for_is_there_after_it_was_checked(tmp_path: Path) -> None:
    uses = "async def test_feed(feed):\n    assert feed.load(1)\n"
    files = {
        "conftest.py": "from tests.test_shared import feed\n",
        "tests/test_first.py": uses,
        "tests/test_shared.py": "import pytest\n\n\nclass Feed:\n    async def load(self, key):\n        yield key\n"
        "\n\n@pytest.fixture\ndef feed() -> Feed:\n    return Feed()\n",
        "tests/test_then.py": uses,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path.resolve())
    done = [examine(workspace, path, text.encode(), rules.load()) for path, text in files.items()]
    assert [one.problem for one in done] == [""] * len(files)
