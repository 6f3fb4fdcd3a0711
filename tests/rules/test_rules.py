"""Every rule does what its documentation shows, and what its cases say."""

from __future__ import annotations

import re

import pytest
from async_testing import rules
from async_testing.model import Finding
from async_testing.rules import Rule

from .casefile import CASES, Case, case, cases_of, sections
from .conftest import Examine

RULES = rules.load()
SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead"]


def places(found: list[Finding]) -> set[tuple[str, int]]:
    return {(one.path, one.line) for one in found}


def all_cases() -> list[tuple[Rule, Case]]:
    return [
        (rule, one)
        for rule in RULES
        if (path := CASES / f"{rule.module.__name__.rpartition('.')[2]}.md").exists()
        for one in cases_of(path)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_example_is_reported_and_what_to_write_instead_is_not(rule: Rule, examined: Examine) -> None:
    documented = sections(rule.documentation)
    example, instead = (case(title, documented[title]) for title in ("Example", "Use instead"))
    assert example.errors
    assert not instead.errors
    found = examined(example.files, [rule])
    assert places(found) == example.errors
    assert all(one.message and one.instead and "\n" not in one.message + one.instead for one in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_to_write_instead_is_clean_for_every_default_rule(rule: Rule, examined: Examine) -> None:
    instead = case("Use instead", sections(rule.documentation)["Use instead"])
    asked = [one for one in RULES if one.status == "stable" or one is rule]
    assert [f"{one.code} {one.path}:{one.line}" for one in examined(instead.files, asked)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_its_documentation_and_constants_are_complete(rule: Rule) -> None:
    documented = list(sections(rule.documentation))
    assert documented[:4] == SECTIONS
    assert documented[4:] in ([], ["When it is wrong"])
    assert re.fullmatch(r"AT[1-9]\d\d", rule.code)
    assert rule.status in rules.STATUSES
    assert rule.severity in rules.SEVERITIES
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 110


@pytest.mark.parametrize(
    ("rule", "one"), all_cases(), ids=lambda value: getattr(value, "title", getattr(value, "name", ""))
)
def test_edge_case(rule: Rule, one: Case, examined: Examine) -> None:
    assert places(examined(one.files, [rule])) == one.errors


def test_codes_are_unique_and_every_file_of_cases_belongs_to_a_rule() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    names = {rule.module.__name__.rpartition(".")[2] for rule in RULES}
    assert {path.stem for path in CASES.glob("*")} <= names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_host_collects_a_rule_as_its_own_test(rule: Rule) -> None:
    stem = rule.module.__name__.rpartition(".")[2]
    assert not stem.startswith("test_")
    assert not stem.endswith("_test")
