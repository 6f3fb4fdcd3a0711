"""Every line of the checklists and every pitfall is decided by a rule or by a command; none is left to goodwill."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from async_testing import rules
from async_testing.checking import checklist
from documentation.text import PATH

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = {rule.code: rule.name for rule in rules.load()}
COMMANDS = {"pytest", "mypy", "check.py", "verify.py"}

# What was asked for, each in a few words: the list, what it says, words of the row that answers it, and of the
# line that the report has for it.
WANTED = [
    ("Before", "the layer that is tested", "Which layer", "layer"),
    ("Before", "the fixtures it needs", "Which fixtures", "fixtures"),
    ("Before", "the mock objects", "What has to be replaced", "replaced"),
    ("Before", "the happy path and the errors", "happy path", "Happy path"),
    ("While writing", "names that describe", "test_<action>_<scenario>", "test_<action>_<scenario>"),
    ("While writing", "arrange, act, assert in sections", "Arrange, act, assert", "Arrange"),
    ("While writing", "docstrings", "docstring", "Docstrings"),
    ("While writing", "types of all variables", "Types on everything", "type"),
    ("While writing", "the right level of mocks", "right level", "right level"),
    ("While writing", "success and failure", "Success and failure", "Success and failure"),
    ("While writing", "statements, not only results", "The statement itself", "Statements"),
    ("While writing", "number and types of parameters", "Number and kind of parameters", "Number and kind"),
    ("After", "the tests are run", "It passes |", "The tests pass"),
    ("After", "coverage", "Coverage is known", "Coverage"),
    ("After", "every path", "all paths are run", "Every path"),
    ("After", "commented code and prints", "prints, commented code", "commented code"),
    ("After", "isolation", "No state is shared", "isolated"),
    ("After", "the same result each time", "same result every time", "same result"),
    ("Pitfalls", "the mark of async tests", "`@pytest.mark.asyncio` forgotten", "mark"),
    ("Pitfalls", "__wrapped__", "`__wrapped__` not used", "__wrapped__"),
    ("Pitfalls", "shared state", "State shared", "State shared"),
    ("Pitfalls", "over-mocking", "Mocks of internals", "Over-mocking"),
    ("Pitfalls", "SQL", "SQL that nobody", "SQL"),
    ("Pitfalls", "exceptions", "Exceptions without", "Exceptions"),
    ("Pitfalls", "type hints", "Types left out", "types"),
    ("Pitfalls", "vague names", "Vague names", "Vague names"),
]


def rows(page: str, title: str) -> list[str]:
    text = (REPOSITORY / "references" / page).read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ") and "decided by" not in line]


def row(wanted: tuple[str, str, str, str]) -> str:
    name = wanted[0]
    page, title = (
        ("pitfalls.md", "The eight that everybody meets") if name == "Pitfalls" else ("checklist.md", name)
    )
    found = [line for line in rows(page, title) if wanted[2] in line]
    assert len(found) == 1, wanted
    return found[0]


def named_rules(text: str) -> list[tuple[str, str]]:
    return re.findall(r"\b(AT\d{3}) `([a-z0-9-]+)`", text)


def commands(text: str) -> list[str]:
    return [
        found
        for found in re.findall(r"`([^`]+)`", text)
        if found.split()[0].removeprefix("scripts/") in COMMANDS
    ]


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: f"{wanted[0]}: {wanted[1]}")
def test_each_line_that_was_asked_for_is_decided_by_a_rule_or_a_command(
    wanted: tuple[str, str, str, str],
) -> None:
    decided = row(wanted).split("|", 2)[2]
    assert named_rules(decided) or commands(decided)


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: f"{wanted[0]}: {wanted[1]}")
def test_each_line_is_in_the_report_with_a_rule_or_a_command(wanted: tuple[str, str, str, str]) -> None:
    title = next(name for name in checklist.LISTS if name.startswith(wanted[0]))
    (line,) = [line for line in checklist.LISTS[title] if wanted[3] in line.text]
    assert line.command.split()[0] in COMMANDS
    assert set(line.rules) <= set(RULES.values())


def test_the_report_has_as_many_lines_as_were_asked_for() -> None:
    assert sum(map(len, checklist.LISTS.values())) == len(WANTED)


def test_every_rule_that_a_page_names_exists_by_code_and_name() -> None:
    pages = ("checklist.md", "pitfalls.md")
    named = {one for page in pages for one in named_rules((REPOSITORY / "references" / page).read_text())}
    assert len(named) >= 15
    assert {one for one in named if RULES.get(one[0]) != one[1]} == set()


def test_every_rule_of_the_checklist_stands_for_a_line() -> None:
    asked = {rule.name for rule in rules.load() if rule.status in ("checklist", "seed")}
    used = {name for lines in checklist.LISTS.values() for line in lines for name in line.rules}
    assert asked - used == set()


def test_every_command_exists() -> None:
    lines = [line for name in checklist.LISTS for line in checklist.LISTS[name]]
    words = {line.command.split()[0] for line in lines}
    assert words <= COMMANDS
    ours = {word for word in words if word.endswith(".py")}
    assert all((REPOSITORY / "scripts" / word).is_file() for word in ours)
    assert all(shutil.which(word) or importlib.util.find_spec(word) for word in words - ours)
    named = {found["target"] for found in PATH.finditer((REPOSITORY / "references/checklist.md").read_text())}
    assert all((REPOSITORY / path).exists() for path in named)
