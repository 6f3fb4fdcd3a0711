"""references/driver-fidelity.md is made from what was measured, and that is of the behaviours there are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from documentation import fidelity
from documentation.blocks import Problem
from documentation.cli import in_step

from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver
from tests.contract.measured import kept, topics
from tests.contract.sequences.lanes import LANES

REPOSITORY = Path(__file__).resolve().parents[2]
AGAIN = "make the data again: python -m tests.contract --write"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The data and the page made of it."""
    (tmp_path / fidelity.DATA).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / fidelity.DATA, tmp_path / fidelity.DATA)
    (tmp_path / "references").mkdir()
    (tmp_path / "references/real-database.md").touch()
    (tmp_path / fidelity.PAGE).write_text(fidelity.page(tmp_path), encoding="utf-8")
    return tmp_path


def test_a_fresh_page_is_in_step(copied: Path) -> None:
    assert fidelity.stale(copied) == ""
    assert in_step(copied, []).problems == []


def test_the_page_of_this_bundle_is_fresh() -> None:
    assert fidelity.stale(REPOSITORY) == ""


def test_other_data_make_it_stale(copied: Path) -> None:
    data = json.loads((copied / fidelity.DATA).read_text(encoding="utf-8"))
    data["psqlpy"]["differs"] |= {"a_block_commits": "a reason"}
    (copied / fidelity.DATA).write_text(json.dumps(data), encoding="utf-8")
    assert "run tools/docs.py" in fidelity.stale(copied)
    assert fidelity.stale(copied) in in_step(copied, []).problems
    assert "| psqlpy | a block commits | a reason |" in fidelity.page(copied)


def test_data_that_say_nothing_are_told(copied: Path) -> None:
    (copied / fidelity.DATA).write_text('{"psqlpy": {}}', encoding="utf-8")
    with pytest.raises(Problem, match=r"tests/contract/fidelity\.json"):
        fidelity.page(copied)


@pytest.mark.parametrize("driver", [pytest.param(driver, id=driver.name) for driver in DRIVERS])
def test_what_was_measured_is_what_there_is(driver: Driver) -> None:
    entry = kept()[driver.name]
    assert entry["behaviours"] == topics(driver), AGAIN
    assert entry["differs"] == driver.known, AGAIN
    assert len(entry["differs"]) <= 0.03 * len(entry["behaviours"])


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name)
def test_sequences_were_measured(lane: object) -> None:
    entry = kept()[getattr(lane, "name", "")]["sequences"]
    reasons = {known.name: known.reason for known in getattr(lane, "known", ())}
    assert entry["run"] >= 1
    assert entry["known"].items() <= reasons.items()
