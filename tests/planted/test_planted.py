"""Every planted defect is reported at its line, but for the known misses; every clean twin is silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_testing import rules

from .plantedfile import UNLISTED, Planted, findings, hits, known_misses, load, write

ALL = load()
MISSED = known_misses()
RULES = [rule for rule in rules.load() if rule.status in ("stable", "preview")]
DEFAULT = [rule for rule in RULES if rule.status == "stable"]


def named(one: Planted) -> str:
    return one.name


@pytest.mark.parametrize("one", ALL, ids=named)
def test_the_defect_is_reported_at_its_line(one: Planted, tmp_path: Path) -> None:
    write(one.defect, tmp_path)
    found = hits(one.defect, findings(one.defect, tmp_path, RULES))
    if one.name in MISSED:
        assert not found, f"found by {found[0].code} now: take it out of missed.toml"
    else:
        assert found


@pytest.mark.parametrize("one", ALL, ids=named)
def test_the_clean_twin_is_silent(one: Planted, tmp_path: Path) -> None:
    write(one.twin, tmp_path)
    found = findings(one.twin, tmp_path, DEFAULT)
    assert [f"{each.code} {each.path}:{each.line} {each.message}" for each in found] == []


def test_each_section_marks_a_place_in_the_defect_and_none_in_its_twin() -> None:
    assert [one.name for one in ALL if not one.defect.places or one.twin.places] == []
    assert [one.name for one in ALL if one.defect.files == one.twin.files] == []


def test_names_are_unique_and_every_known_miss_is_one_of_them_with_a_reason() -> None:
    names = [one.name for one in ALL]
    assert len(names) == len(set(names))
    assert set(MISSED) <= set(names)
    assert all(MISSED.values())


def test_there_are_enough_defects_to_judge_by() -> None:
    unlisted = [one for one in ALL if one.family == UNLISTED]
    assert len(ALL) - len(unlisted) >= 80
    assert len(unlisted) >= 30
