"""A run of check.py: from the command line's options to what is to be reported."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import NamedTuple

from async_testing.checking import discovery, own
from async_testing.checking.examined import Examined
from async_testing.checking.judging import Judge, Judged, problem
from async_testing.checking.selection import select, wishes_of
from async_testing.checking.texts import Texts
from async_testing.cli.check import wishes
from async_testing.cli.check_rules import every, known
from async_testing.cli.paths import is_inside, located
from async_testing.finding import Finding, UsageError
from async_testing.rules import Rule

STDIN = "test_stdin.py"


class Outcome(NamedTuple):
    """What a run came to."""

    root: str
    texts: Texts
    rules: list[Rule]
    asked: list[Rule]
    files: tuple[str, ...]
    judged: list[Judged]
    problems: list[Finding]
    notes: list[str]
    """Lines for people: what was written, what does not fit any more."""
    diff: list[str]
    fixed: int = 0
    nothing_meant: bool = False
    """With ``--since``: there are test files, and none was changed; or standard input is of an excluded path."""

    @property
    def findings(self) -> list[Finding]:
        """Of all files, by place."""
        return [found for one in self.judged for found in one.findings]


def outcome_of(options: Namespace) -> Outcome:
    """Find, run, judge; mend and write a baseline where that is asked.

    Raises:
        UsageError: the command line or the configuration asks for something that is not there.
    """
    root = _root(options)
    rules = every()
    layers = [wishes_of(root), wishes(options)]
    selection = select(known(rules), layers)
    asked = [rule for rule in rules if rule.code in selection.codes - own.CODES]
    if not asked:
        raise UsageError("no rule is left to ask: --select or the configuration's select decides")
    if not options.checklist:
        options.checklist = layers[0].checklist
    texts = Texts(root)
    exclude = [pattern for layer in layers for pattern in layer.exclude]
    found, examined, unchanged = _examined(options, texts, asked, exclude)
    entries = _baseline(options)
    judge = Judge(known(rules), selection, texts, entries)
    judged = judge.judge(examined)
    problems = [problem(one.path, one.message) for one in found.problems]
    outcome = Outcome(root, texts, rules, asked, found.files, judged, problems, [], [], 0, unchanged)
    if options.fix or options.diff:
        from async_testing.cli.check_fixes import mended

        outcome = mended(options, outcome, judge)
    outcome.problems.extend(one.problem for one in outcome.judged if one.problem)
    if options.write_baseline:
        return _write_baseline(options, outcome, selection.codes)
    if options.baseline:
        _tell_stale(options, outcome, judge, selection.codes)
    return outcome


def _root(options: Namespace) -> str:
    if options.root:
        root: str = os.path.realpath(options.root)
        if not os.path.isdir(root):  # noqa: PTH112
            raise UsageError(f"--root {options.root} is no folder: name the project's")
        return root
    cwd = os.getcwd()  # noqa: PTH109
    root = os.path.realpath(discovery.root_of([], cwd))
    named = [options.stdin_filename] if options.stdin_filename else options.paths
    paths = [located(one, root) for one in named if one != "-"]
    if all(is_inside(one, root) for one in paths):  # a link out of the project is no other project
        return root
    return os.path.realpath(discovery.root_of(paths, cwd))


def _examined(
    options: Namespace, texts: Texts, asked: Sequence[Rule], exclude: Sequence[str]
) -> tuple[discovery.Found, Sequence[Examined], bool]:
    root = texts.root
    if options.paths == ["-"]:
        path = _stdin_path(options, root)
        if _excluded(path, exclude):
            return discovery.Found((), ()), [], True
        from async_testing.checking.engine import examine
        from async_testing.checking.overlaid import Overlaid

        texts.put(path, sys.stdin.buffer.read())
        done = examine(Overlaid(texts), path, texts.data(path), asked)
        return discovery.Found((path,), ()), [done], False
    paths = [located(one, root) for one in options.paths] or discovery.default_paths(root)
    found = discovery.find(root, paths, exclude=exclude)
    if not found.files and not found.problems:
        where = ", ".join(options.paths) or ", ".join(paths) or "."
        raise UsageError(f"no test file in {where}: name files or folders that have some")
    files, changed = found.files, None
    if options.since is not None:
        from pathlib import Path

        from async_testing.checking.since import changed as changed_since

        changed = changed_since(Path(root), options.since)
        files = tuple(one for one in files if one in changed)
        found = discovery.Found(files, tuple(one for one in found.problems if one.path in changed))
    if not files:
        return found, [], not found.problems
    from async_testing.checking.cache import Cache
    from async_testing.checking.running import run

    cache = None if options.no_cache else Cache(root, asked)
    report = run(root, files, asked, cache=cache, jobs=options.jobs)
    examined = report.examined
    if changed is not None:
        examined = tuple(one for one in examined if one.path in changed or one.problem)
    elif any(rule.check_module for rule in asked) and _is_whole(root, paths):
        examined = _with_modules(root, examined, asked, exclude)
    return found, examined, False


def _is_whole(root: str, paths: Sequence[str]) -> bool:
    """Whether these paths are all of the project's tests, or more."""
    given = {os.path.realpath(os.path.join(root, one)) for one in paths}  # noqa: PTH118
    wanted = {os.path.realpath(os.path.join(root, one)) for one in discovery.default_paths(root)}  # noqa: PTH118
    return root in given or given >= wanted


