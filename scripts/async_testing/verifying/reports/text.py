"""The report as text for agents and people: the answers, then what is wrong, worst first, then what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from async_testing.formats.text import BYTES, LINES, clipped
from async_testing.verifying.model import Instability, Judged, Report
from async_testing.verifying.reports.words import QUESTIONS, difference, missed

_STATES = {"failed": "FAIL", "unassessed": "?   ", "passed": "ok  "}
_WIDEST = 230
_SHOWN = 70
"""Characters of a line of code."""
Block = list[str]


def head(report: Report) -> list[str]:
    """What was run with what, and the answers, failed ones first."""
    lines = [_run(report)]
    order = ("failed", "unassessed", "passed")
    for one in sorted(report.outcomes, key=lambda each: order.index(each.state)):
        lines.append(f"{_STATES[one.state]} {one.check}: {one.evidence} [{one.seconds:.1f} s]"[:_WIDEST])
    lines += [f"note: {one}"[:_WIDEST] for one in report.notes]
    return lines


def _run(report: Report) -> str:
    about = f"{', '.join(report.modules[:3])}{' …' if len(report.modules) > 3 else ''}" or "no module"
    with_ = (
        f"Python {report.python}, pytest {report.pytest}, {report.interpreter}"
        if report.python
        else report.interpreter
    )
    part = f", shard {report.shard}" if report.shard else ""
    return f"{about}: {with_}, {report.seconds:.1f} s{part}"


def whole(report: Report) -> list[str]:
    """All of it."""
    lines = head(report)
    for _, blocks in _sections(report):
        lines += [line for block in blocks for line in block]
    return lines


def short(report: Report, tail: Sequence[str]) -> list[str]:
    """What fits: of each kind of trouble the first ones in turn, told kind by kind, and how many more there are."""
    first = head(report)
    sections = [blocks for _, blocks in _sections(report)]
    everything = [line for blocks in sections for block in blocks for line in block]
    if _fits([*first, *everything, *tail]):
        return [*first, *everything]
    kept = [0] * len(sections)
    turns = [(place, block) for row in zip_longest(*sections) for place, block in enumerate(row) if block]
    lines = [*first, *tail, "… 10000 more: --all shows them"]
    closed: set[int] = set()
    for place, block in turns:
        if place in closed:
            continue
        if not _fits([*lines, *block]):
            closed.add(place)
            continue
        lines += block
        kept[place] += 1
    shown = [
        line
        for number, blocks in zip(kept, sections, strict=True)
        for block in blocks[:number]
        for line in block
    ]
    rest = sum(map(len, sections)) - sum(kept)
    return clipped([*first, *shown, f"… {rest} more: --all shows them"], tail)


def _fits(lines: Sequence[str]) -> bool:
    return len(lines) <= LINES and sum(len(line.encode(errors="replace")) + 1 for line in lines) <= BYTES


def _sections(report: Report) -> Iterator[tuple[str, list[Block]]]:
    """The kinds of trouble, worst first, each with its blocks of lines."""
    yield (
        "green",
        [
            [f"{one.name}: {one.message}"[:_WIDEST]]
            for one in report.tests
            if one.outcome in ("failed", "error")
        ],
    )
    yield "steady", [_unsteady(one) for one in report.instabilities]
    yield (
        "replayed",
        [
            [f"{one.path}:{one.line}: {one.kind}: {one.message}  [{one.test}]"[:_WIDEST]]
            for one in report.statements
            if one.kind != "unassessed"
        ],
    )
    survivors = [one for one in missed(report) if one.verdict == "survived"]
    yield "noticed", [_survivor(one) for one in _each_line_first(survivors)]
    yield (
        "complete",
        [
            [
                f"{one.path}:{one.line}: {one.subject or 'module'}: {one.about}{_suggested(one.suggestion)}"[
                    :_WIDEST
                ]
            ]
            for one in report.gaps
        ],
    )
    yield "untested", [*_untested(report)]
    yield "open", [*_open(report)]


def _each_line_first(survivors: Sequence[Judged]) -> list[Judged]:
    """One of each line, before any line has a second one: one test may notice all of a line."""
    turns: dict[tuple[str, int], int] = {}
    placed = []
    for one in survivors:
        where = one.mutant.path, one.mutant.line
        turns[where] = turns.get(where, 0) + 1
        placed.append((turns[where], one))
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _suggested(name: str) -> str:
    return f"; write {name}" if name else ""


def _unsteady(one: Instability) -> Block:
    after = f" after {one.after}" if one.after else ""
    lines = [f"{one.test}: {one.kind}{after}: {one.message}"[:_WIDEST]]
    return [*lines, f"    {one.command}"[:_WIDEST]] if one.command else lines


def _survivor(one: Judged) -> Block:
    """Where, the difference, and what would notice it."""
    mutant = one.mutant
    place = difference(mutant.before, mutant.after)
    was = _around(mutant.before, place.start, place.end)
    now = _around(mutant.after, place.start, place.end_after)
    why = f"{mutant.path}:{mutant.line}: {mutant.operator} survived: `{was}` -> `{now}`"
    advice = (
        f"    to notice: {mutant.hint}" if mutant.hint else "    to notice: assert what this line decides"
    )
    closest = f" ({one.closest.rpartition('/')[2]} comes closest)" if one.closest else ""
    return [why[:_WIDEST], f"{advice}{closest}"[:_WIDEST]]


def _around(text: str, start: int, end: int) -> str:
    """The lines from one place to another as one, long ones cut to what is around the place."""
    first = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    whole = " ".join(text[first : stop if stop >= 0 else len(text)].split())
    if len(whole) <= _SHOWN:
        return whole
    before = " ".join(text[first:start].split())
    begin = max(0, min(len(before) - _SHOWN // 3, len(whole) - _SHOWN))
    cut = whole[begin : begin + _SHOWN]
    return f"{'…' if begin else ''}{cut}{'…' if begin + _SHOWN < len(whole) else ''}"


def _untested(report: Report) -> Iterator[Block]:
    """Bugs on lines that no test runs, by function: what is missing is a test, not an assertion."""
    told = {one.path for one in report.coverage}
    lost = [one.mutant for one in report.mutants if one.verdict == "untested" and one.mutant.path not in told]
    for (path, scope), group in groupby(lost, key=lambda one: (one.path, one.scope)):
        found = list(group)
        yield [
            f"{path}:{found[0].line}: {scope or 'module'}: {len(found)} bugs on lines that no test runs"[
                :_WIDEST
            ]
        ]


def _open(report: Report) -> Iterator[Block]:
    reasons: dict[str, int] = {}
    for one in report.mutants:
        if one.verdict == "unassessed":
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    yield from ([f"{number} mutants not judged: {reason}"[:_WIDEST]] for reason, number in reasons.items())


def following(report: Report, again: str) -> str:
    """The last line: what to do now.

    Args:
        report: what was found.
        again: the command of this run.
    """
    state = {one.check: one.state for one in report.outcomes}
    if not state:
        return "next: nothing to do"
    if state.get("green") == "unassessed" and report.tests:
        return (
            f"next: {again} --budget 0"
            if "--budget" not in again
            else "next: the same with a larger --budget"
        )
    if state.get("green") != "passed":
        bad = [one.name for one in report.tests if one.outcome in ("failed", "error")]
        run = shlex.join([report.interpreter, "-m", "pytest", *(bad[:1] or report.arguments)])
        return f"next: (cd {shlex.quote(report.root)} && {run})"
    if report.instabilities:
        found = report.instabilities[0]
        what = "clean up after itself" if found.kind == "leak" else "pass by itself and in any order"
        return f"next: have {found.test} {what}, then {found.command or again}"
    if state.get("replayed") == "failed":
        return f"next: mend the statement or what the test scripts, then {again}"
    if survivors := [one for one in missed(report) if one.verdict == "survived"]:
        first = survivors[0].mutant
        return f"next: have a test notice {first.path}:{first.line}, then {again}"
    if report.gaps:
        return f"next: write {report.gaps[0].suggestion or 'the missing test'}, then {again}"
    if state.get("noticed") == "failed":
        return f"next: write tests for the lines that none runs, then {again}"
    if "unassessed" in state.values():
        only = "" if state.get("noticed") == "unassessed" or "--only" in again else " --only steady"
        return f"next: {again}{only}"
    left = [one for one in QUESTIONS if one not in state]
    return f"next: nothing to do: all passed{', not asked: ' if left else ''}{', '.join(left)}"
