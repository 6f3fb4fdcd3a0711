"""The report as mutation-testing-elements knows it (Stryker's schema, version 2), so that its viewers show it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from async_testing.verifying.model import Judged, Report, Test
from async_testing.verifying.reports.words import by_line, difference

STATUSES = {
    "killed": "Killed",
    "timeout": "Timeout",
    "survived": "Survived",
    "untested": "NoCoverage",
    "equivalent": "Ignored",
    "unassessed": "Pending",
}
"""By verdict. What could not be judged is pending: the next run goes on from there."""


def render(report: Report, sources: Mapping[str, str]) -> str:
    """The report as JSON.

    Args:
        report: what was found.
        sources: the texts of modules and test files by path. A module without one is shown with empty lines.
    """
    tests = {test.name: str(position) for position, test in enumerate(report.tests)}
    told: dict[str, Any] = {
        "schemaVersion": "2.0",
        "thresholds": {"high": 97, "low": 80},
        "projectRoot": report.root,
        "files": {
            path: _file(path, those, sources, tests) for path, those in sorted(_by_path(report).items())
        },
        "testFiles": _test_files(report, sources),
        "framework": {
            "name": "async-testing-expert",
            "dependencies": {"python": report.python, "pytest": report.pytest},
        },
        "config": {
            "modules": list(report.modules),
            "arguments": list(report.arguments),
            "shard": report.shard,
        },
    }
    return json.dumps(told, indent=1) + "\n"


def _by_path(report: Report) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {path: [] for path in report.modules}
    for one in by_line(report.mutants):
        found.setdefault(one.mutant.path, []).append(one)
    return found


def _file(
    path: str, those: list[Judged], sources: Mapping[str, str], tests: Mapping[str, str]
) -> dict[str, Any]:
    source = sources.get(path)
    if source is None:
        source = "\n" * max((one.mutant.end_line for one in those), default=1)
    lines = source.split("\n")
    return {
        "language": "sql" if path.endswith(".sql") else "python",
        "source": source,
        "mutants": [_mutant(one, lines, tests) for one in those],
    }


def _mutant(one: Judged, lines: list[str], tests: Mapping[str, str]) -> dict[str, Any]:
    location, replacement = _where(one, lines)
    told = {
        "id": one.mutant.fingerprint,
        "mutatorName": one.mutant.operator,
        "location": location,
        "replacement": replacement,
        "status": STATUSES[one.verdict],
        "static": one.kind == "import",
        "duration": round(1000 * one.seconds, 3),
        "testsCompleted": one.tests,
    }
    if one.mutant.hint:
        told["description"] = one.mutant.hint
    if one.reason:
        told["statusReason"] = one.reason
    if one.covering:
        told["coveredBy"] = [str(each) for each in one.covering]
    if one.by in tests:
        told["killedBy"] = [tests[one.by]]
    return told


def _where(one: Judged, lines: list[str]) -> tuple[dict[str, Any], str]:
    """The part of the source that the mutant replaces, and with what; whole lines where the source is another."""
    mutant = one.mutant
    before = "\n".join(lines[mutant.line - 1 : mutant.end_line])
    if before.rstrip("\r\n") != mutant.before.rstrip("\r\n").replace("\r\n", "\n"):
        end = {"line": max(mutant.end_line, mutant.line), "column": max(len(before.split("\n")[-1]), 1) + 1}
        return {"start": {"line": mutant.line, "column": 1}, "end": end}, mutant.after
    place = difference(mutant.before, mutant.after)
    start, end_at = place.start, place.end
    if start == end_at:  # something was put in: viewers need a character to mark
        start, end_at = (start - 1, end_at) if start else (start, end_at + 1)
    after = mutant.after[start : end_at + len(mutant.after) - len(mutant.before)]
    return {
        "start": _position(mutant.before, start, mutant.line),
        "end": _position(mutant.before, end_at, mutant.line),
    }, after


def _position(text: str, offset: int, line: int) -> dict[str, int]:
    before = text[:offset]
    return {"line": line + before.count("\n"), "column": offset - (before.rfind("\n") + 1) + 1}


def _test_files(report: Report, sources: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for position, test in enumerate(report.tests):
        path = test.path or test.name.partition("::")[0]
        file = found.setdefault(path, {"tests": []})
        if path in sources:
            file["source"] = sources[path]
        file["tests"].append(_test(position, test))
    return found


def _test(position: int, test: Test) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(position), "name": test.name.partition("::")[2] or test.name}
    if test.line:
        told["location"] = {"start": {"line": test.line, "column": 1}}
    return told
