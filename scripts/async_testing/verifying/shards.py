"""Judging the mutants of one project on several machines, and joining what they found.

A mutant's shard depends on all mutants and on what is known of their times, and on nothing else: machines that know the
same agree without talking. The mutants lie in the order of a digest and are cut into parts of equal time, so that where
two machines know slightly different times, only the few mutants beside a cut can be judged twice or by nobody; joining
tells so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from async_testing.finding import UsageError
from async_testing.verifying import counting
from async_testing.verifying.choosing import Planted
from async_testing.verifying.model import Judged, Mutant, Outcome, Report

T = TypeVar("T", bound=Planted)
V = TypeVar("V")
CHECKS = ("green", "steady", "complete", "noticed", "replayed")


def shard_of(text: str) -> tuple[int, int]:
    """``2/3`` as its two numbers.

    Raises:
        UsageError: it is no such part.
    """
    matched = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    if not matched or not 1 <= int(matched[1]) <= int(matched[2]):
        raise UsageError(f"--shard {text}: K/N is expected, such as 1/4, with K from 1 to N")
    return int(matched[1]), int(matched[2])


def code_of(texts: Mapping[str, str]) -> str:
    """The digest of some modules by path, for ``Report.code``."""
    told = "\0".join(f"{path}\0{texts[path]}" for path in sorted(texts))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def times_of(report: Report) -> dict[str, float]:
    """By fingerprint, how long judging a mutant took in an earlier run."""
    return {one.mutant.fingerprint: one.seconds for one in report.mutants if one.seconds > 0}


def part(
    planted: Iterable[T], shard: tuple[int, int], seconds: Mapping[str, float], tests: Mapping[str, int]
) -> tuple[list[T], list[T]]:
    """The mutants of one shard, and those of the others.

    Args:
        planted: all mutants, in any order, which both answers keep.
        shard: which part of how many, counted from 1.
        seconds: by fingerprint, recorded times; see ``times_of``. The same for all shards.
        tests: by fingerprint, how many tests run the mutant's line, for those whose time is not known.
    """
    all_of_them = list(planted)
    weights = _weights([one.fingerprint for one in all_of_them], seconds, tests)
    total, passed = sum(weights.values()), 0.0
    mine = set()
    for fingerprint in sorted(weights, key=_place):
        middle = passed + weights[fingerprint] / 2
        passed += weights[fingerprint]
        if min(int(middle / total * shard[1]), shard[1] - 1) == shard[0] - 1:
            mine.add(fingerprint)
    here = [one for one in all_of_them if one.fingerprint in mine]
    return here, [one for one in all_of_them if one.fingerprint not in mine]


def _place(fingerprint: str) -> bytes:
    return hashlib.sha256(fingerprint.encode()).digest()


def _weights(
    fingerprints: Sequence[str], seconds: Mapping[str, float], tests: Mapping[str, int]
) -> dict[str, float]:
    """Each mutant's time: the recorded one, else as long as its tests take where times are recorded."""
    known = [one for one in fingerprints if seconds.get(one, 0) > 0]
    counted = sum(max(tests.get(one, 1), 1) for one in known)
    each = sum(seconds[one] for one in known) / counted if known else 1.0
    guess = {one: max(tests.get(one, 1), 1) * each for one in fingerprints}
    return guess | {one: seconds[one] for one in known}


def combine(reports: Sequence[Report]) -> Report:
    """The report of all shards together.

    What is missing, or was judged twice, is told in its notes; mutants that nobody judged are unassessed.

    Args:
        reports: those of the shards, in any order.

    Raises:
        UsageError: they are not of shards, or not of the same code, tests and mutants.
    """
    places = _agreeing(reports)
    of = places[0][1]
    ordered = [report for _, report in sorted(zip(places, reports, strict=True), key=lambda pair: pair[0])]
    first = ordered[0]
    missing = sorted(set(range(1, of + 1)) - {place for place, _ in places})
    mutants, notes = _joined(ordered, ", ".join(f"{one}/{of}" for one in missing))
    twice = sorted({place for place, _ in places if places.count((place, of)) > 1})
    notes += [f"shard {one}/{of} is given twice" for one in twice]
    notes += [f"shard {one}/{of} is missing" for one in missing]
    return first._replace(
        outcomes=tuple(_outcomes(ordered, mutants)),
        seeds=tuple(_each_once(one.seeds for one in ordered)),
        instabilities=tuple(_each_once(one.instabilities for one in ordered)),
        coverage=next((one.coverage for one in ordered if one.coverage), ()),
        gaps=next((one.gaps for one in ordered if one.coverage), ()),
        mutants=tuple(mutants),
        seconds=max(one.seconds for one in ordered),
        shard="",
        elsewhere=(),
        notes=(*_each_once(one.notes for one in ordered), *notes),
    )


