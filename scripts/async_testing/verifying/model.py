"""What verify finds, on its way to the reports: plain tuples, whose fields are the JSON.

Paths are relative to the project's root and spelled with ``/``; lines count from 1; times are seconds.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["passed", "failed", "unassessed"]
Verdict = Literal["killed", "timeout", "survived", "untested", "equivalent", "unassessed"]


class Outcome(NamedTuple):
    """The answer to one question; passed needs evidence."""

    check: Literal["green", "steady", "complete", "noticed", "replayed"]
    state: State
    evidence: str
    """One line: what was seen, with its figures, or why it could not be judged."""
    seconds: float = 0.0
    is_cut: bool = False
    """Whether the time was over before all of it was judged: a run with more time, or the next one, says more."""


class Test(NamedTuple):
    """A test of the clean run."""

    name: str
    """pytest's node ID."""
    outcome: Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
    seconds: float
    path: str = ""
    line: int = 0
    message: str = ""
    """The last line of what went wrong, or the reason of a skip."""


class Instability(NamedTuple):
    """A test whose outcome depends on something else than the code, or that leaves something behind."""

    kind: Literal["order", "alone", "repeat", "warning", "leak"]
    test: str
    message: str
    after: str = ""
    """The test that has to run before for it to show."""
    seeds: tuple[int, ...] = ()
    """The seeds of the orders in which it showed."""
    command: str = ""
    """A pytest command that shows it."""


class Gap(NamedTuple):
    """A way through the module that no test takes."""

    path: str
    line: int
    end_line: int
    subject: str
    """The dotted name of the function."""
    about: str
    """In words: ``row missing -> 404 never provoked``."""
    suggestion: str = ""
    """The name of the test that would take it."""


class Coverage(NamedTuple):
    """How much of a module the tests run."""

    path: str
    lines: int
    lines_run: int
    branches: int
    branches_run: int
    missing_lines: tuple[int, ...]
    missing_branches: tuple[tuple[int, int], ...]
    """Pairs of the line that decides and the line that is never gone to next; a negative one is the end."""
    measured_by: str
    """``coverage 7.6.1``, ``sys.monitoring`` or ``sys.settrace``."""


class Mutant(NamedTuple):
    """A bug that was planted."""

    operator: str
    path: str
    line: int
    end_line: int
    scope: str
    """The dotted name of the function or class that it is in."""
    before: str
    after: str
    fingerprint: str
    """Twelve hexadecimal digits that stay the same when lines move."""
    hint: str = ""
    """What a test would have to assert to notice it."""


class Judged(NamedTuple):
    """A mutant and what the tests said of it."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""
    """The test that noticed it."""
    tests: int = 0
    """How many tests ran on it."""
    closest: str = ""
    """Of a survivor: the test that runs the line and comes closest."""
    reason: str = ""
    """Of an equivalent or unassessed one: why."""
    seconds: float = 0.0
    kind: Literal["body", "import", "file", ""] = ""
    """How it was judged: code swapped in a fork, collected afresh, or a process of its own."""
    covering: tuple[int, ...] = ()
    """The tests that execute the line, as positions in the report's tests."""


class Statement(NamedTuple):
    """A statement of which a real server says something else than the fakes."""

    kind: str
    """``rejected``, ``parameters``, ``rows`` or ``unassessed``."""
    message: str
    statement: str
    test: str
    path: str
    line: int


class Report(NamedTuple):
    """Everything about one run of verify."""

    root: str
    interpreter: str
    python: str
    pytest: str
    modules: tuple[str, ...]
    arguments: tuple[str, ...]
    """What pytest was asked to run."""
    outcomes: tuple[Outcome, ...]
    tests: tuple[Test, ...] = ()
    seeds: tuple[int, ...] = ()
    instabilities: tuple[Instability, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    mutants: tuple[Judged, ...] = ()
    seconds: float = 0.0
    shard: str = ""
    """``2/3`` where only a part of the mutants was judged here."""
    elsewhere: tuple[Mutant, ...] = ()
    """The mutants that are left to other shards."""
    code: str = ""
    """A digest of the modules' texts: two reports are of the same code where it is the same."""
    notes: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
