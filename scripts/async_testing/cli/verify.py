"""The command line of verify.py."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from async_testing.cli import Parser, guarded

PROG = "verify.py"
ABOUT = """\
Prove that tests are steady, complete, and would notice a bug. The tests run in the interpreter of the project: once as
they are, in other orders and alone, and on mutants of the modules under test, each a bug that was planted. What no test
notices is told with its line. Where the tests use the fakes and a schema is known, a real server looks at their SQL.

  verify.py tests/test_user_dao.py --module src/domain/dal/dao/user.py
  verify.py tests --since main
  verify.py tests -- -m "not integration"         (what follows -- goes to pytest)
  verify.py --replay record.jsonl --schema schema.sql

Side effects: none in the project, whose files are not touched; processes, temporary files and a database server of its
own, all gone at the end; a cache in the user's cache folder (not with --no-cache); --output-file writes its file."""
EXITS = """\
  0  all that was asked passed
  1  something failed: a test, an unsteady one, a way that no test takes, a bug that no test notices, refused SQL
  2  something could not be judged, such as for lack of time, and nothing failed; or a wrong command line"""
CHECKS = ("steady", "complete", "mutants", "replay")
FORMATS = ("text", "json", "junit", "html", "stryker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run verify with these arguments, those of the process by default; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = given.index("--") if "--" in given else len(given)
    parser = _parser()
    options = parser.parse_args(given[:end])
    options.pytest, options.given = given[end + 1 :], given
    _check(parser, options)

    def run() -> int:
        from async_testing.verifying.processes import stoppable

        with stoppable():
            return _run(options)

    return guarded(PROG, run)


def _run(options: Namespace) -> int:
    if options.replay:
        from async_testing.cli import verify_replay

        return verify_replay.run(options)
    if options.combine:
        from async_testing.cli import verify_report

        return verify_report.combined(options)
    from async_testing.cli import verify_run

    return verify_run.run(options)


def _parser() -> Parser:
    parser = Parser(PROG, ABOUT, EXITS)
    add = parser.add_argument
    add("tests", nargs="*", metavar="TESTS", help="files, folders or node IDs of tests (default: all)")
    add(
        "--module",
        action="append",
        metavar="FILE",
        help="the module under test; can be repeated (default: told by names and imports of TESTS)",
    )
    add("--only", metavar="CHECKS", help=f"of {','.join(CHECKS)} only these, with commas")
    add("--since", metavar="REF", help="only what was changed since this commit or branch")
    add(
        "--budget",
        type=float,
        metavar="SECONDS",
        help="stop in time; what was not reached is said (default: 90 without a terminal, none with one; 0: none)",
    )
    add("--repeat", type=int, metavar="N", help="random orders that the tests run in (default: 3)")
    add("--seed", type=int, metavar="N", help="of the first random order (default: 1)")
    add(
        "--operators",
        metavar="NAMES",
        help="plant only these bugs: names with commas, * for any end; --list-operators tells them",
    )
    add("--list-operators", action="store_true", help="list the bugs that are planted, and do nothing else")
    add("--jobs", "-j", type=int, metavar="N", help="mutants at the same time (default: the processors)")
    add("--spawn", action="store_true", help="judge each mutant in a process of its own, not in a fork")
    add("--shard", metavar="K/N", help="judge only a part of the mutants, the same one on every machine")
    add("--combine", nargs="+", metavar="FILE", help="join the JSON reports of all shards, and run nothing")
    _add_database(parser)
    add("--root", metavar="DIR", help="the project's folder (default: found from TESTS upwards)")
    add(
        "--python",
        metavar="PATH",
        help="the interpreter that runs the project's tests (default: the root's .venv, else this one)",
    )
    add("--timeout", type=float, metavar="SECONDS", help="that all tests may take once (default: 600)")
    add("--memory", type=int, metavar="MB", help="that a process may take (default: 4/5 of what is free)")
    add("--output-format", choices=FORMATS, default="text", help="(default: text)")
    add("--output-file", metavar="FILE", help="write the report there, whole")
    add("--all", action="store_true", help="print everything, not only 25 lines or 2 kB")
    add("--no-cache", action="store_true", help="judge everything again, keep no results")
    return parser


def _add_database(parser: Parser) -> None:
    add = parser.add_argument
    add("--replay", metavar="FILE", help="look only at this record of the fakes, and run no tests")
    add(
        "--schema",
        metavar="FILE",
        action="append",
        help="SQL that makes the tables; can be repeated, in order",
    )
    add("--dsn", metavar="URL", help="the server to make a database on: postgresql://... or mysql://...")
    add("--embedded", action="store_true", help="start a server, even where ASYNC_TESTING_DSN names one")


def _check(parser: Parser, options: Namespace) -> None:
    if options.embedded and options.dsn:
        parser.error("--embedded starts a server, --dsn names one: give one of them")
    alone = "--replay" if options.replay else "--combine" if options.combine else ""
    if alone:
        for name in ("tests", "module", "only", "since", "budget", "shard", "pytest"):
            if getattr(options, name):
                said = {"tests": "TESTS", "pytest": "--"}.get(name, f"--{name}")
                parser.error(f"{alone} runs no tests: leave {said} out")
    if options.replay and options.combine:
        parser.error("--replay and --combine: give one of them")
    if options.replay and options.output_format not in ("text", "json"):
        parser.error("--replay goes with --output-format text or json")
    if options.output_format == "html" and not options.output_file:
        parser.error("html goes to the --output-file FILE")
    for name, least in (
        ("budget", 0),
        ("repeat", 1),
        ("jobs", 1),
        ("timeout", 0.1),
        ("memory", 1),
        ("seed", 0),
    ):
        value = getattr(options, name)
        if value is not None and not least <= value < float("inf"):
            parser.error(f"--{name} {value}: a number from {least} is expected")
    wrong = [one for one in _words(options.only) if one not in CHECKS]
    if wrong or (options.only is not None and not _words(options.only)):
        parser.error(f"--only {options.only}: {', '.join(CHECKS)} are known")
    options.checks = tuple(_words(options.only)) or CHECKS


def _words(given: str | None) -> list[str]:
    return [word for one in (given or "").split(",") if (word := one.strip())]
