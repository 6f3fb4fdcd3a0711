"""The steps from a mutant to its verdict.

A test that fails on a mutant proves nothing by itself: it may fail in a fork, on its own or after these other tests
whatever the code does. So each test that notices something for the first time in such a place is run there without a
mutant, and what it says counts only if it passes. What no fork can answer is asked in a process of its own.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Hashable, Sequence
from typing import Any, Literal

from async_testing.mutants.making import Mutant
from async_testing.verifying import model
from async_testing.verifying.asking import Ask, Asked
from async_testing.verifying.bounds import Options
from async_testing.verifying.clean import Clean
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged
from async_testing.verifying.selecting import Selection
from async_testing.verifying.spawning import Answer
from async_testing.verifying.workers import Forks

NOTICED = ("failed", "died", "timeout")
WARM = 3.0
"""Seconds that tests may take in the first fork."""
PRELOAD = 60
Kind = Literal["body", "import", "file", ""]


class Steps:
    """Knows the tests, and what has been found out about them so far.

    Args:
        target: the project and its interpreter.
        clean: the clean run.
        selection: which tests a mutant is sent to.
        bounds: how long they may take.
        forked: the forked pytest, if there is one.
        why: why there is none.
    """

    def __init__(
        self,
        target: Target,
        clean: Clean,
        selection: Selection,
        bounds: Options,
        forked: Forks | None,
        why: str,
    ) -> None:
        self._root = os.path.realpath(target.root)
        self._environment = dict(target.environment)
        self._picks_tests = any("::" in one for one in target.arguments)
        self._selection = selection
        self._bounds = bounds
        self._forked = forked
        self.why = why
        self._setup = bounds.factor * max(0.0, clean.seconds - sum(one.seconds for one in clean.tests)) + 30
        collected = forked.collected.tests if forked else selection.names
        self._number = {name: number for number, name in enumerate(collected)}
        self._file = dict(zip(collected, forked.collected.files, strict=True)) if forked else {}
        self._known = [one.name for one in clean.tests]
        self._trusted: dict[Hashable, bool] = {}
        self._is_preloaded = forked is None
        self._early = forked is not None
        self._unfit: set[str] = set()
        self._left = 0
        self._modules: list[str] = []
        self._compiled: dict[str, Any] = {}

    def warm_up(self, planted: Sequence[Mutant]) -> Asked[None]:
        """Run tests in a fork without a mutant, and have it import what they import besides; no forks if that fails."""
        self._left = len(planted)
        if self._forked is None:
            return
        yield self._preload("late", ())
        tests = [name for name in self._selection.sample(planted, WARM) if name in self._number]
        answer = yield from self._late(None, tests, all=True)
        if "failed" not in answer:
            self._forked, self.why = None, f"in a fork without a mutant: {answer.get('message')}"
            return
        self._unfit = {tests[place] for place in answer["failed"]}
        self._modules = [*self._forked.collected.modules, *answer["modules"]]
        self._compiled = {name: answer[name] for name in ("sources", "patterns")}
        yield self._preload("late", answer["modules"])

    def of(self, mutant: Mutant) -> Asked[Judged]:
        """Judge one mutant."""
        self._left -= 1
        began = Judged(as_model(mutant), "untested")
        covering = self._selection.of_lines(mutant)
        began = began._replace(covering=self._selection.places(covering))
        if not mutant.path.endswith(".py"):
            return (yield from self._in_copy(mutant, began))
        ran = self._selection.is_imported(mutant)
        if not covering and not ran:
            return began._replace(reason="no test executes the line")
        head = covering | (self._selection.of_file(mutant.path) if ran else frozenset())
        if self._forked is None:
            return (yield from self._alone(mutant, began, head))
        return (yield from self._swapped(mutant, began, head))

    def _swapped(self, mutant: Mutant, began: Judged, head: frozenset[str]) -> Asked[Judged]:
        """In a fork that has collected: body of functions, and modules that are imported by the tests themselves."""
        known = [name for name in self._selection.fastest_first(head, mutant) if name in self._number]
        rest = self._selection.rest(mutant, head, self._confirm(mutant))
        tests = [*known, *(name for name in rest if name in self._number)]
        answer = yield from self._late(mutant, tests)
        seconds = float(answer.get("seconds", 0.0))
        if answer["state"] == "equivalent":
            return began._replace(verdict="equivalent", reason="the same bytecode")
        if answer["state"] == "import":
            return (yield from self._afresh(mutant, began, head))
        kind: Kind = "import" if answer.get("kind") == "absent" else "body"
        began = began._replace(kind=kind, seconds=seconds)
        if answer["state"] == "passed" and len(known) == len(head):
            return self._passed(mutant, began, head, answer, len(tests))
        if answer["state"] in NOTICED and answer["by"] >= 0:
            name = tests[answer["by"]]
            if (yield from self._passes_late(name, tests[: answer["by"]])):
                return self._noticed(mutant, began, name, answer)
        return (yield from self._alone(mutant, began, head))

    def _late(
        self, mutant: Mutant | None, tests: Sequence[str], **more: Any
    ) -> Generator[Ask, Answer, Answer]:
        numbers = [self._number[name] for name in tests]
        return (yield Ask("late", {**self._request(mutant, tests), "tests": numbers, **more}))

    def _passes_late(self, name: str, before: Sequence[str]) -> Generator[Ask, Answer, bool]:
        """Whether a test passes in a fork without a mutant, after tests of the same files."""
        if name in self._unfit:
            return False
        key = ("late", name, self._selection.files_of(before))
        if key not in self._trusted:
            answer = yield from self._late(None, [*before, name])
            self._trusted[key] = answer["state"] == "passed"
        return self._trusted[key]

    def _confirm(self, mutant: Mutant) -> float:
        """Seconds for tests that do not run the line.

        A half of what there is for each mutant until the deadline; all that there is where it runs at import, since any
        test may use what it has made there.
        """
        bounds = self._bounds
        left = math.inf if bounds.deadline is None else bounds.deadline - time.monotonic()
        if self._selection.is_imported(mutant):
            return left
        return min(bounds.confirm, left / (self._left + 1) / 2)

    def _passed(
        self, mutant: Mutant, began: Judged, head: frozenset[str], answer: Answer, count: int
    ) -> Judged:
        """The verdict where so many tests have passed."""
        left = len(self._selection.names) - count
        if left and self._selection.is_imported(mutant):
            why = f"{left} tests, which may use what runs at import, did not fit in the time; the others pass"
            return began._replace(verdict="unassessed", tests=_ran(answer), reason=why)
        reason = f"{left} tests that do not execute the line were not run" if left else ""
        return self._survived(began, head, answer, reason)

    def _afresh(self, mutant: Mutant, began: Judged, head: frozenset[str]) -> Asked[Judged]:
        """In a fork that has not imported the project yet: first a few files, then all that is to be run."""
        if not self._is_preloaded:
            self._is_preloaded = True
            answer = yield self._preload("early", self._modules)
            self._early = answer["state"] == "passed"
        stages = self._stages(mutant)
        rest = self._selection.rest(mutant, head, self._confirm(mutant))
        if len(head) + len(rest) < len(self._selection.names) and not self._picks_tests:
            stages[-1] = tuple(sorted(self._selection.files_of([*head, *rest]).union(*stages)))
        for files in stages:
            if not self._early:
                break
            tests = self._selection.of_test_files(files) if files else list(self._selection.names)
            answer = yield Ask("early", self._request(mutant, tests, files))
            began = began._replace(kind="import", seconds=began.seconds + float(answer.get("seconds", 0.0)))
            if answer["state"] in ("lost", "unfit"):
                self._early = self._early and answer["state"] != "lost"
                break
            if answer["state"] == "passed" and files == stages[-1]:
                return self._passed(mutant, began, head, answer, len(tests))
            if answer["state"] in NOTICED and (yield from self._passes("early", files)):
                return self._noticed(mutant, began, _name(answer, tests), answer)
        return (yield from self._alone(mutant, began, head))

    def _preload(self, place: str, modules: Sequence[str]) -> Ask:
        """Have a place import what is installed, where the project is not imported yet, and know what a test knows."""
        known = self._forked.collected.tests if self._forked else ()
        request = {"preload": list(modules), "known": known, "environment": self._environment}
        request |= self._compiled
        return Ask(place, {**request, "limits": [], "setup": PRELOAD})

    def _passes(self, place: str, files: Sequence[str]) -> Generator[Ask, Answer, bool]:
        """Whether some files, or all of them, pass in a place without a mutant."""
        key = (place, tuple(files))
        if key not in self._trusted:
            tests = self._selection.of_test_files(files) if files else list(self._selection.names)
            answer = yield Ask(place, self._request(None, tests, files))
            self._trusted[key] = answer["state"] == "passed"
        return self._trusted[key]

    def _alone(self, mutant: Mutant, began: Judged, head: frozenset[str]) -> Asked[Judged]:
        """In a process of its own: first a few files, then all."""
        answer: Answer = {}
        for files in self._stages(mutant):
            tests = self._selection.of_test_files(files) if files else list(self._selection.names)
            request = {**self._request(mutant, tests, files), "known": self._known}
            answer = yield Ask("alone", request)
            seconds = began.seconds + float(answer.get("seconds", 0.0))
            began = began._replace(kind="file", seconds=seconds)
            if answer["state"] == "equivalent":
                return began._replace(verdict="equivalent", reason="the same bytecode")
            if answer["state"] == "passed" and not files:
                return self._survived(began, head, answer, "")
            if answer["state"] in NOTICED and (yield from self._passes("alone", files)):
                return self._noticed(mutant, began, _name(answer, tests), answer)
        return self._unassessed(began, answer)

    def _in_copy(self, mutant: Mutant, began: Judged) -> Asked[Judged]:
        """In a copy of the tree: a file that is not imported."""
        tests = list(self._selection.names)
        request = {
            **self._request(None, tests),
            "file": mutant.path,
            "content": mutant.text,
            "beside": self._root + os.sep,
        }
        answer = yield Ask("copy", request)
        began = began._replace(kind="file", seconds=float(answer.get("seconds", 0.0)))
        if answer["state"] == "passed":
            return self._survived(began, frozenset(), answer, "")
        if answer["state"] in NOTICED:
            if "copy" not in self._trusted:
                control = yield Ask("copy", {**self._request(None, tests), "file": ""})
                self._trusted["copy"] = control["state"] == "passed"
            if self._trusted["copy"]:
                return self._noticed(mutant, began, _name(answer, tests), answer)
        return self._unassessed(began, answer)

    def _stages(self, mutant: Mutant) -> list[tuple[str, ...]]:
        """Test files to begin with, and none, which means all."""
        files = self._selection.files_for(mutant)
        return [files, ()] if files and not self._picks_tests else [()]

    def _request(
        self, mutant: Mutant | None, tests: Sequence[str], files: Sequence[str] = ()
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "tests": list(tests),
            "files": [os.path.join(self._root, file) for file in files],  # noqa: PTH118
            "limits": self._selection.limits(tests, self._bounds.factor, self._bounds.slack),
            "setup": self._setup,
        }
        if mutant is not None:
            path = os.path.realpath(os.path.join(self._root, mutant.path))  # noqa: PTH118
            request |= {"path": path, "text": mutant.text}
        return request

    def _noticed(self, mutant: Mutant, began: Judged, name: str, answer: Answer) -> Judged:
        self._selection.noticed(mutant, name)
        verdict: Literal["timeout", "killed"] = "timeout" if answer["state"] == "timeout" else "killed"
        return began._replace(
            verdict=verdict, by=name, tests=_ran(answer), reason=str(answer.get("message", ""))[:300]
        )

    def _survived(self, began: Judged, head: frozenset[str], answer: Answer, reason: str) -> Judged:
        if not answer.get("is_used", True):
            why = "the tests did not import the changed file: they find the project in another place"
            return began._replace(verdict="unassessed", tests=_ran(answer), reason=why)
        closest = self._selection.closest(head)
        return began._replace(verdict="survived", tests=_ran(answer), closest=closest, reason=reason)

    def _unassessed(self, began: Judged, answer: Answer) -> Judged:
        why = answer.get("message") or answer.get("state", "")
        if answer.get("state") in NOTICED:
            why = f"the tests do not pass in a process of their own without a mutant ({why})"
        return began._replace(verdict="unassessed", reason=str(why)[:300])


def _ran(answer: Answer) -> int:
    return int(answer.get("ran", int(answer.get("by", -1)) + 1))


def _name(answer: Answer, tests: Sequence[str]) -> str:
    """The test that an answer is about: told by name where its place may have changed."""
    if answer.get("name"):
        return str(answer["name"])
    index = int(answer.get("by", -1))
    return tests[index] if 0 <= index < len(tests) else ""


def as_model(mutant: Mutant) -> model.Mutant:
    """The mutant as reports have it, without its text."""
    return model.Mutant(
        mutant.operator,
        mutant.path,
        mutant.line,
        mutant.end_line or mutant.line,
        mutant.scope,
        mutant.before,
        mutant.after,
        mutant.fingerprint,
        mutant.hint,
    )