def _with_modules(
    root: str, examined: tuple[Examined, ...], asked: Sequence[Rule], exclude: Sequence[str]
) -> tuple[Examined, ...]:
    """With what the rules about modules find, which only the tests of the whole project can tell."""
    from async_testing.checking import whole

    more = whole.run(root, asked, lambda path: _excluded(path, exclude))
    return tuple(whole.joined(examined, more))


def _stdin_path(options: Namespace, root: str) -> str:
    from pathlib import Path

    full = Path(located(options.stdin_filename or STDIN, root))
    try:
        real = full.parent.resolve() / full.name
        return real.relative_to(root).as_posix()
    except (ValueError, OSError, RuntimeError):
        raise UsageError(f"--stdin-filename {full} lies outside of {root}: give --root") from None


def _excluded(path: str, patterns: Sequence[str]) -> bool:
    from async_testing.checking.ignoring import Ignore

    ignore, parts = Ignore(patterns), path.split("/")
    return any(
        ignore.decides("/".join(parts[: depth + 1]), part, depth + 1 < len(parts))
        for depth, part in enumerate(parts)
    )


def _baseline(options: Namespace) -> frozenset[tuple[object, ...]]:
    if not options.baseline or options.write_baseline:
        return frozenset()
    from pathlib import Path

    from async_testing.checking import baseline

    return frozenset(baseline.read(Path(options.baseline)))


def _write_baseline(options: Namespace, outcome: Outcome, codes: frozenset[str]) -> Outcome:
    from pathlib import Path

    from async_testing.checking import baseline, fingerprints

    path = Path(options.baseline)
    found = set(fingerprints.known(outcome.findings, outcome.texts))
    looked_at = {one.path for one in outcome.judged if not one.problem}
    if path.exists():  # what this run did not look at stays as it was
        kept = baseline.read(path) - found
        gone = baseline.stale(kept, (), looked_at, codes, Path(outcome.root))
        found |= kept.difference(gone)
    baseline.write(path, found)
    outcome.notes.append(f"{options.baseline} lists {len(found)} finding{'s' if len(found) != 1 else ''}")
    hidden = [
        one._replace(findings=(), baselined=one.baselined + len(one.findings)) for one in outcome.judged
    ]
    return outcome._replace(judged=hidden)


def _tell_stale(options: Namespace, outcome: Outcome, judge: Judge, codes: frozenset[str]) -> None:
    from pathlib import Path

    from async_testing.checking import baseline
    from async_testing.checking.fingerprints import Known

    entries = [one for one in judge.baseline if isinstance(one, Known)]
    matched = [one for one in judge.matched if isinstance(one, Known)]
    looked_at = {one.path for one in outcome.judged if not one.problem}
    old = baseline.stale(entries, matched, looked_at, codes, Path(outcome.root))
    if old:
        first = f"{old[0].code} in {old[0].path}{f' ({old[0].inside})' if old[0].inside else ''}"
        more = f" and {len(old) - 1} more" if len(old) > 1 else ""
        outcome.notes.append(
            f"{options.baseline} lists what is not found any more: {first}{more}; --write-baseline takes it out"
        )
