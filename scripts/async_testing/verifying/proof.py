"""The whole: one clean run, then what was asked of steadiness, completeness and bugs, in the time there is."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from async_testing.inside.folders import paths
from async_testing.verifying import complete, green
from async_testing.verifying.cache import Cache
from async_testing.verifying.clean import Clean, clean_run
from async_testing.verifying.databases import FIXTURE, served
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Gap, Judged, Mutant, Outcome, Report, Statement
from async_testing.verifying.planned import cases_of
from async_testing.verifying.planting import Bugs, Shard
from async_testing.verifying.shards import code_of
from async_testing.verifying.since import changed_lines
from async_testing.verifying.state import State, state_of

RECORD = "ASYNC_TESTING_RECORD"
CLEAN, MUTANTS, STEADY = 0.6, 0.65, 0.95
"""The parts of the time left that the clean run, then the mutants, then the runs in other orders may take."""

Replay = Callable[[Path], tuple[Outcome | None, tuple[Statement, ...], tuple[str, ...]]]
"""What a server says of a record: nothing where there is none to ask, or nothing in the record; and notes."""


class Progress(Protocol):
    """Is told how far it is."""

    def stage(self, text: str) -> None: ...  # noqa: D102

    def step(self, done: int, total: int) -> None: ...  # noqa: D102


class Wishes(NamedTuple):
    """What was asked."""

    modules: tuple[str, ...]
    checks: tuple[str, ...]
    """Of steady, complete, mutants and replay."""
    repeat: int
    seed: int
    operators: tuple[str, ...]
    """Patterns of names; all where there is none."""
    jobs: int
    spawn: bool
    shard: Shard | None
    since: str
    budget: float | None
    timeout: float
    is_cached: bool
    ignored: tuple[Path, ...]
    """Files in the project that do not matter, such as the report."""
    replay: Replay | None
    """None where no schema is known."""
    tables: str = ""
    """A digest of the schema."""

    @property
    def question(self) -> list[str]:
        """What an answer depends on besides the project."""
        fields = self._replace(jobs=0, ignored=(), replay=None, is_cached=True, budget=None, timeout=0.0)
        return [repr(fields), str(self.replay is not None)]


def prove(target: Target, wishes: Wishes, progress: Progress) -> Report:
    """Run the tests and judge them.

    Raises:
        UsageError: the interpreter cannot be started, a module cannot be read, or git does not know the commit.
    """
    return _Proof(target, wishes, progress).report()


class _Proof:
    def __init__(self, target: Target, wishes: Wishes, progress: Progress) -> None:
        self._target, self._wishes, self._progress = target, wishes, progress
        self._started = time.monotonic()
        self._deadline = None if wishes.budget is None else self._started + wishes.budget
        self._notes: list[str] = []
        self._statements: tuple[Statement, ...] = ()
        self._files: list[str] = []
        self._sources = {one: (target.root / one).read_text(encoding="utf-8") for one in wishes.modules}

    @property
    def _left(self) -> float:
        return math.inf if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)

    def report(self) -> Report:
        """Answer from the cache, or by running."""
        wishes, target = self._wishes, self._target
        changed = changed_lines(target.root, wishes.since) if wishes.since else None
        question = [*wishes.question, repr(sorted((changed or {}).items()))]
        cache, state = None, None
        if wishes.is_cached:
            cache = Cache(target.root, target.interpreter, target.arguments)
            state = self._state()
            known = cache.report(state, question) if state else None
            if known is not None:
                seconds = time.monotonic() - self._started
                note = "nothing has changed since this was judged: answered from the cache"
                return known._replace(seconds=seconds, notes=(*known.notes, note))
        report = self._run(changed, cache, state)
        now = self._state() if cache and state else None
        if cache and state and now and now.everything == state.everything and report.tests:
            self._keep(cache, state, report)
            cache.store(state, question, report)
        return report

    def _keep(self, cache: Cache, state: State, report: Report) -> None:
        """What was found besides mutants holds for the next run, in which some of those are left to be judged."""
        bare = report._replace(mutants=(), elsewhere=(), coverage=(), gaps=(), notes=())
        for one in report.outcomes:
            if one.check in ("steady", "replayed") and one.state != "unassessed":
                part = self._part(one.check, self._wishes.budget if one.is_cut else None)
                kept = bare._replace(outcomes=(one._replace(is_cut=False),))
                cache.store(state, part, kept)

    def _part(self, check: str, budget: float | None) -> list[str]:
        """The question of one part; what a budget has cut answers no other budget."""
        wishes = self._wishes
        asked = [wishes.tables] if check == "replayed" else [str(wishes.repeat), str(wishes.seed)]
        return [check, *asked, *([str(budget)] if budget is not None else [])]

    def _kept(self, check: str, cache: Cache | None, state: State | None) -> Report | None:
        if cache is None or state is None:
            return None
        whole = cache.report(state, self._part(check, None))
        if whole is not None or self._wishes.budget is None:
            return whole
        cut = cache.report(state, self._part(check, self._wishes.budget))
        return cut and cut._replace(outcomes=tuple([one._replace(is_cut=True) for one in cut.outcomes]))

    def _state(self) -> State | None:
        target = self._target
        return state_of(
            target.root, target.interpreter, target.arguments, target.environment, self._wishes.ignored
        )

    def _run(self, changed: Any, cache: Cache | None, state: State | None) -> Report:
        self._files = paths(str(self._target.root))
        with self._recorded() as record:
            clean = self._clean(record)
            outcomes = [self._green(clean)]
            report = self._begun(clean)
            if not green.is_usable(clean):
                outcomes += [Outcome(one, "unassessed", "the tests did not run") for one in self._asked()]
                return self._ended(report, outcomes)
            if "complete" in self._wishes.checks:
                outcome, report = self._complete(clean, report, changed)
                outcomes.append(outcome)
            replayed = self._replayed(record, cache, state)
        with self._with_server(clean):
            if "mutants" in self._wishes.checks:
                outcome, report = self._noticed(clean, report, changed, cache, state)
                outcomes.append(outcome)
            if "steady" in self._wishes.checks:
                outcome, report = self._steady(clean, report, cache, state)
                outcomes.insert(1, outcome)
        outcomes += [replayed] if replayed else []
        return self._ended(report, outcomes)

    def _green(self, clean: Clean) -> Outcome:
        outcome = green.outcome(clean)
        if clean.is_cut and clean.seconds < self._wishes.timeout:
            evidence = f"{outcome.evidence}, {CLEAN:.0%} of what the budget left: give a larger one"
            return outcome._replace(state="unassessed", evidence=evidence)
        return outcome

    def _asked(self) -> Iterator[Any]:
        names = {"steady": "steady", "complete": "complete", "mutants": "noticed"}
        return (names[one] for one in self._wishes.checks if one in names)

    @contextmanager
    def _recorded(self) -> Iterator[Path | None]:
        if self._wishes.replay is None or "replay" not in self._wishes.checks:
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="verify-") as folder:
            yield Path(folder, "record.jsonl")

    def _clean(self, record: Path | None) -> Clean:
        self._progress.stage("the tests as they are")
        ended, total = 0, 0

        def watch(event: dict[str, Any]) -> None:
            nonlocal ended, total
            if event["event"] == "collected":
                total = len(event["tests"])
            elif event["event"] == "ends":
                ended += 1
                self._progress.step(ended, total)

        target = self._target
        if record:
            target = target._replace(environment=(*target.environment, (RECORD, str(record))))
        timeout = min(self._wishes.timeout, max(self._left * CLEAN, 1.0))
        return clean_run(target, self._wishes.modules, timeout, watch)

    def _complete(self, clean: Clean, report: Report, changed: Any) -> tuple[Outcome, Report]:
        planned = {one: cases_of(self._target.root, one) for one in self._wishes.modules}
        figures, gaps = complete.judge(clean, self._sources, planned)
        if changed is not None:
            gaps = tuple(one for one in gaps if _touches(one, changed.get(one.path, ())))
        outcome = complete.outcome(clean, figures, gaps, only_changed=changed is not None)
        return outcome, report._replace(coverage=figures, gaps=gaps)

    def _replayed(self, record: Path | None, cache: Cache | None, state: State | None) -> Outcome | None:
        if record is None or self._wishes.replay is None or not record.is_file():
            return None
        known = self._kept("replayed", cache, state)
        if known is not None:
            self._statements = known.statements
            return known.outcomes[0]
        if self._left < 10:
            self._notes.append("replay: no time was left")
            return None
        self._progress.stage("what the fakes recorded, on a real server")
        started = time.monotonic()
        outcome, self._statements, notes = self._wishes.replay(record)
        self._notes += notes
        return outcome._replace(seconds=time.monotonic() - started) if outcome else None

    @contextmanager
    def _with_server(self, clean: Clean) -> Iterator[None]:
        """One database server for all runs from here on, where the tests would each start one of their own."""
        if FIXTURE not in clean.fixtures or not {"steady", "mutants"} & set(self._wishes.checks):
            yield
            return
        with served(self._target) as target:
            self._target = target
            yield

    def _noticed(
        self, clean: Clean, report: Report, changed: Any, cache: Cache | None, state: State | None
    ) -> tuple[Outcome, Report]:
        deadline = self._deadline
        if deadline is not None and "steady" in self._wishes.checks:
            deadline = time.monotonic() + self._left * MUTANTS
        bugs = Bugs(self._target, clean, self._wishes, deadline, self._progress)

        def keep(judged: Sequence[Judged]) -> bool:
            now = self._state() if cache and state else None
            if cache is None or state is None or now is None or now.everything != state.everything:
                return False
            cache.keep(state, report._replace(mutants=tuple(judged)))
            return True

        outcome, judged, elsewhere = bugs.judged(changed, cache, state, keep)
        return outcome, report._replace(mutants=judged, elsewhere=elsewhere)

    def _steady(
        self, clean: Clean, report: Report, cache: Cache | None, state: State | None
    ) -> tuple[Outcome, Report]:
        from async_testing.verifying.steady import steady

        wishes = self._wishes
        known = self._kept("steady", cache, state)
        if known is not None:
            return known.outcomes[0], report._replace(instabilities=known.instabilities, seeds=known.seeds)
        budget = None if self._deadline is None else self._left * STEADY
        seeds = tuple(range(wishes.seed, wishes.seed + wishes.repeat))
        outcome, found = steady(
            self._target,
            clean.tests,
            wishes.repeat,
            seeds,
            budget,
            self._progress.stage,
            known=self._files,
        )
        return outcome, report._replace(instabilities=found, seeds=seeds)

    def _begun(self, clean: Clean) -> Report:
        target, wishes = self._target, self._wishes
        return Report(
            str(target.root),
            target.interpreter,
            clean.python,
            clean.pytest,
            wishes.modules,
            target.arguments,
            (),
            clean.tests,
            shard="/".join(map(str, wishes.shard)) if wishes.shard else "",
            code=code_of(self._sources),
        )

    def _ended(self, report: Report, outcomes: Sequence[Outcome]) -> Report:
        seconds = time.monotonic() - self._started
        return report._replace(
            outcomes=tuple(outcomes),
            seconds=seconds,
            notes=tuple(self._notes),
            statements=self._statements,
        )


def _touches(gap: Gap | Mutant, lines: Any) -> bool:
    return not set(lines).isdisjoint(range(gap.line, gap.end_line + 1))
