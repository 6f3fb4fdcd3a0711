"""Which bugs are planted, in which order, and what is known of them from earlier runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Protocol

from async_testing.finding import UsageError
from async_testing.mutants import operators, registry
from async_testing.mutants.making import Mutant as Planted
from async_testing.mutants.making import mutants, read_sources
from async_testing.mutants.registry import Operator
from async_testing.verifying import counting, model
from async_testing.verifying.cache import Cache
from async_testing.verifying.choosing import on_lines, order, unreached
from async_testing.verifying.clean import Clean
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged, Outcome
from async_testing.verifying.noticing import Options, judge
from async_testing.verifying.shards import part
from async_testing.verifying.since import changed_lines
from async_testing.verifying.state import State
from async_testing.verifying.steps import as_model

Shard = tuple[int, int]
Keep = Callable[[Sequence[Judged]], bool]
"""Keeps verdicts for the next run; returns whether it could."""
RESERVE = 3.0
"""Seconds of the budget that are left for the report."""
KEPT_EACH = 10.0
"""Seconds after which what was judged is kept, for a run that does not come to its end."""


class _Wishes(Protocol):
    @property
    def modules(self) -> tuple[str, ...]: ...
    @property
    def operators(self) -> tuple[str, ...]: ...
    @property
    def jobs(self) -> int: ...
    @property
    def spawn(self) -> bool: ...
    @property
    def shard(self) -> Shard | None: ...
    @property
    def budget(self) -> float | None: ...


class _Progress(Protocol):
    def stage(self, text: str) -> None: ...
    def step(self, done: int, total: int) -> None: ...


class Bugs:
    """The mutants of the modules, and what the tests say of them.

    Args:
        target: the project.
        clean: its clean run.
        wishes: what was asked.
        deadline: on time.monotonic(), None for none.
        progress: is told how far it is.
    """

    def __init__(
        self, target: Target, clean: Clean, wishes: _Wishes, deadline: float | None, progress: _Progress
    ) -> None:
        self._target, self._clean, self._wishes = target, clean, wishes
        self._deadline = None if deadline is None else deadline - RESERVE
        self._progress = progress

    def judged(
        self,
        changed: Mapping[str, frozenset[int]] | None,
        cache: Cache | None,
        state: State | None,
        keep: Keep,
    ) -> tuple[Outcome, tuple[Judged, ...], tuple[model.Mutant, ...]]:
        """The outcome, every mutant of this shard with its verdict, and those of the other shards.

        Args:
            changed: by path the lines to look at; None for all, of which those come first that are not committed.
            cache: what earlier runs found.
            state: the project as it is; None where nothing is to be taken from the cache.
            keep: is given now and then, and where the run is broken off, what this one has judged.
        """
        started = time.monotonic()
        self._progress.stage("bugs, one at a time")
        planted, elsewhere = self._planted(changed, cache)
        known = cache.known(state, self._clean.tests) if cache and state else {}
        found = [known[one.fingerprint] for one in planted if one.fingerprint in known]
        waiting = [one for one in planted if one.fingerprint not in known]
        first = changed if changed is not None else self._uncommitted()
        options = Options(jobs=self._wishes.jobs, force_spawn=self._wishes.spawn, deadline=self._deadline)
        why: list[str] = []
        if waiting and not self._is_over():
            turns = order(waiting, first)
            judging = judge(self._target, self._clean, turns, options, self._progress.step, why.append)
            found += kept_on_the_way(judging, keep)
        every = [as_model(one) for one in planted]
        found += unreached(every, found, self._wishes.budget or 0, is_kept=state is not None)
        ordered = sorted(found, key=lambda one: (one.mutant.path, one.mutant.line, one.mutant.fingerprint))
        outcome = self._outcome(ordered, changed, started)
        if self._deadline is not None and any(one.verdict == "unassessed" for one in ordered):
            outcome = outcome._replace(is_cut=True)
        if why:
            outcome = outcome._replace(
                evidence=f"{outcome.evidence}, in processes of their own since {why[0]}"
            )
        return outcome, tuple(ordered), tuple(map(as_model, elsewhere))

    def _planted(
        self, changed: Mapping[str, frozenset[int]] | None, cache: Cache | None
    ) -> tuple[list[Planted], list[Planted]]:
        sources = [one for path in self._wishes.modules for one in read_sources(self._target.root, path)]
        planted = mutants(sources, chosen(self._wishes.operators))
        if changed is not None:
            planted = on_lines(planted, changed)
        if self._wishes.shard is None:
            return planted, []
        lines = self._clean.lines
        tests = {one.fingerprint: len(lines.get(one.path, {}).get(one.line, ())) for one in planted}
        return part(planted, self._wishes.shard, cache.seconds() if cache else {}, tests)

    def _uncommitted(self) -> Mapping[str, frozenset[int]]:
        with suppress(UsageError):
            return changed_lines(self._target.root, "HEAD")
        return {}

    def _is_over(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _outcome(
        self, found: Sequence[Judged], changed: Mapping[str, frozenset[int]] | None, started: float
    ) -> Outcome:
        seconds = time.monotonic() - started
        if not found and changed is not None:
            return Outcome("noticed", "passed", "no changed line can hold a bug of a known kind", seconds)
        if not found and self._wishes.shard:
            return Outcome("noticed", "passed", "no mutant belongs to this shard", seconds)
        return counting.outcome(found, seconds)


def kept_on_the_way(judging: Iterator[Judged], keep: Keep) -> Iterator[Judged]:
    """Pass verdicts on, and keep them now and then, and where the run is interrupted.

    Raises:
        UsageError: it was interrupted, and something is kept.
    """
    done: list[Judged] = []
    last = time.monotonic()
    try:
        for one in judging:
            done.append(one)
            yield one
            if time.monotonic() - last > KEPT_EACH:
                keep(done)
                last = time.monotonic()
    except KeyboardInterrupt:
        if done and keep(done):
            told = f"interrupted: what was judged of {len(done)} bugs is kept, the same command goes on from there"
            raise UsageError(told) from None
        raise


def chosen(patterns: Sequence[str]) -> list[Operator]:
    """The operators of some names, all where there is no name.

    Raises:
        UsageError: a name is of none.
    """
    every = registry.load(operators)
    for pattern in patterns:
        if not any(fnmatchcase(one.name, pattern) for one in every):
            raise UsageError(f"--operators {pattern}: there is no such one; --list-operators tells them")
    if not patterns:
        return every
    return [one for one in every if any(fnmatchcase(one.name, pattern) for pattern in patterns)]


def processors() -> int:
    """How many processes can run at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
