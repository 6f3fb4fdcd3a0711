"""The source in the page, with each mutant that was missed below its line."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from async_testing.verifying.model import Coverage, Judged, Report
from async_testing.verifying.reports.words import VERDICTS, by_line, difference, plural, prose, shown

AROUND = 3
"""Lines to show on both sides of what there is to tell."""
FOLDED = 10
"""Lines without anything to tell are folded away from this number on."""
TOLD = ("survived", "untested", "unassessed")


class _Line(NamedTuple):
    number: int
    text: str
    mutants: tuple[Judged, ...]
    """Those that begin here."""
    below: tuple[Judged, ...]
    """Those to show below: they end here, and nobody noticed them."""
    unrun: bool
    never: tuple[int, ...]
    """Where the run never goes on to from here."""

    @property
    def telling(self) -> bool:
        return bool(self.below or self.unrun or self.never)


def anchor(path: str, line: int) -> str:
    """The name of a line in the page."""
    return f"l-{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}-{line}"


def render(report: Report, sources: Mapping[str, str]) -> str:
    """Each module that has a text."""
    paths = dict.fromkeys([*report.modules, *(one.mutant.path for one in by_line(report.mutants))])
    return "".join(_module(path, sources.get(path), report) for path in paths)


def _module(path: str, text: str | None, report: Report) -> str:
    those = [one for one in by_line(report.mutants) if one.mutant.path == path]
    coverage = next((one for one in report.coverage if one.path == path), None)
    head = f"<h3><code>{shown(path)}</code></h3>\n"
    if text is None:
        told = _below([one for one in those if one.verdict in TOLD])
        return (
            f'{head}<p class="soft">Its text is not at hand.</p><div class="source">{told}</div>\n'
            if told
            else ""
        )
    body = "".join(_stretches(list(_lines(path, text, those, coverage)), path))
    return (
        f'{head}<p class="soft">Beside each line: how many of its mutants were noticed, of how many.</p>\n'
        f'<div class="source scroll" role="region" aria-label="Source of {shown(path)}" tabindex="0">\n{body}</div>\n'
    )


def _lines(path: str, text: str, those: Sequence[Judged], coverage: Coverage | None) -> Iterator[_Line]:
    texts = text.split("\n")
    if texts[-1] == "":
        texts.pop()
    missing = set(coverage.missing_lines) if coverage else set()
    begins: dict[int, list[Judged]] = {}
    ends: dict[int, list[Judged]] = {}
    for one in those:
        begins.setdefault(min(one.mutant.line, len(texts)), []).append(one)
        if one.verdict in TOLD:
            ends.setdefault(min(_end(one), len(texts)), []).append(one)
    for number, line in enumerate(texts, 1):
        branches = coverage.missing_branches if coverage else ()
        never = tuple(target for origin, target in branches if origin == number)
        yield _Line(
            number,
            line.removesuffix("\r"),
            tuple(begins.get(number, ())),
            tuple(ends.get(number, ())),
            number in missing,
            () if number in missing else never,
        )


def _end(one: Judged) -> int:
    """The last line that the mutant changes."""
    place = difference(one.mutant.before, one.mutant.after)
    return one.mutant.line + one.mutant.before.count("\n", 0, place.end)


def _stretches(lines: Sequence[_Line], path: str) -> Iterator[str]:
    """The lines, long stretches without anything to tell folded away."""
    near = {one.number + step for one in lines if one.telling for step in range(-AROUND, AROUND + 1)}
    for quiet, group in groupby(lines, key=lambda one: one.number not in near):
        those = list(group)
        body = "".join(_line(one, path) for one in those)
        if quiet and len(those) >= FOLDED:
            mutants = sum(len(one.mutants) for one in those)
            said = f": {plural(mutants, 'mutant')}, none missed" if mutants else ""
            place = f"Lines {those[0].number} to {those[-1].number}"
            yield f'<details class="fold"><summary>{place}{said}</summary>\n{body}</details>\n'
        else:
            yield body


def _line(one: _Line, path: str) -> str:
    counted = [each for each in one.mutants if each.verdict not in ("equivalent", "unassessed")]
    noticed = sum(each.verdict in ("killed", "timeout") for each in counted)
    figure = f"{noticed}/{len(counted)}" if counted else ""
    kind = "" if noticed == len(counted) else " missed"
    note = '<span class="note">not run</span>' if one.unrun and one.text.strip() else ""
    if one.never:
        targets = ", ".join("the end" if target < 0 else f"line {target}" for target in one.never)
        note = f'<span class="note">never goes on to {targets}</span>'
    return (
        f'<div class="line{" unrun" if one.unrun else ""}" id="{anchor(path, one.number)}">'
        f'<span class="at">{one.number}</span><span class="of{kind}">{figure}</span>'
        f"<code>{shown(one.text)}</code>{note}</div>\n" + _below(one.below)
    )


def _below(those: Sequence[Judged]) -> str:
    """What is told below a line: each mutant by itself, but all together for which the line would have to run first."""
    unrun = [one for one in those if one.verdict == "untested"]
    together = unrun if len(unrun) > 1 else []
    told = "".join(_mutant(one) for one in those if one not in together)
    if not together:
        return told
    items = "".join(
        f'<div class="inside" id="m-{shown(one.mutant.fingerprint)}">{shown(one.mutant.operator)}'
        f"{_diff(one.mutant.before, one.mutant.after)}</div>"
        for one in together
    )
    summary = f"<strong>{VERDICTS['untested']}</strong>: {plural(len(together), 'mutant')}"
    return f'{told}<details class="mutant"><summary>{summary}</summary>{items}</details>\n'


def _mutant(one: Judged) -> str:
    mutant = one.mutant
    said = [f"<p>{prose(one.reason)}</p>"] if one.reason else []
    if mutant.hint:
        said.append(f"<p>To notice it: {prose(mutant.hint)}.</p>")
    if one.closest:
        said.append(f"<p>The test that comes closest: <code>{shown(one.closest)}</code></p>")
    if one.tests:
        said.append(f'<p class="soft">{plural(one.tests, "test")} ran on it.</p>')
    kind = " open" if one.verdict == "unassessed" else ""
    return (
        f'<details class="mutant{kind}"><summary><strong>{VERDICTS[one.verdict]}'
        f"</strong>: {shown(mutant.operator)} <code>{shown(_glimpse(mutant.before, mutant.after))}</code></summary>"
        f'<div class="inside" id="m-{shown(mutant.fingerprint)}">{_diff(mutant.before, mutant.after)}'
        f"{''.join(said)}</div></details>\n"
    )


def _glimpse(before: str, after: str) -> str:
    """What was changed, in one short line."""
    place = difference(before, after)
    old = " ".join(before[place.start : place.end].split())
    new = " ".join(after[place.start : place.end_after].split())
    parts = [f"{one[:40]}\u2026" if len(one) > 40 else one for one in (old or "nothing", new or "nothing")]
    return " \u2192 ".join(parts)


def _diff(before: str, after: str) -> str:
    """The lines that differ, as removed and added ones, with the very difference marked."""
    old, new = textwrap.dedent(f"{before}\n").splitlines(), textwrap.dedent(f"{after}\n").splitlines()
    pairs = [(one, other) for one, other in zip_longest(old, new) if one != other]
    removed, added = [], []
    for one, other in pairs:
        place = difference(one or "", other or "")
        if one is not None:
            removed.append(f"<del>- {_marked(one, place.start, place.end, other is not None)}</del>")
        if other is not None:
            added.append(f"<ins>+ {_marked(other, place.start, place.end_after, one is not None)}</ins>")
    return f'<pre class="diff">{"".join([*removed, *added])}</pre>'


def _marked(line: str, start: int, end: int, partly: bool) -> str:
    if not partly or start >= end:
        return shown(line)
    return f"{shown(line[:start])}<mark>{shown(line[start:end])}</mark>{shown(line[end:])}"
