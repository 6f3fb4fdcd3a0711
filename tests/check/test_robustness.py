"""Whatever a file holds, a run ends in findings or in one clear line. The long form is ``make fuzz``."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from async_testing import rules
from async_testing.checking.engine import examine
from async_testing.checking.running import run
from async_testing.facts.workspace import Workspace

from tools import fuzz

RULES = rules.load()
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check.py"
UNREADABLE = {"nul", "utf-16", "not utf-8", "no such encoding", "future syntax"}


@pytest.mark.parametrize("name", fuzz.ODD)
def test_odd_content(tmp_path: Path, name: str) -> None:
    (tmp_path / "test_odd.py").write_bytes(fuzz.ODD[name])
    (one,) = run(tmp_path.resolve(), ["test_odd.py"], RULES, jobs=1).examined
    assert fuzz.survived(one), one.problem
    if not name.startswith("deep"):  # how deep is too deep depends on the stack
        assert bool(one.problem) == (name in UNREADABLE), one.problem


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
