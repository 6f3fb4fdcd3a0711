"""The report as a page of HTML that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from async_testing.verifying.counting import count
from async_testing.verifying.model import Coverage, Gap, Instability, Judged, Outcome, Report, Statement
from async_testing.verifying.reports import listing, matrix
from async_testing.verifying.reports.style import STYLE
from async_testing.verifying.reports.words import QUESTIONS, by_line, plural, prose, ranges, shown

SHOWN = 20
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
KINDS = {
    "order": "depends on the order",
    "alone": "fails alone",
    "repeat": "differs when repeated",
    "warning": "warns",
    "leak": "leaves something behind",
}
SIGNS = {"passed": "\u2713", "failed": "\u2717", "unassessed": "?"}


def render(report: Report, sources: Mapping[str, str]) -> str:
    """The page.

    Args:
        report: what was found.
        sources: the texts of the modules by path; those that it lacks are not shown.
    """
    title = f"verify {', '.join(report.modules)}" if report.modules else "verify"
    sections = [
        ("outcomes", "Outcomes", _outcomes(report)),
        ("missed", "Bugs that no test noticed", _missed(report)),
        ("gaps", "Ways that no test takes", _gaps(report)),
        ("steadiness", "Tests that are not steady", _instabilities(report)),
        ("statements", "SQL on a real server", _statements(report)),
        ("source", "The source, and what was planted", listing.render(report, sources)),
        ("tests", "What each test notices", matrix.render(report)),
        ("run", "How it was run", _run(report)),
    ]
    told = [(name, heading, body) for name, heading, body in sections if body]
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading, _ in told)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{shown(title)}</title><style>{STYLE}</style></head><body>\n"
        '<a class="skip" href="#main">Skip to the report</a>\n'
        f"<header><h1>{shown(title)}</h1>{_summary(report)}"
        f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav></header>\n<main id="main">\n'
        + "".join(
            f'<section aria-labelledby="{name}"><h2 id="{name}">{heading}</h2>\n{body}</section>\n'
            for name, heading, body in told
        )
        + "</main></body></html>\n"
    )


def _summary(report: Report) -> str:
    states = [one.state for one in report.outcomes]
    said = [
        f"{states.count(state)} {state}" for state in ("failed", "unassessed", "passed") if state in states
    ]
    part = f", shard {shown(report.shard)}" if report.shard else ""
    return f'<p class="soft">{", ".join(said) or "nothing was asked"}, in {report.seconds:.1f} s{part}</p>'


def _outcomes(report: Report) -> str:
    rows = "".join(_outcome(one, _bar(report) if one.check == "noticed" else "") for one in report.outcomes)
    return f'<ul class="outcomes">{rows}</ul>'


def _outcome(one: Outcome, more: str) -> str:
    return (
        f'<li><span><span class="state {one.state}">{SIGNS[one.state]} {one.state}</span></span>'
        f'<strong class="question">{QUESTIONS[one.check]}</strong>'
        f'<span class="soft number">{one.seconds:.1f} s</span>'
        f'<div class="evidence">{shown(one.evidence)}{more}</div></li>\n'
    )


def _bar(report: Report) -> str:
    got = count(report.mutants)
    if not got.judged:
        return ""
    width = 100 * got.noticed / got.judged
    return (
        f'<div class="bar" role="img" aria-label="{got.noticed} of {got.judged} mutants noticed">'
        f'<div class="have" style="width:{width:.2f}%"></div>'
        f'<div class="lack" style="width:{100 - width:.2f}%"></div></div>'
    )


def _missed(report: Report) -> str:
    survived = by_line(one for one in report.mutants if one.verdict == "survived")
    untested = by_line(one for one in report.mutants if one.verdict == "untested")
    left = by_line(one for one in report.mutants if one.verdict == "unassessed")
    body = _several([_item(one) for one in survived], "more") if survived else ""
    if untested:
        groups = groupby(untested, key=lambda one: (one.mutant.path, one.mutant.scope))
        items = [_unrun(path, scope, list(those)) for (path, scope), those in groups]
        body += (
            f"<p>On lines that no test runs, {plural(len(untested), 'mutant')}:</p>{_several(items, 'more')}"
        )
    if not body and count(report.mutants).judged:
        body = "<p>None of those that were judged.</p>"
    if left:
        reasons = "".join(
            f"<li>{prose(one)}</li>" for one in dict.fromkeys(each.reason for each in left) if one
        )
        body += f'<p>{plural(len(left), "mutant")} could not be judged:</p><ul class="items">{reasons}</ul>'
    return body


def _item(one: Judged) -> str:
    mutant = one.mutant
    where = f'<a href="#m-{shown(mutant.fingerprint)}"><code>{shown(mutant.path)}:{mutant.line}</code></a>'
    said = f" To notice it: {prose(mutant.hint)}." if mutant.hint else ""
    scope = f" in <code>{shown(mutant.scope)}</code>" if mutant.scope else ""
    return f'<li>{where} <span class="state missed">survived</span> {shown(mutant.operator)}{scope}.{said}</li>\n'


def _unrun(path: str, scope: str, those: Sequence[Judged]) -> str:
    lines = ranges([one.mutant.line for one in those])
    word = "line" if lines.isdigit() else "lines"
    name = shown(f"{path} {scope}".strip())
    return (
        f'<li><a href="#m-{shown(those[0].mutant.fingerprint)}"><code>{name}</code></a>: '
        f"{plural(len(those), 'mutant')} on {word} {lines}</li>\n"
    )


def _several(items: Sequence[str], more: str) -> str:
    """A list; what is past the first ones is folded away."""
    first, rest = items[:SHOWN], items[SHOWN:]
    told = f'<ul class="items">{"".join(first)}</ul>'
    if rest:
        told += (
            f'<details><summary>{len(rest)} {more}</summary><ul class="items">{"".join(rest)}</ul></details>'
        )
    return told


def _gaps(report: Report) -> str:
    figures = "".join(_coverage(one) for one in report.coverage)
    table = (
        '<div class="scroll" role="region" aria-label="Coverage" tabindex="0"><table class="stack"><thead><tr>'
        '<th scope="col">Module</th><th scope="col" class="number">Lines run</th>'
        '<th scope="col" class="number">Branches taken</th><th scope="col">Lines not run</th></tr></thead>'
        f"<tbody>{figures}</tbody></table></div>\n"
    )
    body = _several([_gap(one) for one in report.gaps], "more") if report.gaps else ""
    return (table if figures else "") + body


def _coverage(one: Coverage) -> str:
    return (
        f"<tr><td><code>{shown(one.path)}</code></td>"
        f'<td class="number">{one.lines_run} of {one.lines} lines</td>'
        f'<td class="number">{one.branches_run} of {one.branches} branches</td>'
        f"<td>{ranges(one.missing_lines) or 'none'}</td></tr>\n"
    )


def _gap(one: Gap) -> str:
    said = f"; a test for it: <code>{shown(one.suggestion)}</code>" if one.suggestion else ""
    return (
        f'<li><a href="#{listing.anchor(one.path, one.line)}"><code>{shown(one.path)}:{one.line}</code></a> '
        f"<code>{shown(one.subject)}</code>: {shown(one.about)}{said}</li>\n"
    )


def _instabilities(report: Report) -> str:
    return (
        _several([_instability(one) for one in report.instabilities], "more") if report.instabilities else ""
    )


def _instability(one: Instability) -> str:
    after = f" after <code>{shown(one.after)}</code>" if one.after else ""
    seeds = f' <span class="soft">seeds {", ".join(map(str, one.seeds))}</span>' if one.seeds else ""
    command = f'<pre class="diff">{shown(one.command)}</pre>' if one.command else ""
    return (
        f'<li><span class="state failed">{KINDS[one.kind]}</span> <code>{shown(one.test)}</code>{after}: '
        f"{shown(one.message)}{seeds}{command}</li>\n"
    )


def _statements(report: Report) -> str:
    return _several([_statement(one) for one in report.statements], "more") if report.statements else ""


def _statement(one: Statement) -> str:
    kind = "unassessed" if one.kind == "unassessed" else "failed"
    where = f"{one.path}:{one.line}" if one.path else one.test
    return (
        f'<li><code>{shown(where)}</code> <span class="state {kind}">{shown(one.kind)}</span> {shown(one.message)}'
        f'<pre class="diff">{shown(one.statement)}</pre></li>\n'
    )


def _run(report: Report) -> str:
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{value}</td></tr>\n' for name, value in _facts(report)
    )
    return f"<table><tbody>{rows}</tbody></table>\n"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "Project", f"<code>{shown(report.root)}</code>"
    yield "Interpreter", f"<code>{shown(report.interpreter)}</code>, Python {shown(report.python)}"
    yield (
        "pytest",
        f"{shown(report.pytest)}, asked for <code>{shown(' '.join(report.arguments)) or 'everything'}</code>",
    )
    if report.seeds:
        yield "Seeds", ", ".join(map(str, report.seeds))
    for one in report.coverage[:1]:
        yield "Lines told by", shown(one.measured_by)
    if report.elsewhere:
        yield "Other shards", f"{plural(len(report.elsewhere), 'mutant')} left to them"
    for note in report.notes:
        yield "Note", shown(note)
