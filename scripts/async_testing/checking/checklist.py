"""The checklists as a report: each line passed, failed or unassessed, with what decided it.

For whoever runs rules: ``facts_of(workspace, paths, rules)`` once for all files, then
``lines(examined, facts) -> tuple[Outcome, ...]`` and ``report(outcomes) -> list[str]`` for people. ``examined`` is what
``engine.examine`` gave for those files (and ``examine_config`` for configurations), suppressed findings left out.

A line fails by a finding. It passes only where rules that stand for it were asked and there was something to look at:
its evidence then says what was counted. All else is unassessed, and its evidence is the command that decides it.
"""

from __future__ import annotations

import ast
import posixpath
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from async_testing.checking.engine import Examined
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Workspace
from async_testing.model import Finding
from async_testing.rules import Rule, _exercised

State = Literal["passed", "failed", "unassessed"]
SHOWN = 3
"""Findings named as evidence of one line; of the others only the number is said."""


class Facts(NamedTuple):
    """What there was to look at."""

    paths: tuple[str, ...]
    """The files with tests."""
    asked: frozenset[str]
    """Names of the rules that were asked."""
    counts: dict[str, int]
    """By noun in the plural: tests, async tests, DAO tests, router tests, fixtures, lines, test files,
    functions under test."""
    measured: str = ""
    """The dotted module or the folder that coverage is asked about."""


class Outcome(NamedTuple):
    """One line of a checklist, judged."""

    text: str
    list: str
    state: State
    evidence: str


class Line(NamedTuple):
    """One line of a checklist: the rules that find it broken, what they look at, the command that decides the rest."""

    text: str
    rules: tuple[str, ...]
    noun: str
    command: str
    proves: bool = True
    """Whether no finding is enough to pass; else the command decides."""


BEFORE, DURING, AFTER, PITFALLS = (
    "Before writing tests",
    "While writing tests",
    "After writing tests",
    "Pitfalls",
)
_AGAIN = "check.py --checklist=seed {files}"
_RUN = "pytest {files} -v"
_COVERAGE = "pytest {files} --cov={module} --cov-branch --cov-report=term-missing"
_PATHS = "verify.py {files} --only complete"
_STEADY = "verify.py {files} --only steady"
_ERRORS = ("success-only", "failure-only")
_STATEMENT = ("statement-not-looked-at",)
_TYPES = ("missing-annotations", "unannotated-variable")
_LEVEL = ("wrong-mock-level",)
_PATHLESS = ("untested-function", "unprovoked-error")
_SHARED = ("mutated-module-global", "shared-class-state", "shared-mutable-fixture", "environ-written")

LISTS: dict[str, tuple[Line, ...]] = {
    BEFORE: (
        Line(
            "The layer is known: DAO, service, router or DTO",
            ("file-name-without-layer",),
            "test files",
            _AGAIN,
        ),
        Line("The fixtures it needs are known", (), "fixtures", "pytest {files} --setup-plan"),
        Line(
            "What is replaced is planned: connection, collaborators, service",
            (*_LEVEL, "over-mocking"),
            "tests",
            _AGAIN,
        ),
        Line("Happy path and errors are known", _ERRORS, "functions under test", _COVERAGE),
    ),
    DURING: (
        Line("Names say what and when: test_<action>_<scenario>", ("vague-test-name",), "tests", _AGAIN),
        Line("Arrange, act and assert are sections", ("missing-aaa-sections",), "tests", _AGAIN),
        Line("Docstrings say what each test validates", ("missing-docstring",), "tests", _AGAIN),
        Line("Everything has a type", _TYPES, "functions", "mypy --strict {files}"),
        Line("Replaced at the right level", _LEVEL, "tests", _AGAIN),
        Line("Success and failure are both tested", _ERRORS, "functions under test", _COVERAGE),
        Line("Statements are looked at, not only results", _STATEMENT, "DAO tests", _AGAIN),
        Line(
            "Number and kind of parameters are looked at",
            ("parameters-not-checked", "placeholder-count"),
            "DAO tests",
            _AGAIN,
        ),
    ),
    AFTER: (
        Line("The tests pass", (), "tests", _RUN),
        Line("Coverage is looked at", (), "tests", _COVERAGE),
        Line("Every path is run", _PATHLESS, "tests", _PATHS, proves=False),
        Line("No commented code, no prints", ("commented-out-code", "print-left"), "lines", _AGAIN),
        Line("Tests are isolated: no state is shared", _SHARED, "tests", _STEADY, proves=False),
        Line("Every run gives the same result", (), "tests", _STEADY),
    ),
    PITFALLS: (
        Line("Async tests without their mark", ("missing-asyncio-mark",), "async tests", _RUN),
        Line("DAO methods called without __wrapped__", (), "DAO tests", _RUN),
        Line("State shared between tests", _SHARED, "tests", _STEADY, proves=False),
        Line("Over-mocking", ("over-mocking",), "tests", _AGAIN),
        Line("SQL that nobody looks at", _STATEMENT, "DAO tests", _AGAIN),
        Line("Exceptions without a test", ("success-only",), "functions under test", _COVERAGE),
        Line("Missing types", _TYPES, "functions", "mypy --strict {files}"),
        Line("Vague names", ("vague-test-name",), "tests", _AGAIN),
    ),
}


