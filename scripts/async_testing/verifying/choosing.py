"""Which mutants come first where the time does not suffice for all of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from async_testing.verifying.model import Judged, Mutant

BUDGET = 90.0
"""Seconds where nobody watches: shells of agents stop a command at about 120."""


class Planted(Protocol):
    """What the order depends on; the mutants of ``model`` and of ``making`` have it."""

    @property
    def operator(self) -> str: ...  # noqa: D102

    @property
    def path(self) -> str: ...  # noqa: D102

    @property
    def line(self) -> int: ...  # noqa: D102

    @property
    def fingerprint(self) -> str: ...  # noqa: D102


T = TypeVar("T", bound=Planted)


def budget_of(given: float | None, *, watched: bool) -> float | None:
    """The seconds that judging may take; None for as long as it needs.

    Args:
        given: what the user said; 0 for no bound.
        watched: whether a terminal is attached.
    """
    if given is None:
        return None if watched else BUDGET
    return given or None


def order(planted: Iterable[T], changed: Mapping[str, frozenset[int]] | None = None) -> list[T]:
    """The mutants in the order to judge them in, the same for the same mutants in any order.

    First those on changed lines, then the others. In each part every line has its turn before any has a second one;
    within a turn lines of all functions are mixed, so that a part tells of the whole; and the operator of a line that
    was chosen least so far is taken, so that bugs of all kinds come early.

    Args:
        planted: the mutants.
        changed: by path, the lines that were changed; see ``since.changed_lines``.
    """
    all_of_them = sorted(planted, key=lambda each: each.fingerprint)
    first = on_lines(all_of_them, changed or {})
    chosen = {one.fingerprint for one in first}
    return [*_by_turns(first), *_by_turns([one for one in all_of_them if one.fingerprint not in chosen])]


def on_lines(planted: Iterable[T], changed: Mapping[str, frozenset[int]]) -> list[T]:
    """The mutants that touch a changed line, in their order.

    Args:
        planted: the mutants; one that spans several lines counts with each of them.
        changed: by path, the lines that were changed.
    """
    none: frozenset[int] = frozenset()
    return [one for one in planted if not changed.get(one.path, none).isdisjoint(_span(one))]


def unreached(
    planted: Iterable[Mutant], judged: Iterable[Judged], seconds: float, *, is_kept: bool = True
) -> tuple[Judged, ...]:
    """Those that were planted and not judged, each as unassessed with the reason.

    Args:
        planted: all of them.
        judged: those with a verdict, from this run or from the cache.
        seconds: the budget.
        is_kept: whether a cache keeps what was judged.
    """
    known = {one.mutant.fingerprint for one in judged}
    more = (
        "the next run goes on from here"
        if is_kept
        else "without --no-cache the next run would go on from here"
    )
    reason = f"not reached in {seconds:g} s; {more}"
    return tuple(
        [Judged(one, "unassessed", reason=reason) for one in planted if one.fingerprint not in known]
    )


def _span(one: Planted) -> range:
    end = getattr(one, "end_line", 0) or one.line + getattr(one, "before", "").count("\n")
    return range(one.line, end + 1)


def _by_turns(planted: Sequence[T]) -> list[T]:
    by_line: dict[tuple[str, int], list[T]] = {}
    for one in planted:
        by_line.setdefault((one.path, one.line), []).append(one)
    mixed = sorted(by_line.items(), key=lambda item: hashlib.sha256(repr(item[0]).encode()).digest())
    waiting = [those for _, those in mixed]
    used: Counter[str] = Counter()
    chosen: list[T] = []
    while waiting:
        for those in waiting:
            one = min(those, key=lambda each: (used[each.operator], each.fingerprint))
            those.remove(one)
            used[one.operator] += 1
            chosen.append(one)
        waiting = [those for those in waiting if those]
    return chosen
