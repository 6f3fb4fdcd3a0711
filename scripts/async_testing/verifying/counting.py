"""What became of the mutants, as figures and as an outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, get_args

from async_testing.verifying.model import Judged, Outcome, State, Verdict


class Counts(NamedTuple):
    """How many mutants met which verdict, in the order of the verdicts of the model."""

    killed: int = 0
    timeout: int = 0
    survived: int = 0
    untested: int = 0
    equivalent: int = 0
    unassessed: int = 0

    @property
    def noticed(self) -> int:
        """Those that a test failed on, or that made the tests hang."""
        return self.killed + self.timeout

    @property
    def judged(self) -> int:
        """Those that could have been noticed and were tried: equivalents and unassessed ones do not count."""
        return self.noticed + self.survived + self.untested

    @property
    def share(self) -> str:
        """The noticed ones of the judged ones in per cent; never rounded up to 100."""
        if not self.judged:
            return "none"
        share = 100 * self.noticed / self.judged
        return f"{share:.0f} %" if self.noticed == self.judged else f"{min(share, 99.9):.1f} %"


def count(mutants: Iterable[Judged]) -> Counts:
    """Count the verdicts."""
    got = Counter(one.verdict for one in mutants)
    return Counts(*[got[name] for name in get_args(Verdict)])


def outcome(mutants: Iterable[Judged], seconds: float = 0.0) -> Outcome:
    """The answer to whether the tests would notice a bug.

    Failed where a mutant survived or is run by no test; unassessed where one could not be judged or there was none.
    """
    got = count(mutants)
    if not got.judged and not got.unassessed:
        return Outcome("noticed", "unassessed", "no bug could be planted in the module", seconds)
    if not got.judged:
        text = f"none of {got.unassessed} mutants could be judged, see the reason of each"
        return Outcome("noticed", "unassessed", text, seconds)
    said = [f"{got.noticed} of {got.judged} mutants noticed ({got.share})"]
    said += [f"{number} {what}" for number, what in _rest(got) if number]
    state: State = "passed"
    if got.survived or got.untested:
        state = "failed"
    elif got.unassessed:
        state = "unassessed"
    return Outcome("noticed", state, ", ".join(said), seconds)


def _rest(got: Counts) -> list[tuple[int, str]]:
    return [
        (got.survived, "survived"),
        (got.untested, "on lines that no test runs"),
        (got.timeout, "noticed by a hang"),
        (got.unassessed, f"of {sum(got)} planted not judged"),
        (got.equivalent, "change nothing"),
    ]
