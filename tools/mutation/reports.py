"""What a run found, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from async_testing.mutants.making import Mutant

from mutation.running import Verdict


@dataclass(frozen=True)
class Result:
    """One mutant or rewrite with its verdict; `reason` says why it is listed as equivalent."""

    mutant: Mutant
    verdict: Verdict
    reason: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the suite was not green."""
        return self.verdict.state != "survived"

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain data, without the whole file."""
        mutant = {name: value for name, value in vars(self.mutant).items() if name != "text"}
        verdict = {name: value for name, value in vars(self.verdict).items() if name != "output"}
        return {
            **mutant,
            **verdict,
            "seconds": round(self.verdict.seconds, 2),
            "equivalent": self.reason or None,
        }


@dataclass(frozen=True)
class Score:
    """How many mutants the suite noticed, of those that are not listed as equivalent."""

    results: tuple[Result, ...]

    @property
    def counted(self) -> list[Result]:
        """The results that are not listed as equivalent."""
        return [result for result in self.results if not result.reason]

    @property
    def noticed(self) -> int:
        """How many of the counted ones were noticed."""
        return sum(result.noticed for result in self.counted)

    @property
    def percent(self) -> float:
        """The share noticed of the counted ones."""
        return 100 * self.noticed / len(self.counted) if self.counted else 0.0

    @property
    def raw_percent(self) -> float:
        """The share noticed of all, with those listed as equivalent."""
        return 100 * sum(result.noticed for result in self.results) / len(self.results)

    @property
    def survivors(self) -> list[Result]:
        """What should have been noticed and was not."""
        return [result for result in self.counted if not result.noticed]

    @property
    def wrongly_listed(self) -> list[Result]:
        """What is listed as equivalent and was noticed."""
        return [result for result in self.results if result.reason and result.noticed]


def table(score: Score, *, rewrites: bool = False) -> str:
    """Return one line for each operator: how many were noticed and missed, and the share that is as it should be."""
    counts: dict[str, Counter[str]] = {}
    for result in score.counted:
        counter = counts.setdefault(result.mutant.operator, Counter())
        counter["noticed" if result.noticed else "missed"] += 1
        counter["timeout"] += result.verdict.state == "timeout"
    width = max(map(len, [*counts, "operator"]))
    noticed, missed = ("red", "green") if rewrites else ("killed", "survived")
    lines = [f"{'operator':{width}}  {noticed:>8}  {missed:>8}  timeouts  share"]
    for name in sorted(counts):
        hit, miss, late = (counts[name][state] for state in ("noticed", "missed", "timeout"))
        share = 100 * (miss if rewrites else hit) / (hit + miss)
        lines.append(f"{name:{width}}  {hit:>8}  {miss:>8}  {late:>8}  {share:4.0f}%")
    return "\n".join(lines)


def listing(results: Sequence[Result]) -> str:
    """Return each result with its place, fingerprint and difference."""
    return "\n".join(
        f"{place(result.mutant)}{f'  noticed by {result.verdict.by}' if result.verdict.by else ''}\n"
        f"{result.mutant.diff}\n"
        for result in results
    )


def place(mutant: Mutant) -> str:
    """Return where a mutant is and what it is called."""
    return f"{mutant.path}:{mutant.line} {mutant.operator} {mutant.fingerprint}"
