"""The report of the checklists: a line passes only on evidence, fails by a finding, and is else left to a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_testing import rules
from async_testing.checking import checklist
from async_testing.checking.checklist import Outcome
from async_testing.checking.engine import Examined, examine
from async_testing.facts.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[2]
ALL = rules.load()
OWN = [rule for rule in ALL if rule.status != "seed"]
GOOD = '''"""Tests of UserDAO."""


async def test_count_of_nobody() -> None:
    """Nobody is none."""
    assert True
'''


def judged(
    root: Path, paths: list[str], asked: list[rules.Rule]
) -> tuple[tuple[Outcome, ...], list[Examined]]:
    workspace = Workspace(root.resolve())
    examined = [examine(workspace, path, (root / path).read_bytes(), asked) for path in paths]
    return checklist.lines(examined, checklist.facts_of(workspace, paths, asked)), examined


def line(outcomes: tuple[Outcome, ...], text: str) -> Outcome:
    (found,) = [one for one in outcomes if one.text.startswith(text)]
    return found


def project(root: Path, text: str, name: str = "test_user_dao.py") -> list[str]:
    (root / "tests").mkdir()
    (root / "tests" / name).write_text(text, encoding="utf-8")
    return [f"tests/{name}"]


def test_a_line_passes_with_what_was_counted(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, GOOD), ALL)
    assert line(outcomes, "Names say")[2:] == ("passed", "1 test looked at")
    assert line(outcomes, "The layer")[2:] == ("passed", "1 test file looked at")


def test_a_line_fails_with_the_place_of_its_findings(tmp_path: Path) -> None:
    text = GOOD + "".join(f"\n\ndef test_{number}() -> None:\n    assert True\n" for number in range(5))
    outcomes, _ = judged(tmp_path, project(tmp_path, text), ALL)
    named = line(outcomes, "Names say")
    assert named.state == "failed"
    assert named.evidence.startswith("tests/test_user_dao.py:9 AT801, tests/test_user_dao.py:13 AT801, ")
    assert named.evidence.endswith(" and 2 more")


def test_nothing_to_look_at_passes_nothing(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, GOOD, "test_user_service.py"), ALL)
    assert line(outcomes, "Statements")[2:] == ("unassessed", "there are no DAO tests here")


@pytest.mark.parametrize("text", ["Happy path", "Success and failure", "Exceptions without"])
def test_errors_are_known_only_where_the_tests_call_the_code(tmp_path: Path, text: str) -> None:
    (tmp_path / "app").mkdir()
    code = "def of(number): return number\n\n\ndef find(number):\n    raise KeyError(number)\n"
    (tmp_path / "app/user_dao.py").write_text(code)
    paths = project(tmp_path, GOOD)
    outcomes, _ = judged(tmp_path, paths, ALL)
    assert line(outcomes, text)[2:] == ("unassessed", "there are no functions under test here")
    calling = f"from app.user_dao import of\n{GOOD}\n\ndef test_of() -> None:\n    assert of(1) == 1\n"
    (tmp_path / paths[0]).write_text(calling)
    outcomes, _ = judged(tmp_path, paths, ALL)
    assert line(outcomes, text)[2:] == ("passed", "1 function under test looked at")


def test_a_rule_that_was_not_asked_passes_nothing(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, GOOD), OWN)
    docstrings = line(outcomes, "Docstrings")
    assert docstrings[2:] == ("unassessed", "check.py --checklist=seed tests/test_user_dao.py")


def test_what_no_rule_can_tell_is_left_to_a_command(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, GOOD), ALL)
    assert line(outcomes, "The tests pass")[2:] == ("unassessed", "pytest tests/test_user_dao.py -v")
    isolated = line(outcomes, "Tests are isolated")
    assert isolated.state == "unassessed"
    assert isolated.evidence.startswith("nothing found in 1 test; verify.py ")


def test_a_file_that_could_not_be_judged_passes_nothing(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, "def test_x(:\n"), ALL)
    assert {one.state for one in outcomes} == {"unassessed"}
    assert "tests/test_user_dao.py: Python " in line(outcomes, "Names say").evidence


def test_coverage_is_asked_about_the_module_under_test(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/dao.py").write_text("class UserDAO: ...\n")
    paths = project(tmp_path, f"import pytest\nfrom app.dao import UserDAO\n{GOOD}")
    outcomes, _ = judged(tmp_path, paths, ALL)
    assert "--cov=app.dao --cov-branch" in line(outcomes, "Coverage").evidence


def test_the_report_has_every_line_under_its_list(tmp_path: Path) -> None:
    outcomes, _ = judged(tmp_path, project(tmp_path, GOOD), ALL)
    said = checklist.report(outcomes)
    assert [one for one in said if not one.startswith("  ")][:-1] == list(checklist.LISTS)
    assert sum(one.startswith("  [") for one in said) == len(outcomes) == 26
    sums = [sum(one.state == state for one in outcomes) for state in ("passed", "failed", "unassessed")]
    assert said[-1] == "{} passed, {} failed, {} unassessed".format(*sums)


@pytest.mark.parametrize("asked", [OWN], ids=["own"])
def test_the_example_passes_its_own_checklist(asked: list[rules.Rule]) -> None:
    """Its tests are written as the references teach."""
    root = REPOSITORY / "examples/users"
    paths = [path.relative_to(root).as_posix() for path in sorted((root / "tests").rglob("*.py"))]
    outcomes, examined = judged(root, paths, [rule for rule in asked if rule.status != "preview"])
    found = [
        f"{one.path}:{one.line} {one.code}"
        for each in examined
        for one in each.findings
        if one.code[2] == "8"
    ]
    assert found == []
    assert [one for one in outcomes if one.state == "failed"] == []
    assert sum(one.state == "passed" for one in outcomes) >= 10
