"""Which test notices what, in the page: tests by functions, and each test by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from async_testing.verifying.model import Judged, Report, Test
from async_testing.verifying.reports.words import by_line, plural, ranges, shown

AT_ONCE = 40
"""With more tests than that, or more functions than ``COLUMNS``, the matrix is folded away."""
COLUMNS = 12
MOST_COLUMNS = 40
OTHERS = "all others"
NAMED = 12


class _Row(NamedTuple):
    """A test, and the mutants that it has to do with."""

    test: Test
    noticed: list[Judged]
    """It was the first to fail on them."""
    others: list[Judged]
    """It runs their line, and another one was first."""
    missed: list[Judged]
    """It runs their line, and nobody noticed."""


def render(report: Report) -> str:
    """The section; empty where no mutant was judged."""
    mutants = [one for one in by_line(report.mutants) if one.verdict in ("killed", "timeout", "survived")]
    if not mutants or not report.tests:
        return ""
    rows = _rows(report.tests, mutants)
    said = (
        "<p>A test is counted where it was the first to fail on a mutant; a dot says that it runs the function, and "
        "was not needed to notice anything. Fast tests are asked first.</p>\n"
    )
    return f"{said}{_matrix(rows, mutants)}{_each(rows)}"


def _rows(tests: Sequence[Test], mutants: Sequence[Judged]) -> list[_Row]:
    rows = [_Row(test, [], [], []) for test in tests]
    by_name = {row.test.name: row for row in rows}
    for one in mutants:
        if one.by in by_name:
            by_name[one.by].noticed.append(one)
        for position in one.covering:
            row = rows[position]
            if row.test.name != one.by:
                (row.missed if one.verdict == "survived" else row.others).append(one)
    return rows


def _matrix(rows: Sequence[_Row], mutants: Sequence[Judged]) -> str:
    scopes = list(dict.fromkeys(_scope(one) for one in mutants))
    if len(scopes) > MOST_COLUMNS:
        tops = list(dict.fromkeys(one.split(".", 1)[0] for one in scopes))
        scopes = tops if len(tops) <= MOST_COLUMNS else [*tops[: MOST_COLUMNS - 1], OTHERS]
    head = "".join(f'<th scope="col"><span class="turned">{shown(one)}</span></th>' for one in scopes)
    body = "".join(_cells(row, scopes) for row in rows)
    table = (
        '<div class="scroll" role="region" aria-label="Tests by functions" tabindex="0"><table class="matrix"><caption>'
        "Mutants that a test was the first to notice, by function</caption>"
        f'<thead><tr><th scope="col">Test</th>{head}</tr></thead><tbody>{body}</tbody></table></div>\n'
    )
    if len(rows) <= AT_ONCE and len(scopes) <= COLUMNS:
        return table
    said = f"The matrix of {plural(len(rows), 'test')} and {plural(len(scopes), 'function')}"
    return f"<details><summary>{said}</summary>\n{table}</details>\n"


def _cells(row: _Row, scopes: Sequence[str]) -> str:
    first = Counter(_column(one, scopes) for one in row.noticed)
    runs = {_column(one, scopes) for one in (*row.others, *row.missed)}
    cells = []
    for scope in scopes:
        if first[scope]:
            cells.append(f'<td class="noticed">{first[scope]}</td>')
        else:
            cells.append("<td>\u00b7</td>" if scope in runs else "<td></td>")
    return f'<tr><th scope="row">{shown(_short(row.test.name))}</th>{"".join(cells)}</tr>\n'


def _column(one: Judged, scopes: Sequence[str]) -> str:
    scope = _scope(one)
    top = scope.split(".", 1)[0]
    return next((each for each in (scope, top) if each in scopes), OTHERS)


def _scope(one: Judged) -> str:
    return one.mutant.scope or "module"


def _short(name: str) -> str:
    return name.partition("::")[2] or name


def _each(rows: Sequence[_Row]) -> str:
    """Each test, by file: what it noticed, runs, and missed."""
    told = []
    for path, group in groupby(rows, key=lambda row: row.test.name.partition("::")[0]):
        those = list(group)
        first = sum(len(row.noticed) for row in those)
        summary = f"<code>{shown(path)}</code>: {plural(len(those), 'test')}, first to notice {plural(first, 'mutant')}"
        items = "".join(_test(row) for row in those)
        told.append(f'<details><summary>{summary}</summary><div class="inside">{items}</div></details>\n')
    return f"<h3>Test by test</h3>\n{''.join(told)}"


def _test(row: _Row) -> str:
    head = (
        f"<code>{shown(_short(row.test.name))}</code> {shown(row.test.outcome)} in {row.test.seconds:.3f} s, "
        f"first to notice {len(row.noticed)}"
    )
    body = "".join(
        [
            _places("Noticed", row.noticed),
            _places("Runs, and another test was first to notice", row.others),
            _missed(row.missed),
        ]
    )
    if not body:
        return f"<p>{head}; runs no mutant</p>\n"
    return f'<details><summary>{head}</summary><div class="inside">{body}</div></details>\n'


def _places(said: str, those: Sequence[Judged]) -> str:
    """Lines by function; counts would have to be added up by whoever reads them."""
    lines: Mapping[str, list[int]] = defaultdict(list)
    for one in those:
        lines[f"{one.mutant.path} {_scope(one)}"].append(one.mutant.line)
    found = "; ".join(f"<code>{shown(place)}</code> {ranges(at)}" for place, at in lines.items())
    return f"<p>{said}: {found}</p>" if found else ""


def _missed(those: Sequence[Judged]) -> str:
    links = [
        f'<a href="#m-{shown(one.mutant.fingerprint)}">line {one.mutant.line} {shown(one.mutant.operator)}</a>'
        for one in those[:NAMED]
    ]
    more = f" and {len(those) - NAMED} more" if len(those) > NAMED else ""
    return f"<p>Runs, and missed: {', '.join(links)}{more}</p>" if links else ""