def facts_of(workspace: Workspace, paths: Sequence[str], rules: Sequence[Rule]) -> Facts:
    """Count what the files hold.

    Args:
        workspace: the project.
        paths: the files that were examined, relative to its root.
        rules: the rules that were asked.
    """
    counts: Counter[str] = Counter()
    sources = [source for path in paths if path.endswith(".py") and (source := workspace.source(path))]
    for source in sources:
        counts.update(_counted(source))
    asked = frozenset(rule.name for rule in rules)
    measured = next((name for source in sources if (name := _tested(source))), "")
    named = tuple(source.path for source in sources if source.tests)
    return Facts(named, asked, dict(counts), measured)


def _counted(source: SourceFile) -> dict[str, int]:
    layer = {"dao": "DAO tests", "router": "router tests"}.get(source.layer, "")
    tests = source.tests
    counts = {
        "test files": int(bool(tests)),
        "tests": len(tests),
        "async tests": sum(test.is_async for test in tests),
        "functions": len(source.functions),
        "fixtures": len(source.fixtures.own),
        "lines": len(source.lines),
        "functions under test": len({id(one.function.scope) for one in _exercised.calls(source)}),
    }
    if layer:
        counts[layer] = len(tests)
    if layer == "router tests":  # the routes are called by their paths
        counts["functions under test"] += sum("status_code" in source.segment(test.node) for test in tests)
    return counts


def _tested(source: SourceFile) -> str:
    """The module under test as coverage names it: the first that the file imports from outside of the tests."""
    for node in source.module.of(ast.ImportFrom):
        ours = node.module and not node.level and not node.module.startswith("tests")
        if ours and source.workspace.locate(source.path, node.module or ""):
            return node.module or ""
    return ""


def lines(examined: Sequence[Examined], facts: Facts) -> tuple[Outcome, ...]:
    """Judge every line of the three checklists and the pitfalls.

    Args:
        examined: the files as the rules saw them.
        facts: what there was to look at, from ``facts_of``.
    """
    findings: dict[str, list[Finding]] = {}
    for one in examined:
        for found in one.findings:
            findings.setdefault(found.name, []).append(found)
    problem = next((f"{one.path}: {one.problem}" for one in examined if one.problem), "")
    return tuple(
        Outcome(line.text, name, *_judged(line, findings, facts, problem))
        for name, those in LISTS.items()
        for line in those
    )


def _judged(line: Line, findings: dict[str, list[Finding]], facts: Facts, problem: str) -> tuple[State, str]:
    broken = sorted(
        (one for name in line.rules for one in findings.get(name, ())), key=lambda one: (one.path, one.line)
    )
    if broken:
        shown = ", ".join(f"{one.path}:{one.line} {one.code}" for one in broken[:SHOWN])
        more = f" and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
        return "failed", shown + more
    if problem:
        return "unassessed", f"not every file could be read: {problem}"
    number = facts.counts.get(line.noun, 0)
    command = line.command.format(files=_files(facts.paths), module=facts.measured or "your.module")
    if line.rules and facts.asked.issuperset(line.rules):
        if line.proves:
            return (
                ("passed", f"{_many(number, line.noun)} looked at")
                if number
                else (
                    "unassessed",
                    f"there are no {line.noun} here",
                )
            )
        return "unassessed", f"nothing found in {_many(number, line.noun)}; {command}"
    return "unassessed", command


def _files(paths: Sequence[str]) -> str:
    """The files as a command names them: each, or the folder of many."""
    if len(paths) > SHOWN:
        return posixpath.commonpath(paths) or "."
    return " ".join(paths) or "tests"


def _many(number: int, noun: str) -> str:
    first, space, rest = noun.partition(" under")
    one = f"{first.removesuffix('s')}{space}{rest}"
    return f"{number} {one if number == 1 else noun}"


def report(outcomes: Sequence[Outcome]) -> list[str]:
    """The outcomes as lines of text: a heading for each list, a line for each of its lines, then the sums."""
    marks: dict[State, str] = {"passed": "[x]", "failed": "[!]", "unassessed": "[ ]"}
    shown: list[str] = []
    for name in dict.fromkeys(one.list for one in outcomes):
        shown.append(name)
        for one in outcomes:
            if one.list == name:
                shown.append(f"  {marks[one.state]} {one.text} ({one.state}: {one.evidence})")
    sums = Counter(one.state for one in outcomes)
    shown.append(", ".join(f"{sums[state]} {state}" for state in marks))
    return shown
