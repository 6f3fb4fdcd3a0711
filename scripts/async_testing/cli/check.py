"""The command line of check.py."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from async_testing.checking.selection import Wishes
from async_testing.cli import Parser, guarded
from async_testing.finding import UsageError
from async_testing.formats import MACHINES, TEXTS

PROG = "check.py"
ABOUT = """\
Judge the async tests of a project by rules: async tests that do not run, mocks that prove nothing, loops and tasks that
outlive their test. Without PATH: the project's tests.

Side effects: none but a cache in the user's cache folder (not with --no-cache). --fix changes the files it judges,
--write-baseline and --output-file write the file they name. The project's code is parsed, not run."""
EXITS = """\
  0  clean, or only findings of severity info
  1  findings
  2  something could not be judged: a file that does not parse, nothing to check, or a wrong command line"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run check with these arguments, those of the process by default; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(_plain(given))
    _check(parser, options)
    options.given, options.started = given, time.time()
    return guarded(PROG, lambda: _run(options))


def _run(options: Namespace) -> int:
    try:
        if options.explain or options.list_rules:
            from async_testing.cli import check_rules

            return check_rules.explain(options) if options.explain else check_rules.listing(options)
        if options.agent_hook:
            from async_testing.cli import check_hook

            return check_hook.run(options)
        from async_testing.cli import check_reports
        from async_testing.cli.check_run import outcome_of

        return check_reports.report(options, outcome_of(options))
    except (UsageError, OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        if os.environ.get("ASYNC_TESTING_DEBUG"):
            raise
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        file = trace.tb_frame.f_code.co_filename.replace(os.sep, "/").rpartition("/")[2] if trace else ""
        where = f"{file}:{trace.tb_lineno}" if trace else "check"
        raise UsageError(
            f"a fault of check.py itself, in {where} ({type(error).__name__}: {error}): please report it; "
            "ASYNC_TESTING_DEBUG=1 shows all of it"
        ) from None


def _plain(arguments: Sequence[str]) -> list[str]:
    """A bare ``--checklist`` takes no path for its value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return ["--checklist=own" if one == "--checklist" else one for one in arguments[:end]] + [
        *arguments[end:]
    ]


def _parser() -> Parser:
    parser = Parser(PROG, ABOUT, EXITS)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input")
    add("--root", metavar="DIR", help="the project's folder (default: found from PATH upwards)")
    add(
        "--select",
        action="append",
        metavar="RULES",
        help="only these: codes, prefixes, names or ALL, with commas",
    )
    add("--ignore", action="append", metavar="RULES", help="not these")
    add("--extend-select", action="append", metavar="RULES", help="these too")
    add(
        "--per-file-ignores",
        action="append",
        metavar="GLOB:RULES",
        help="not these in files of that path; can be repeated",
    )
    add("--exclude", action="append", metavar="GLOB", help="leave out files and folders; can be repeated")
    add("--preview", action="store_true", help="ask the heuristics too, which are wrong more often")
    add(
        "--checklist",
        nargs="?",
        metavar="seed",
        help="the rules of the checklist too, and the checklist itself, line by line; with =seed more of them",
    )
    add("--fix", action="store_true", help="mend what can be mended safely, in the files")
    add(
        "--unsafe-fixes",
        action="store_true",
        help="mend also what may change a test; goes with --fix or --diff",
    )
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--since", metavar="REF", help="only files changed since this commit or branch, and untracked ones")
    add("--baseline", metavar="FILE", help="hide the findings that this file lists")
    add("--write-baseline", action="store_true", help="list all findings of now in the --baseline FILE")
    add("--stdin-filename", metavar="PATH", help="the path that standard input is judged as")
    add(
        "--agent-hook",
        action="store_true",
        help="as a hook of Claude Code: judge the file that standard input names; exit 2 tells the agent",
    )
    add("--output-format", choices=(*TEXTS, *MACHINES), default="full", help="(default: full)")
    add("--output-file", metavar="FILE", help="write the report there, whole")
    add("--statistics", action="store_true", help="count the findings by rule")
    add("--explain", metavar="RULE", help="print a rule's documentation and do nothing else")
    add("--list-rules", action="store_true", help="list the rules and do nothing else")
    add("--exit-zero", action="store_true", help="exit 0 for findings too")
    add("--no-cache", action="store_true", help="look at every file again, keep no results")
    add("--jobs", type=int, default=0, metavar="N", help="processes (default: as many as pay)")
    add(
        "--all",
        action="store_true",
        help="print all that is asked, with --checklist its report, past 25 lines or 2 kB",
    )
    return parser


def _check(parser: Parser, options: Namespace) -> None:
    machine = options.output_format in MACHINES
    if options.checklist not in (None, "own", "seed"):
        parser.error(f"--checklist={options.checklist}: it is --checklist or --checklist=seed")
    if options.unsafe_fixes and not (options.fix or options.diff):
        parser.error("--unsafe-fixes goes with --fix or --diff")
    if options.fix and options.diff:
        parser.error("--diff changes nothing, --fix does: give one of them")
    if options.diff and machine:
        parser.error(f"--diff goes with --output-format {' or '.join(TEXTS)}")
    if options.statistics and machine and options.output_format != "json":
        parser.error(f"--statistics goes with --output-format {' or '.join((*TEXTS, 'json'))}")
    if options.write_baseline and not options.baseline:
        parser.error("--write-baseline needs --baseline FILE")
    if options.jobs < 0:
        parser.error("--jobs takes a number from 0")
    if "-" in options.paths and len(options.paths) > 1:
        parser.error("- is standard input, which is judged alone")
    if "-" in options.paths and (options.fix or options.since or options.write_baseline):
        parser.error("--fix, --since and --write-baseline go with files, not with -")
    if options.stdin_filename and options.paths != ["-"]:
        parser.error("--stdin-filename goes with - as the only PATH")
    if options.agent_hook and (options.paths or options.fix or options.diff or options.output_file):
        parser.error("--agent-hook judges the one file that standard input names, and tells of it")
    if "" in options.paths:
        parser.error("a PATH is empty")


def wishes(options: Namespace) -> Wishes:
    """What the command line says about rules.

    Raises:
        UsageError: a ``--per-file-ignores`` without pattern or rules.
    """
    by_file = []
    for one in options.per_file_ignores or ():
        pattern, _, words = one.rpartition(":")
        if not pattern or not words:
            raise UsageError(f"--per-file-ignores {one}: it takes GLOB:RULES, as in tests/old/**:AT103")
        by_file.append((pattern, _words([words])))
    return Wishes(
        _words(options.select),
        _words(options.ignore),
        _words(options.extend_select),
        tuple(by_file),
        tuple(options.exclude or ()),
        options.preview,
        options.checklist or "",
    )


def _words(given: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(word for one in given or () for part in one.split(",") if (word := part.strip()))