def _agreeing(reports: Sequence[Report]) -> list[tuple[int, int]]:
    """Which shard each report is of, all of them being of the same run."""
    if not reports:
        raise UsageError("--combine: no report is given")
    whole = [report for report in reports if not report.shard]
    if whole:
        raise UsageError("--combine: a report is not of a shard; run each with --shard K/N")
    places = [shard_of(report.shard) for report in reports]
    first = reports[0]
    for report in reports[1:]:
        which = f"the reports of shards {first.shard} and {report.shard}"
        for what, here, there in (
            ("numbers of shards", places[0][1], shard_of(report.shard)[1]),
            ("modules", (first.modules, first.code), (report.modules, report.code)),
            ("tests", {one.name for one in first.tests}, {one.name for one in report.tests}),
            ("versions of Python", first.python.split(".")[:2], report.python.split(".")[:2]),
            ("mutants", _fingerprints(first), _fingerprints(report)),
        ):
            if here != there:
                raise UsageError(f"--combine: {which} are of different {what}; run all shards on the same")
    return places


def _fingerprints(report: Report) -> set[str]:
    own = {one.mutant.fingerprint for one in report.mutants}
    return own | {one.fingerprint for one in report.elsewhere}


def _joined(reports: Sequence[Report], missing: str) -> tuple[list[Judged], list[str]]:
    """Every mutant once, in the order of path and line, and what is odd about them."""
    judged: dict[str, Judged] = {}
    twice, differing = 0, []
    for report in reports:
        moved = _moved(report, reports[0])
        for one in report.mutants:
            known = judged.get(one.mutant.fingerprint)
            here = one._replace(covering=tuple([moved[each] for each in one.covering]))
            if known is None or known.verdict == "unassessed":
                judged[one.mutant.fingerprint] = here
            elif one.verdict != "unassessed":
                twice += 1
                if known.verdict != one.verdict:
                    differing.append(f"{one.mutant.path}:{one.mutant.line} {known.verdict} and {one.verdict}")
                    judged[one.mutant.fingerprint] = min(known, here, key=_severity)
    reason = (
        f"its shard is missing: {missing}" if missing else "left out by every shard: run one without --shard"
    )
    for left in _left(reports, judged):
        judged[left.fingerprint] = Judged(left, "unassessed", reason=reason)
    notes = [f"{twice} mutants were judged by more than one shard"] if twice else []
    notes += [f"judged differently: {one}" for one in differing]
    return sorted(
        judged.values(), key=lambda one: (one.mutant.path, one.mutant.line, one.mutant.fingerprint)
    ), notes


def _left(reports: Sequence[Report], judged: Mapping[str, Judged]) -> Iterator[Mutant]:
    found = {one.fingerprint: one for report in reports for one in report.elsewhere}
    return (one for fingerprint, one in found.items() if fingerprint not in judged)


def _severity(one: Judged) -> int:
    return ("survived", "untested", "timeout", "killed", "equivalent", "unassessed").index(one.verdict)


def _moved(report: Report, first: Report) -> list[int]:
    """Of each test of a report, its position in the first one's tests."""
    where = {test.name: position for position, test in enumerate(first.tests)}
    return [where[test.name] for test in report.tests]


def _outcomes(reports: Sequence[Report], mutants: Sequence[Judged]) -> Iterator[Outcome]:
    """One outcome for each question: the failed one of a shard, else the passed one, else what could not be judged."""
    for check in CHECKS:
        given = [one for report in reports for one in report.outcomes if one.check == check]
        seconds = sum(one.seconds for one in given)
        if check == "noticed" and (given or mutants):
            yield counting.outcome(mutants, seconds)
        elif given:
            order = ("failed", "passed", "unassessed")
            yield min(given, key=lambda one: order.index(one.state))._replace(seconds=seconds)


def _each_once(many: Iterable[Iterable[V]]) -> list[V]:
    return list(dict.fromkeys(one for each in many for one in each))
