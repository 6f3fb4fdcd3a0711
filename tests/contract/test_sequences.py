"""Generated calls, step by step on the fake and on a live server: a short run; the long one is a command."""

from collections.abc import Callable

import pytest

from tests.contract.drivers import DRIVERS
from tests.contract.harness import Driver
from tests.contract.sequences.lanes import LANES
from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.run import ran
from tests.contract.sequences.table import INSERT, Failure, Tables, replayed, run

SEQUENCES = 80


@pytest.mark.parametrize("lane", [pytest.param(lane, id=lane.name) for lane in LANES])
def test_generated_calls_go_as_they_go_live(lane: Lane, dsn_of: Callable[[Driver], str]) -> None:
    driver = next(each for each in DRIVERS if each.name == lane.name)
    done = ran(lane, dsn_of(driver), SEQUENCES, derandomize=True)
    assert not done.disagreement, done.disagreement
    assert done.sequences >= SEQUENCES
    assert done.steps >= 4 * SEQUENCES


def test_the_model_fails_as_a_whole_or_not_at_all() -> None:
    tables = Tables()
    assert isinstance(run(tables, INSERT, [(3, "a"), (1, "b")], many=True), Failure)
    assert tables == Tables()


def test_a_ledger_that_keeps_what_failed_is_noticed() -> None:
    class Kept:
        statement, parameters, batch = INSERT, (1, "again"), False

    with pytest.raises(LookupError, match="took effect"):
        replayed([Kept()], {})
