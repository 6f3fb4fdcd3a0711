"""From a test that failed in some order to the tests that have to run before it, and the command that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from async_testing.verifying.model import Instability
from async_testing.verifying.trials import HUNG, Ended, Lab, Run

TRIALS, FEW = 40, 8
"""Runs that are spent on one test at most, and on one that hangs."""
LEAKERS = 6
"""Tests that are tried first, since they were seen to leave something behind."""


class Suspect(NamedTuple):
    """A test that failed in some orders and not in the clean run."""

    name: str
    runs: tuple[Run, ...]
    """The runs in which it failed."""

    @property
    def ended(self) -> Ended:
        """How it first failed."""
        return self.runs[0].ended[self.name]

    @property
    def before(self) -> tuple[str, ...]:
        """The tests that ran before it when it first failed."""
        order = self.runs[0].order
        return order[: order.index(self.name)]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the orders in which it failed."""
        return tuple(one.seed for one in self.runs if one.kind in ("blocks", "full"))


class OutOfTime(Exception):
    """There is no time for another trial."""


class Trials:
    """Counts trials, and ends them in time.

    Args:
        lab: where they run.
        test: what is looked at.
        most: how many.
    """

    def __init__(self, lab: Lab, test: str, most: int = TRIALS) -> None:
        self._lab, self._test, self._left = lab, test, most
        self._known: dict[tuple[str, ...], bool] = {}

    def fails(self, before: Sequence[str]) -> bool:
        """Whether the test fails after these, in this order.

        Raises:
            OutOfTime: it was not tried.
        """
        key = tuple(before)
        if key not in self._known:
            if self._left <= 0 or self._lab.left <= 0:
                raise OutOfTime
            self._left -= 1
            ended = self._lab.given([*before, self._test]).ended.get(self._test)
            if ended is None and self._lab.left <= 0:
                raise OutOfTime
            self._known[key] = ended is not None and ended.is_bad
        return self._known[key]


def explain(
    lab: Lab, suspect: Suspect, leakers: Sequence[str], culprits: Iterable[str]
) -> Instability | None:
    """Find out what a failure depends on.

    Args:
        lab: where tests run; what is found when its time is over is returned.
        suspect: the test and the runs in which it failed.
        leakers: tests that were seen to leave something behind.
        culprits: tests that other failures came from, tried first.

    Returns:
        kind order (after another test), alone (without another one) or repeat (now and then); None where the failure
        comes from looking for what is left behind, since it is never seen without.
    """
    trials = Trials(lab, suspect.name, FEW if suspect.ended.message == HUNG else TRIALS)
    told = Instability("order", suspect.name, suspect.ended.message, seeds=suspect.seeds)
    first = [one for one in culprits if one in suspect.before]
    first += [one for one in reversed(suspect.before) if one in leakers and one not in first][:LEAKERS]
    try:
        if trials.fails(()):
            ended = lab.plainly([suspect.name]).ended.get(suspect.name)
            if ended is None or not ended.is_bad:
                return told._replace(kind="repeat", message=f"{told.message} (it passes and fails alone)")
            return by_itself(lab, suspect.name, ended.message)
        for one in first:
            if trials.fails([one]):
                return _after(lab, told, [one])
        if not trials.fails(suspect.before):
            return _now_and_then(lab, suspect, told)
        return _after(lab, told, smallest(suspect.before, trials.fails))
    except OutOfTime:
        return told._replace(message=f"{told.message} (the time did not reach to see after which test)")


def by_itself(lab: Lab, name: str, message: str) -> Instability:
    """What is told of a test that fails when it runs alone: also after which it passes."""
    told = Instability("alone", name, message, command=lab.command([name]))
    trials, others = Trials(lab, name, TRIALS // 2), lab.before(name)
    try:
        if others and not trials.fails(others):
            needed = smallest(others, lambda some: not trials.fails(some))
            if len(needed) == 1:
                told = told._replace(message=f"{message} (it passes after {needed[0]})")
    except OutOfTime:
        pass
    return told


def _now_and_then(lab: Lab, suspect: Suspect, told: Instability) -> Instability | None:
    """It passed in the same order: because nothing was looked for this time, or because it depends on chance."""
    run = suspect.runs[0]
    again = lab.in_order(run.kind, run.seed).ended.get(suspect.name)
    if again is not None and again.is_bad:
        return None
    return told._replace(kind="repeat", message=f"{told.message} (and passes when the same order runs again)")


def _after(lab: Lab, told: Instability, before: Sequence[str]) -> Instability:
    """A failure that shows after some tests, with the command if a plain run of it fails as well."""
    ended = lab.plainly([*before, told.test]).ended.get(told.test)
    shown = ended is not None and ended.is_bad
    message = told.message if ended is None or not shown else ended.message
    if len(before) > 1:
        message = f"{message} (after {len(before)} tests together)"
    command = lab.command([*before, told.test]) if shown and len(before) < 10 else ""
    return told._replace(message=message, after=before[-1], command=command)


def smallest(names: Sequence[str], shows: Callable[[Sequence[str]], bool]) -> list[str]:
    """Delta debugging: fewer names that still show it; as few as were found when time ran out.

    Args:
        names: names that show it together, in their order.
        shows: tries some of them; raises OutOfTime where it cannot.
    """
    found, parts = [*names], 2
    try:
        while len(found) > 1:
            size = -(-len(found) // parts)
            chunks = [found[start : start + size] for start in range(0, len(found), size)]
            rests = (
                [[one for one in found if one not in chunk] for chunk in chunks] if len(chunks) > 2 else []
            )
            less = next((one for one in (*reversed(chunks), *rests) if shows(one)), None)
            if less is not None:
                found, parts = less, 2 if len(less) <= size else max(parts - 1, 2)
            elif parts >= len(found):
                break
            else:
                parts = min(len(found), 2 * parts)
    except OutOfTime:
        pass
    return found
