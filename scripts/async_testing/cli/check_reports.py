"""What check.py prints of a run, and its exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from async_testing.checking.judging import FAILED, important
from async_testing.finding import Finding, UsageError
from async_testing.formats import MACHINES, About, View, render

if TYPE_CHECKING:
    from async_testing.cli.check_run import Outcome

UNJUDGED = 5
"""How many files that could not be judged are told of below a diff."""


def report(options: Namespace, outcome: Outcome) -> int:
    """Print or write the report; returns the exit code."""
    view = _view(outcome)
    if options.output_format in MACHINES:
        text = _statistics_json(outcome) if options.statistics else render(options.output_format, view)
        _put(options, text)
        for note in outcome.notes:
            print(note, file=sys.stderr)
    else:
        _text(options, outcome, view)
    return _code(options, outcome)


def shown_from(root: str) -> Callable[[str], str]:
    """A function that gives a path below the root as it is shown: relative to the working folder."""
    try:
        way = os.path.relpath(root, os.path.realpath(os.getcwd())).replace(os.sep, "/")  # noqa: PTH109
    except (ValueError, OSError):  # another drive, or a working folder that is gone
        way = root.replace(os.sep, "/")
    if way == ".":
        return lambda path: path
    if way.startswith(".."):
        return lambda path: os.path.relpath(f"{root}/{path}").replace(os.sep, "/")
    return lambda path: f"{way}/{path}"


def _code(options: Namespace, outcome: Outcome) -> int:
    if outcome.problems:
        return 2
    findings = any(one.severity != "info" for one in outcome.findings)
    return 1 if findings and not options.exit_zero else 0


def _view(outcome: Outcome) -> View:
    rules = {rule.code: rule for rule in outcome.rules}

    def about(code: str) -> About:
        rule = rules[code]
        return About(code, rule.name, rule.severity, rule.summary, rule.documentation.strip())

    def fingerprints() -> list[str]:
        from async_testing.checking.fingerprints import known

        return [one.digest for one in known(outcome.findings, outcome.texts)]

    from async_testing import __version__

    return View(
        tuple(outcome.findings),
        tuple(outcome.problems),
        len(outcome.files),
        shown_from(outcome.root),
        outcome.texts.line,
        about,
        fingerprints,
        __version__,
    )


def _put(options: Namespace, text: str) -> None:
    if not options.output_file:
        sys.stdout.write(text)
        return
    from pathlib import Path

    path = Path(options.output_file)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"--output-file {path} cannot be written ({error.strerror}): name another") from None


def _text(options: Namespace, outcome: Outcome, view: View) -> None:
    from async_testing.formats import text

    if outcome.nothing_meant:
        why = "is excluded" if options.since is None else f"was changed since {options.since}"
        _put(options, f"{'no test file' if options.since is not None else options.stdin_filename} {why}\n")
        return
    found = sorted((*outcome.problems, *outcome.findings), key=important)
    tail = [*outcome.notes, _summary(options, outcome), f"next: {_next(options, outcome, found)}"]
    whole = options.all or bool(options.output_file)
    if options.statistics:
        lines = _statistics(outcome)
        lines = lines if whole else text.clipped(lines, tail)
    elif options.diff:
        unjudged = outcome.problems if whole else outcome.problems[:UNJUDGED]
        tail[:0] = [line for part in text.body("concise", view, unjudged) for line in part]
        lines = outcome.diff if whole else text.clipped(outcome.diff, tail)
    elif whole:
        lines = [line for part in text.body(options.output_format, view, found) for line in part]
        lines += _checklist(options, outcome)
    elif options.checklist:
        lines = text.fitted("concise", view, found, [], (9, 800)) if found else []
        lines += text.clipped(_by_state(_checklist(options, outcome)), [*lines, *tail])
    else:
        lines = text.fitted(options.output_format, view, found, tail)
    if options.output_file:
        _put(options, "\n".join([*lines, *tail[:-1], ""]))
        lines = []
    print("\n".join([*lines, *tail]))


def _summary(options: Namespace, outcome: Outcome) -> str:
    findings = outcome.findings
    files = _many(len(outcome.files), "file")
    if findings:
        kinds = Counter(one.severity for one in findings)
        told = ", ".join(_many(kinds[kind], kind) for kind in ("error", "warning") if kinds[kind])
        told += f"{', ' if told and kinds['info'] else ''}{kinds['info']} info" if kinds["info"] else ""
        where = {one.path for one in findings}
        others = where - set(outcome.files)  # modules of the project, the configuration
        beside = f"{' and ' if where - others else ''}{_many(len(others), 'other')}" if others else ""
        within = f"{len(where - others)} of {files}" if where - others else ""
        checked = f" ({files} checked)" if others and not within else ""
        parts = [f"{_many(len(findings), 'finding')} ({told}) in {within}{beside}{checked}"]
    else:
        parts = [f"no findings in {files}"]
    if outcome.problems:
        parts.append(f"{_many(len(outcome.problems), 'file')} could not be judged")
    fixes = [one.fix["safe"] is True for one in findings if one.fix]
    if safe := fixes.count(True):
        parts.append(f"--fix mends {safe}")
    if unsafe := fixes.count(False):
        parts.append(f"--unsafe-fixes mends {unsafe}{' more' if safe else ''}")
    if hidden := sum(one.suppressed for one in outcome.judged):
        parts.append(f"{hidden} suppressed by comments")
    if hidden := sum(one.baselined for one in outcome.judged):
        parts.append(f"{hidden} in {options.baseline}")
    return "; ".join(parts)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _next(options: Namespace, outcome: Outcome, found: Sequence[Finding]) -> str:
    """The command that leads on from here."""
    import shlex

    if outcome.problems:
        first = outcome.problems[0]
        if failed := FAILED.search(first.message):
            return _again(options, "--ignore", failed[1])
        path = shown_from(outcome.root)(first.path)
        return shlex.join(["python", "-m", "py_compile", path]) if path.endswith(".py") else _again(options)
    fixes = {one.fix["safe"] is True for one in found if one.fix}
    if options.diff and outcome.diff:
        return _again(options, "--fix", without=("--diff",))
    if True in fixes and not options.fix:
        return _again(options, "--fix") if options.paths != ["-"] else _again(options, "--diff")
    if found:
        return shlex.join(["python", sys.argv[0] or "check.py", "--explain", found[0].code])
    paths = [one for one in options.paths if one != "-"]
    return shlex.join(["python", "-m", "pytest", *paths])


def _again(options: Namespace, *flags: str, without: Sequence[str] = ()) -> str:
    import shlex

    given = [one for one in options.given if one not in without]
    end = given.index("--") if "--" in given else len(given)
    return shlex.join(["python", sys.argv[0] or "check.py", *given[:end], *flags, *given[end:]])


def _counted(outcome: Outcome) -> list[tuple[int, str, str, bool]]:
    found = [*outcome.problems, *outcome.findings]
    counts = Counter((one.code, one.name) for one in found)
    mendable = {one.code for one in found if one.fix}
    rows = [(number, code, name, code in mendable) for (code, name), number in counts.items()]
    return sorted(rows, key=lambda row: (-row[0], row[1]))


def _statistics(outcome: Outcome) -> list[str]:
    rows = _counted(outcome)
    wide = len(str(rows[0][0])) if rows else 0
    return [f"{number:>{wide}}  {code} {name}{'  [fix]' if fix else ''}" for number, code, name, fix in rows]


def _statistics_json(outcome: Outcome) -> str:
    import json

    names = ("count", "code", "name", "fixable")
    return json.dumps([dict(zip(names, row, strict=True)) for row in _counted(outcome)], indent=2) + "\n"


def _checklist(options: Namespace, outcome: Outcome) -> list[str]:
    if not options.checklist:
        return []
    from async_testing.checking import checklist
    from async_testing.checking.examined import Examined
    from async_testing.checking.overlaid import Overlaid

    examined = [
        Examined(one.path, one.findings, one.problem.message if one.problem else "") for one in outcome.judged
    ]
    facts = checklist.facts_of(Overlaid(outcome.texts), outcome.files, outcome.asked)
    return checklist.report(checklist.lines(examined, facts))


def _by_state(lines: Sequence[str]) -> list[str]:
    """The checklist's lines, failed ones first, without headings; the sums stay first."""
    *listed, sums = lines
    order = ("  [!]", "  [ ]", "  [x]")
    return [f"checklist: {sums}", *(one for mark in order for one in listed if one.startswith(mark))]
