"""references/rules.md is made from the docstrings of the rules, and stale as soon as one changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from documentation import rules
from documentation.blocks import Problem
from documentation.cli import in_step

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The rules and the page made of them."""
    shutil.copytree(
        REPOSITORY / rules.FOLDER, tmp_path / rules.FOLDER, ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "references").mkdir()
    (tmp_path / rules.PAGE).write_text(rules.page(tmp_path), encoding="utf-8")
    return tmp_path


def test_a_fresh_page_is_in_step(copied: Path) -> None:
    assert rules.stale(copied) == ""
    assert in_step(copied, []).counts["rules listed"] == len(rules.rules(copied))


def test_a_changed_docstring_makes_it_stale(copied: Path) -> None:
    path = copied / rules.FOLDER / "print_left.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("A print is left", "A print was left", 1), encoding="utf-8"
    )
    assert "run tools/docs.py" in rules.stale(copied)
    assert rules.stale(copied) in in_step(copied, []).problems
    assert "A print was left in a test." in rules.page(copied)


def test_a_rule_that_is_not_listed_makes_it_stale(copied: Path) -> None:
    (copied / rules.FOLDER / "print_left.py").unlink()
    assert rules.stale(copied)


def test_a_rule_without_documentation_is_told(copied: Path) -> None:
    (copied / rules.FOLDER / "nothing_said.py").write_text('CODE = "AT899"\n', encoding="utf-8")
    with pytest.raises(Problem, match=r"nothing_said\.py: a rule needs CODE and a docstring"):
        rules.page(copied)


def test_every_rule_has_its_row_and_every_family_its_title(copied: Path) -> None:
    page = rules.page(copied)
    for rule in rules.rules(copied):
        assert f"| {rule.code} | `{rule.name}` | {rule.status} | " in page
        assert rule.code[2] in rules.FAMILIES
