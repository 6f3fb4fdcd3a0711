"""A run: configuration asked once, failing rules contained, processes that agree with one another."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from async_testing import rules
from async_testing.checking.running import chunks, run
from async_testing.rules import Hit, Rule

RULES = [rule for rule in rules.load() if rule.status == "stable"]
TEST = "import asyncio\n\n\nasync def test_it():\n    asyncio.sleep(1)\n"


def rule(code: str, **functions: Any) -> Rule:
    module = ModuleType("made_up")
    vars(module).update(functions)
    return Rule(code, "made-up", "stable", "warning", (), module)


def failing(source: Any) -> Iterator[Hit]:
    raise LookupError("no such\nthing")


def recursing(source: Any) -> Iterator[Hit]:
    return recursing(source)


def exhausting(source: Any) -> Iterator[Hit]:
    raise MemoryError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in "abc":
        (tmp_path / folder).mkdir()
        for number in range(4):
            (tmp_path / folder / f"test_{number}.py").write_text(TEST)
    return tmp_path.resolve()


def files_of(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("test_*.py"))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (failing, "could not judge: rule AT999 failed (LookupError: no such thing)"),
        (recursing, "could not judge: rule AT999 failed (RecursionError: maximum recursion depth exceeded"),
        (exhausting, "could not judge: rule AT999 failed (MemoryError)"),
    ],
)
def test_a_rule_that_fails_is_a_problem_of_the_file_only(project: Path, check: Any, said: str) -> None:
    (one,) = run(project, ["a/test_0.py"], [*RULES, rule("AT999", check=check)]).examined
    assert one.problem.startswith(said)
    assert "AT103" in {found.code for found in one.findings}


def test_configuration_is_asked_once_for_each_file(project: Path) -> None:
    asked = []

    def check_config(config: Any, text: str) -> Iterator[Hit]:
        asked.append((config.path, text))
        yield Hit(1, "wrong", "right")

    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "a" / "pytest.ini").write_text("[pytest]\nx = 1\n")
    report = run(project, files_of(project), [rule("AT999", check_config=check_config)])
    assert sorted(asked) == [("a/pytest.ini", "[pytest]\nx = 1\n"), ("pytest.ini", "[pytest]\n")]
    assert [one.path for one in report.examined if one.findings] == ["a/pytest.ini", "pytest.ini"]


def test_a_rule_about_configuration_that_fails_is_named(project: Path) -> None:
    def check_config(config: Any, text: str) -> Iterator[Hit]:
        raise LookupError("no such thing")

    (project / "pytest.ini").write_text("[pytest]\n")
    asked = [rule("AT998", check_config=check_config), *RULES]
    report = run(project, ["a/test_0.py"], asked)
    assert {one.path: one.problem for one in report.examined} == {
        "a/test_0.py": "",
        "pytest.ini": "could not judge: rule AT998 failed (LookupError: no such thing)",
    }


def test_a_broken_configuration_is_one_problem_and_files_are_judged(project: Path) -> None:
    (project / "pyproject.toml").write_text("[")
    report = run(project, files_of(project), RULES)
    assert [one.path for one in report.examined if one.problem] == ["pyproject.toml"]
    assert all("AT103" in {found.code for found in one.findings} for one in report.examined[:12])


def test_several_processes_find_what_one_finds(project: Path) -> None:
    files = files_of(project)
    assert run(project, files, RULES, jobs=2).examined == run(project, files, RULES, jobs=1).examined


def test_collection_of_garbage_is_left_as_it_was(project: Path) -> None:
    assert gc.isenabled()
    run(project, files_of(project), RULES)
    assert gc.isenabled()


def test_chunks_hold_every_file_once() -> None:
    files = [f"{number}.py" for number in range(7)]
    assert sorted(one for chunk in chunks(files, 3) for one in chunk) == files
    assert chunks([], 2) == []
