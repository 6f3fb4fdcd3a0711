"""The command line of scaffold.py."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from async_testing import reports, scaffolding
from async_testing.cli import Parser, guarded
from async_testing.detection.drivers import FAKED
from async_testing.model import Change, Project, UsageError
from async_testing.project import detect
from async_testing.scaffolding import Scaffold, Wishes, agenthook

PROG = "scaffold.py"
ABOUT = """\
Write fixtures and fakes for async tests into a project: tests/conftest.py, what it imports, and tests/fakes/.

Side effects: creates these files, and changes an existing one only with --merge or --update, deletes only with
--remove. Never overwrites what somebody wrote, never edits configuration: the lines to add are printed. The
project's code is parsed, not run. --dry-run changes nothing."""
EXITS = """\
  0  done, or nothing to do
  1  done but for some files, which are as they were: in conflict, modified, or outdated
  2  nothing was done: the message says what to mend or which flag decides"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run scaffold with these arguments, those of the process by default; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check(parser, options)
    return guarded(PROG, lambda: _remove(options) if options.remove else _scaffold(options))


def _parser() -> Parser:
    parser = Parser(PROG, ABOUT, EXITS)
    add = parser.add_argument
    add("root", nargs="?", default=".", metavar="ROOT", help="the project's folder (default: this one)")
    add("--tests", metavar="DIR", help="the tests folder, relative to ROOT (default: detected)")
    add("--app", metavar="MODULE:ATTR", help="the application or its factory (default: detected)")
    add("--driver", metavar="NAME", help=f"the driver to fake: {', '.join(FAKED)} (default: detected)")
    add("--locale", help="the locale of the faker fixture (default: en_US)")
    add("--with-database", action="store_true", help="add fixtures for a real PostgreSQL")
    add(
        "--with-agent-hook",
        action="store_true",
        help="have Claude Code check each test file it edits: a hook in .claude/settings.json",
    )
    add(
        "--merge",
        action="store_true",
        help="add the missing fixtures to an existing conftest, change nothing else",
    )
    add(
        "--update",
        action="store_true",
        help="replace files of an older version, and remove those no longer used, where nobody modified them",
    )
    add("--remove", action="store_true", help="delete the files scaffold wrote that nobody modified")
    add("--dry-run", action="store_true", help="show what would be done, with diffs, and do nothing")
    add("--all", action="store_true", help="print everything, not only 25 lines or 2 kB")
    add(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="json: contents and diffs only with --all",
    )
    return parser


def _check(parser: Parser, options: Namespace) -> None:
    asked = {"--merge": options.merge, "--update": options.update, "--with-database": options.with_database}
    asked["--with-agent-hook"] = options.with_agent_hook
    asked |= {"--app": options.app, "--driver": options.driver, "--locale": options.locale}
    if options.remove and (useless := [flag for flag, value in asked.items() if value]):
        parser.error(f"--remove goes with none of {', '.join(useless)}")


def _scaffold(options: Namespace) -> int:
    project = detect(Path(options.root), tests=options.tests, app=options.app, driver=options.driver)
    database = options.with_database or scaffolding.has_database(project)
    wishes = Wishes(options.locale, database, options.merge, options.update)
    scaffold = scaffolding.changes(project, wishes)
    if options.with_agent_hook:
        hook = agenthook.change(Path(project.root), merge=options.merge)
        scaffold = dataclasses.replace(scaffold, changes=(*scaffold.changes, hook))
    left = [one for one in scaffold.changes if one.state == "conflict"]
    old = [one for one in scaffold.changes if one.state == "outdated" and not options.update]
    if not options.dry_run:
        scaffolding.apply(project, scaffold.changes, wishes)
    _report(options, project, scaffold, _next(options, project, left, old))
    kept = any(one.state == "modified" for one in scaffold.changes)
    return 1 if left or old or kept else 0


def _remove(options: Namespace) -> int:
    project = detect(Path(options.root), tests=options.tests)
    scaffold = scaffolding.removals(project)
    if hook := agenthook.removal(Path(project.root)):
        scaffold = dataclasses.replace(scaffold, changes=(*scaffold.changes, hook))
    if not scaffold.changes:
        raise UsageError(
            f"{project.tests} holds no file that scaffold wrote: name its folder with --tests DIR"
        )
    if not options.dry_run:
        scaffolding.apply(project, scaffold.changes, Wishes())
    _report(options, project, scaffold, _again(options) if options.dry_run else _pytest(options, project))
    return 1 if any(one.state == "modified" for one in scaffold.changes) else 0


def _report(options: Namespace, project: Project, scaffold: Scaffold, command: str) -> None:
    if options.output_format == "json":
        if not options.all:
            project = dataclasses.replace(project, packages={}, fixtures=(), dependencies=(), notes=())
            scaffold = dataclasses.replace(scaffold, changes=tuple(_short(one) for one in scaffold.changes))
        parts = {one.name: getattr(scaffold, one.name) for one in dataclasses.fields(scaffold)}
        print(reports.to_json({"project": project, **parts, "next": command}, short=not options.all))
        return
    told = scaffold.changes if options.all else reports.grouped(scaffold.changes)
    lines = reports.changes(told)
    if scaffold.fixtures:
        lines.insert(0, f"fixtures: {', '.join(scaffold.fixtures)}")
    if scaffold.configuration:
        where, *wanted = scaffold.configuration
        lines += [f"add to {where}", *(f"    {line}" for line in "\n".join(wanted).splitlines())]
    if options.dry_run:
        lines += reports.diffs(scaffold.changes)
    reports.say(lines, reports.notes(scaffold.notes), f"next: {command}", everything=options.all)


def _short(change: Change) -> Change:
    return dataclasses.replace(change, content="", diff="")


def _next(options: Namespace, project: Project, left: list[Change], old: list[Change]) -> str:
    """The command that leads on from here."""
    if any("--merge adds" in one.reason for one in left):
        return _again(options, "--merge", *([] if options.dry_run else ["--dry-run"]))
    if old:
        return _again(options, "--update")
    if left and not options.dry_run:
        return _again(options, "--dry-run", "--all")
    if options.dry_run:
        return _again(options)
    return _pytest(options, project)


def _again(options: Namespace, *flags: str) -> str:
    """This command once more, without ``--dry-run`` and with other flags."""
    parts = ["python", sys.argv[0] or PROG, options.root]
    for flag in ("tests", "app", "driver", "locale"):
        if value := getattr(options, flag):
            parts += [f"--{flag}", value]
    for flag in ("with-database", "with-agent-hook", "merge", "update", "remove"):
        if getattr(options, flag.replace("-", "_")) and f"--{flag}" not in flags:
            parts.append(f"--{flag}")
    return shlex.join([*parts, *flags])


def _pytest(options: Namespace, project: Project) -> str:
    command = shlex.join([project.interpreter or "python", "-m", "pytest", project.tests])
    return command if options.root == "." else f"cd {shlex.quote(options.root)} && {command}"
