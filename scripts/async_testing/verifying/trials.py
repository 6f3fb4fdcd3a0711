"""Some tests in some order, in a process of their own: what becomes of them."""

from __future__ import annotations

import math
import os
import shlex
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from async_testing.verifying.launching import Finished, Target, reason, run
from async_testing.verifying.model import Test

Order = Literal["", "blocks", "full", "reverse", "given"]
TAKE_A_VALUE = ("-c", "-k", "-m", "-o", "-p", "-W", "--rootdir", "--confcutdir", "--ignore", "--deselect")
PATIENCE = 30.0
"""Seconds without any event, while modules are imported and servers start, that are never too long."""
HUNG = "it did not come to its end"


class Ended(NamedTuple):
    """What became of a test."""

    outcome: str
    message: str

    @property
    def is_bad(self) -> bool:
        """Whether it failed, or could not."""
        return self.outcome in ("failed", "error")


class Run(NamedTuple):
    """Tests that ran one after the other."""

    kind: Order
    seed: int
    order: tuple[str, ...]
    """The tests in the order in which they began."""
    ended: Mapping[str, Ended]
    finished: Finished
    switches: tuple[str, ...] = ()
    """Options that keep the user's plugins from arranging the tests otherwise."""

    @property
    def trouble(self) -> str:
        """Why it says nothing; empty where it came to its end, or a test kept it from that."""
        if self.order:
            return "" if self.finished.cut != "timeout" else "the time was over"
        return f"pytest did not run a test: {reason(self.finished.output) or 'it printed nothing'}"

    def told(self, event: str) -> Iterator[dict[str, Any]]:
        """Its events of one kind."""
        return (one for one in self.finished.events if one["event"] == event)


class Lab:
    """Where tests are run in orders.

    Args:
        target: the project, its interpreter, and what pytest was asked to run.
        tests: the tests of the clean run.
        limit: seconds that a test may take; 0 for ten times what the slowest took.
        over: when everything has to be done, by the monotonic clock.
        known: the files of the project before any test ran; None for those that are there now.
    """

    def __init__(
        self,
        target: Target,
        tests: Sequence[Test],
        limit: float,
        over: float,
        known: Iterable[str] | None = None,
    ) -> None:
        self.target, self.over = target, over
        slowest = max((one.seconds for one in tests), default=0.0)
        self.limit = limit or 10 * slowest + 5
        self.idle = limit or max(self.limit, PATIENCE)
        self.seconds = sum(one.seconds for one in tests)
        self.switches: tuple[str, ...] = ()
        self.rootdir = str(target.root)
        self._known = None if known is None else [*known]
        self._names = [one.name for one in tests]

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.over - time.monotonic()

    def before(self, name: str) -> list[str]:
        """The tests that ran before one in the clean run."""
        return self._names[: self._names.index(name)]

    def in_order(self, kind: Order, seed: int) -> Run:
        """Run everything in an order, looking for what is left behind."""
        return self._run(self.target, kind, seed, (), leaks=True, known=self._known)

    def given(self, names: Sequence[str]) -> Run:
        """Run some tests in their order."""
        return self._run(self._only(names), "given", 0, names)

    def plainly(self, names: Sequence[str]) -> Run:
        """Run some tests as the command for them does."""
        addresses = [self.address(one) for one in names]
        target = self.target._replace(arguments=(*_options(self.target), *addresses, *self.switches))
        done = run(target, "steadying", self._bound(), idle=self.idle)
        return _read(done, "", 0)

    def singly(self, names: Sequence[str], seconds: float) -> Run:
        """Run each of some tests in a fork of its own, as far as the seconds reach."""
        settings: dict[str, Any] = {"limit": self.limit, "seconds": min(seconds, 1e6)}
        return self._run(self._only(names), "given", 0, names, mode="singly", **settings)

    def command(self, names: Iterable[str], *more: str) -> str:
        """What a user types to run some tests."""
        words = [*_options(self.target), *map(self.address, names), *self.switches, *more]
        return shlex.join(["python", "-m", "pytest", *words])

    def address(self, name: str) -> str:
        """A node ID, which begins at pytest's root, as the project's folder sees it."""
        path, colons, rest = name.partition("::")
        full = os.path.join(self.rootdir, path)  # noqa: PTH118
        return os.path.relpath(full, self.target.root).replace(os.sep, "/") + colons + rest

    def _only(self, names: Sequence[str]) -> Target:
        files = dict.fromkeys(self.address(one.partition("::")[0]) for one in names)
        return self.target._replace(arguments=(*_options(self.target), *files))

    def _run(
        self,
        target: Target,
        kind: Order,
        seed: int,
        names: Sequence[str],
        mode: str = "steadying",
        **more: Any,
    ) -> Run:
        settings = {
            "order": kind,
            "seed": seed,
            "tests": [*names],
            "root": str(target.root.resolve()),
            **more,
        }
        done = run(target, mode, self._bound(), idle=self.idle, **settings)
        found = _read(done, kind, seed)
        session = next(found.told("session"), {})
        self.rootdir = session.get("root", self.rootdir)
        if found.switches:
            self.switches = found.switches
        return found

    def _bound(self) -> float:
        most = 10 * self.seconds + 60
        return max(1.0, min(most, self.left)) if math.isfinite(self.over) else most


def _read(done: Finished, kind: Order, seed: int) -> Run:
    order: dict[str, None] = {}
    ended: dict[str, Ended] = {}
    for one in done.events:
        if one["event"] == "begins":
            order[one["name"]] = None
        elif one["event"] == "ends":
            order[one["name"]] = None
            ended[one["name"]] = Ended(one["outcome"], one["message"])
    if order and (last := [*order][-1]) not in ended and done.cut != "timeout":
        ended[last] = Ended("error", _end_of(done))
    arranged: dict[str, Any] = next((one for one in done.events if one["event"] == "arranged"), {})
    return Run(kind, seed, tuple(order), ended, done, tuple(arranged.get("switches", ())))


def _end_of(done: Finished) -> str:
    if done.cut == "idle":
        return HUNG
    if done.cut == "disk":
        return "the disk was nearly full"
    code = done.code or 0
    return f"the process ended in it with {f'signal {-code}' if code < 0 else f'exit code {code}'}"


def _options(target: Target) -> Iterator[str]:
    """pytest's arguments that are no places."""
    before = ""
    for one in target.arguments:
        is_place = not one.startswith("-") and Path(target.root, one.partition("::")[0]).exists()
        if before in TAKE_A_VALUE or not is_place:
            yield one
        before = one
