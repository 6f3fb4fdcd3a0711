"""Are the tests steady: the same in any order, alone and again, and is nothing left behind?"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from async_testing.verifying.launching import Target
from async_testing.verifying.model import Instability, Outcome, Test
from async_testing.verifying.narrowing import Suspect, by_itself, explain
from async_testing.verifying.trials import Lab, Order, Run

REPEAT = 3
EXPLAINED = 8
"""Tests whose failure is narrowed down at most; of the others it is told that they failed."""
LEAST, PATIENT = 120.0, 10.0
"""Seconds, and times the clean run, that narrowing down and each test alone may take where there is no budget."""
ARTEFACTS = 5
"""Failures in forks that processes do not confirm, after which no fork is trusted."""
KINDS = ("order", "alone", "repeat", "warning", "leak")
Progress = Callable[[str], None]


def steady(
    target: Target,
    tests: Sequence[Test],
    repeat: int = REPEAT,
    seeds: Sequence[int] = (),
    budget: float | None = None,
    progress: Progress | None = None,
    limit: float = 0.0,
    known: Iterable[str] | None = None,
) -> tuple[Outcome, tuple[Instability, ...]]:
    """Run the tests in random orders, in reverse, and each alone; find out what a difference depends on.

    Args:
        target: the project, its interpreter, and what pytest is asked to run.
        tests: the tests of the clean run, with what became of them.
        repeat: how many random orders; all but the last shuffle modules, classes in them and tests in those, the last
            one shuffles the tests wherever they lie.
        seeds: of the random orders; 1, 2, ... where there are fewer.
        budget: seconds for all of it, None for as long as it takes.
        progress: is told what begins.
        limit: seconds that a test may take; 0 for ten times what the slowest took.
        known: the files of the project (``inside.folders.paths``) before the clean run, which may have made more.

    Returns:
        The outcome (passed needs every order; each test alone may be a sample, whose size is said) and what was found,
        order dependences first.

    Raises:
        UsageError: the interpreter cannot be started.
    """
    started = time.monotonic()
    lab = Lab(target, tests, limit, math.inf if budget is None else started + budget, known)
    study = _Study(lab, tests, progress or (lambda text: None))
    numbers = [*seeds, *(one for one in range(1, repeat + len(seeds) + 1) if one not in seeds)][:repeat]
    study.orders(numbers)
    study.explain()
    study.alone()
    found = tuple(sorted(study.found, key=lambda one: (KINDS.index(one.kind), one.test)))
    return study.outcome(found, time.monotonic() - started), found


class _Study:
    """What is gathered on the way."""

    def __init__(self, lab: Lab, tests: Sequence[Test], progress: Progress) -> None:
        self._lab, self._progress = lab, progress
        self._good = [one.name for one in tests if one.outcome not in ("failed", "error")]
        self._bad = len(tests) - len(self._good)
        self._runs: list[Run] = []
        self._wanted = 0
        self._trouble = ""
        self._singly = 0
        self._sampled = ""
        self._is_cut = False
        self._notes: list[str] = []
        self.found: list[Instability] = []

    def orders(self, seeds: Sequence[int]) -> None:
        """Run every order that there is time for, and gather what was left behind."""
        plan: list[tuple[Order, int]] = [("blocks", one) for one in seeds[:-1]]
        plan.insert(1, ("reverse", 0))
        plan += [("full", one) for one in seeds[-1:]]
        self._wanted = len(plan)
        expected = 0.0
        for place, (kind, seed) in enumerate(plan):
            if self._lab.left < expected:
                self._trouble = f"the budget reached {place} of {len(plan)} orders"
                self._is_cut = True
                break
            self._progress(f"order {place + 1} of {len(plan)}: {_named(kind, seed)}")
            run = self._lab.in_order(kind, seed)
            if run.trouble:
                self._trouble = run.trouble
                break
            self._runs.append(run)
            expected = run.finished.seconds
        broken = {(one["what"], one["message"]) for run in self._runs for one in run.told("unwatched")}
        self._notes += [f"{what} could not be looked at: {why[:100]}" for what, why in sorted(broken)]
        good = {*self._good}
        found = (*_warnings(self._runs, self._lab), *_leaks(self._runs))
        self.found += (one for one in found if one.test in good)

    def _suspects(self) -> Iterator[Suspect]:
        warned = {one.test for one in self.found if one.kind == "warning"}
        for name in self._good:
            runs = tuple(run for run in self._runs if name in run.ended and run.ended[name].is_bad)
            if runs and not (name in warned and _is_warning(runs[0].ended[name].message)):
                yield Suspect(name, runs)

    def explain(self) -> None:
        """Narrow the failures down."""
        leakers = list(dict.fromkeys(one.test for one in self.found if one.kind == "leak"))
        culprits: list[str] = []
        over = self._lab.over
        self._lab.over = min(over, time.monotonic() + max(LEAST, PATIENT * self._lab.seconds))
        for place, suspect in enumerate(self._suspects()):
            if place >= EXPLAINED:
                message = f"{suspect.ended.message} (not narrowed down, as others were)"
                self.found.append(Instability("order", suspect.name, message, seeds=suspect.seeds))
                continue
            self._progress(f"what {suspect.name} depends on")
            told = explain(self._lab, suspect, leakers, culprits)
            if told is None:
                self._notes.append(f"{suspect.name} fails while it is looked at and is not judged")
            else:
                self.found.append(told)
                culprits += [told.after] if told.after else []
        self._lab.over = over

    def alone(self) -> None:
        """Run each test alone, as far as the budget reaches: one of each module first."""
        explained = {one.test for one in self.found if one.kind in ("order", "alone", "repeat")}
        names = [*_spread(one for one in self._good if one not in explained)]
        if not names or self._lab.left <= 0 or not self._runs:
            self._sampled = "no test alone: the budget was over" if self._runs and names else ""
            self._is_cut |= bool(self._sampled)
            return
        self._progress(f"{len(names)} tests, each alone")
        over = time.monotonic() + min(self._lab.left * 0.8, max(LEAST, PATIENT * self._lab.seconds))
        run = self._lab.singly(names, over - time.monotonic())
        self._singly = len(run.ended)
        bad = [name for name, ended in run.ended.items() if ended.is_bad]
        why = next((one["message"] for one in run.told("unfit")), "") or self._confirmed(bad)
        if why or not run.ended:
            self._in_processes(names, over)
        if self._singly < len(names):
            self._is_cut |= math.isfinite(self._lab.over)
            self._sampled = f"{self._singly} of {len(names)} tests alone"
            self._sampled += f", in processes since {why}" if why else ", as far as the time reached"

    def _confirmed(self, bad: Sequence[str]) -> str:
        """Tell of tests that fail in a process as well; returns why forks are not trusted, if they are not."""
        artefacts = 0
        for place, name in enumerate(bad):
            if self._lab.left <= 0:
                self._notes.append(f"{len(bad) - place} that failed in forks were not looked at again")
                break
            if self._is_bad_alone(name):
                artefacts = -len(bad)
            else:
                artefacts += 1
            if artefacts >= ARTEFACTS:
                return "tests that fail in forks pass in them"
        return ""

    def _is_bad_alone(self, name: str) -> bool:
        ended = self._lab.plainly([name]).ended.get(name)
        if ended is None or not ended.is_bad:
            return False
        known = sum(one.kind == "alone" for one in self.found)
        told = Instability("alone", name, ended.message, command=self._lab.command([name]))
        self.found.append(by_itself(self._lab, name, ended.message) if known < EXPLAINED else told)
        return True

    def _in_processes(self, names: Sequence[str], over: float) -> None:
        """Where forks cannot be trusted: a process for each."""
        self._singly = 0
        for name in names:
            if time.monotonic() > min(over, self._lab.over):
                break
            self._is_bad_alone(name)
            self._singly += 1

    def outcome(self, found: Sequence[Instability], seconds: float) -> Outcome:
        """The answer, with what it rests on."""
        seeds = ", ".join(str(one.seed) for one in self._runs if one.kind in ("blocks", "full"))
        parts = [
            f"{len(self._good)} tests in {len(self._runs)} of {self._wanted} orders (seeds {seeds or 'none'})"
        ]
        if any(one.kind == "reverse" for one in self._runs):
            parts[0] = parts[0].replace(" orders", " orders, one in reverse")
        parts.append(self._sampled or f"{self._singly} alone")
        if self._bad:
            parts.append(f"{self._bad} left out since they fail anyway")
        parts += [*self._notes, *([self._trouble] if self._trouble else [])]
        if found:
            return Outcome(
                "steady", "failed", f"{_counted(found)}; {'; '.join(parts)}", seconds, self._is_cut
            )
        if self._trouble or not self._runs or not self._good:
            return Outcome("steady", "unassessed", "; ".join(parts), seconds)
        return Outcome("steady", "passed", f"{'; '.join(parts)}; nothing left behind", seconds, self._is_cut)


def _named(kind: Order, seed: int) -> str:
    return (
        "reverse"
        if kind == "reverse"
        else f"{'shuffled' if kind == 'full' else 'shuffled by module'}, seed {seed}"
    )


def _counted(found: Sequence[Instability]) -> str:
    words = {
        "order": ("depends", "depend", "on the order"),
        "alone": ("fails", "fail", "alone"),
        "repeat": ("differs", "differ", "from run to run"),
        "warning": ("warns", "warn", "of something unclosed, unawaited or unraisable"),
        "leak": ("leaves", "leave", "something behind"),
    }
    tests = {kind: {one.test for one in found if one.kind == kind} for kind in KINDS}
    said = ((len(names), *words[kind]) for kind, names in tests.items() if names)
    return ", ".join(f"{count} {one if count == 1 else more} {rest}" for count, one, more, rest in said)


def _is_warning(message: str) -> bool:
    return "Warning" in message


def _leaks(runs: Iterable[Run]) -> list[Instability]:
    """What was left behind; what the first test sets up for all only where more than one test of a run left it."""
    found: dict[tuple[str, str], Instability] = {}
    seeds: dict[tuple[str, str], set[int]] = defaultdict(set)
    for run in runs:
        leavers: dict[str, set[str]] = defaultdict(set)
        for one in run.told("left"):
            leavers[one["what"]].add(one["name"])
        for one in run.told("left"):
            if one["once"] and len(leavers[one["what"]]) < 2:
                continue
            key = one["name"], one["what"]
            seeds[key].add(run.seed)
            found.setdefault(key, Instability("leak", one["name"], one["message"]))
    return [one._replace(seeds=tuple(sorted(seeds[key] - {0}))) for key, one in found.items()]


def _warnings(runs: Iterable[Run], lab: Lab) -> list[Instability]:
    found: dict[tuple[str, str], Instability] = {}
    for run in runs:
        for one in run.told("warned"):
            during = f" (in {one['during']})" if one["during"] else ""
            message = f"{one['message']}{during}"
            command = lab.command([one["name"]], "-W", "error")
            key = one["name"], f"{one['about']}{during}"
            found.setdefault(key, Instability("warning", one["name"], message, command=command))
    return [*found.values()]


def _spread(names: Iterable[str]) -> Iterator[str]:
    """The first test of each module, then the second of each, and so on."""
    modules: dict[str, list[str]] = defaultdict(list)
    for name in names:
        modules[name.partition("::")[0]].append(name)
    for place in range(max(map(len, modules.values()), default=0)):
        yield from (each[place] for each in modules.values() if place < len(each))
