"""JUnit's XML, as Jenkins' schema has it: a suite for each question, a failed case for each thing that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from async_testing.verifying.model import Gap, Instability, Judged, Outcome, Report, Statement
from async_testing.verifying.reports.words import QUESTIONS, VERDICTS, by_line

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Case(NamedTuple):
    name: str
    group: str
    """What it is listed under: a path."""
    kind: str = ""
    """failure, error, skipped; empty where it passed."""
    type: str = ""
    message: str = ""
    text: str = ""
    seconds: float = 0.0


def render(report: Report, sources: Mapping[str, str]) -> str:
    """The report as XML.

    Args:
        report: what was found.
        sources: not needed here.
    """
    suites = [(outcome, list(_cases(outcome, report))) for outcome in report.outcomes]
    everything = [one for _, cases in suites for one in cases]
    head = f"<testsuites name={_attribute('verify ' + ' '.join(report.modules))} {_sums(everything, report.seconds)}>"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head]
    for outcome, cases in suites:
        skipped = sum(one.kind == "skipped" for one in cases)
        lines.append(
            f'  <testsuite name="{outcome.check}" {_sums(cases, outcome.seconds)} skipped="{skipped}">'
            f'<properties><property name="state" value="{outcome.state}"/>'
            f'<property name="evidence" value={_attribute(outcome.evidence)}/></properties>'
        )
        lines += [_told(one) for one in cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _cases(outcome: Outcome, report: Report) -> Iterator[_Case]:
    """First the question itself, then what it found."""
    kind = {"passed": "", "failed": "failure", "unassessed": "error"}[outcome.state]
    question = QUESTIONS[outcome.check]
    yield _Case(question, "verify", kind, outcome.state, outcome.evidence, "", outcome.seconds)
    if outcome.check == "green":
        for test in report.tests:
            bad = {"failed": "failure", "error": "error", "skipped": "skipped", "xfailed": "skipped"}
            message = test.message or test.outcome
            yield _Case(
                test.name, test.path, bad.get(test.outcome, ""), test.outcome, message, "", test.seconds
            )
    elif outcome.check == "steady":
        yield from map(_unsteady, report.instabilities)
    elif outcome.check == "complete":
        yield from map(_gap, report.gaps)
    elif outcome.check == "noticed":
        yield from map(_mutant, by_line(report.mutants))
    elif outcome.check == "replayed":
        yield from map(_statement, report.statements)


def _unsteady(one: Instability) -> _Case:
    after = f"after {one.after}: " if one.after else ""
    seeds = f"seeds {', '.join(map(str, one.seeds))}" if one.seeds else ""
    text = "\n".join(line for line in (one.message, seeds, one.command) if line)
    path = one.test.partition("::")[0]
    return _Case(f"{one.test} ({one.kind})", path, "failure", one.kind, f"{after}{one.message}", text)


def _gap(one: Gap) -> _Case:
    where = f"{one.path}:{one.line}"
    text = f"{where}: {one.about}" + (f"\na test for it: {one.suggestion}" if one.suggestion else "")
    name = f"{one.subject} at line {one.line}: {one.about}"
    return _Case(name, one.path, "failure", "gap", f"{where}: {one.subject}: {one.about}", text)


def _statement(one: Statement) -> _Case:
    kind = "error" if one.kind == "unassessed" else "failure"
    where = f"{one.path}:{one.line}" if one.path else one.test
    name = f"{one.kind}: {' '.join(one.statement.split())[:80]} ({one.test})"
    return _Case(
        name, one.path or one.test, kind, one.kind, f"{where}: {one.message}", f"{where}\n{one.statement}"
    )


def _mutant(one: Judged) -> _Case:
    mutant = one.mutant
    kind = {"survived": "failure", "untested": "failure", "unassessed": "error", "equivalent": "skipped"}
    where = f"{mutant.path}:{mutant.line}"
    said = one.reason or (f"to notice it: {mutant.hint}" if mutant.hint else "")
    message = f"{where}: {VERDICTS[one.verdict]}: {mutant.operator}{'; ' if said else ''}{said}"
    closest = f"the test that comes closest: {one.closest}" if one.closest else ""
    minus = [f"- {line}" for line in mutant.before.splitlines()]
    text = "\n".join(
        [where, *minus, *(f"+ {line}" for line in mutant.after.splitlines()), *([closest] if closest else [])]
    )
    name = f"line {mutant.line}, {mutant.operator} in {mutant.scope or 'the module'} [{mutant.fingerprint}]"
    return _Case(name, mutant.path, kind.get(one.verdict, ""), one.verdict, message, text, one.seconds)


def _told(one: _Case) -> str:
    head = f"    <testcase name={_attribute(one.name)} classname={_attribute(one.group)} time={_seconds(one.seconds)}"
    if not one.kind:
        return f"{head}/>"
    inner = f"type={_attribute(one.type)} message={_attribute(one.message)}"
    return f"{head}><{one.kind} {inner}>{escape(_legal(one.text))}</{one.kind}></testcase>"


def _sums(cases: list[_Case], seconds: float) -> str:
    failures, errors = (sum(one.kind == kind for one in cases) for kind in ("failure", "error"))
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}" time={_seconds(seconds)}'


def _seconds(seconds: float) -> str:
    return f'"{max(seconds, 0):.3f}"'


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
