"""The cases are what the runner, Claude Code's `plugin eval` and the skill-creator expect of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.evals.conftest import REPOSITORY

EVALS = REPOSITORY / "evals"
CASES = sorted(EVALS.glob("*/case.yaml"))
GRADERS = {
    "regex": "pattern",
    "tool_used": "tool",
    "tool_order": "before",
    "file_exists": "path",
    "llm": "criteria",
}


def described(path: Path) -> dict[str, Any]:
    """A case as it is written."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def test_there_are_cases_for_more_than_one_driver() -> None:
    tags = {tag for path in CASES for tag in described(path)["tags"]}
    assert {"asyncpg", "psqlpy", "sqlalchemy"} <= tags


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_case_is_one_that_claude_code_loads(path: Path) -> None:
    """The fields that `claude plugin eval` 2.1.332 asks for, found by its own complaints."""
    case = described(path)
    assert case["schema_version"] == "1.0"
    assert case["name"] == path.parent.name
    assert isinstance(case["description"], str)
    assert isinstance(case["execution"]["timeout_seconds"], int)
    assert (path.parent / case["context"]["scaffold_script"]).is_file()
    assert case["graders"]
    for grader in case["graders"]:
        assert grader["name"]
        assert GRADERS[grader["type"]] in grader


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_the_agent_sees_no_test_and_no_answer(path: Path) -> None:
    """Nor does the prompt tell it of this skill."""
    repository = path.parent / "repository"
    found = [one.relative_to(repository).as_posix() for one in repository.rglob("*") if one.is_file()]
    assert not [name for name in found if "test" in name or "conftest" in name]
    assert "skill" not in described(path)["execution"]["prompt"]
    assert "async-testing" not in "".join(one.read_text() for one in repository.rglob("*.py"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_evals_json_says_the_same(path: Path) -> None:
    told = json.loads((EVALS / "evals.json").read_text(encoding="utf-8"))
    assert told["skill_name"] == "async-testing-expert"
    case = next(one for one in told["evals"] if one["name"] == path.parent.name)
    assert case["prompt"] == described(path)["execution"]["prompt"].strip()
    files = [one for one in (path.parent / "repository").rglob("*") if one.is_file() and one.suffix != ".pyc"]
    assert case["files"] == sorted(one.relative_to(REPOSITORY).as_posix() for one in files)
    assert len(told["evals"]) == len(CASES)


def test_triggers_are_as_many_for_as_against() -> None:
    every = json.loads((EVALS / "triggers.json").read_text(encoding="utf-8"))
    assert [one["should_trigger"] for one in every].count(True) == 20
    assert len({one["query"] for one in every}) == len(every) == 40
    assert not [one for one in every if "async-testing-expert" in one["query"]]
