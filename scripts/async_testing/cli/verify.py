"""The command line of verify.py."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from async_testing.cli import Parser, guarded
from async_testing.finding import UsageError
from async_testing.replaying import Judged, Replayed, replay

PROG = "verify.py"
ABOUT = """\
Prove what fast tests only assume. --replay FILE has a real server look at every statement that the fakes recorded
(pytest with ASYNC_TESTING_RECORD=FILE writes it): whether it is taken, whether the parameters fit, and whether it can
give the rows that the test scripted. Statements are planned, not run.

Side effects: a database of its own is made on the server of --dsn and dropped again, or a server is started in a
temporary folder; --output-file writes the file it names. The project's code is neither imported nor changed."""
EXITS = """\
  0  the server takes every statement, and can give what was scripted
  1  it does not
  2  something could not be judged: no server, no record, a statement that only running would judge,
     a wrong command line"""
LINES = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Run verify with these arguments, those of the process by default; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.replay:
        parser.error("nothing to prove: --replay FILE names a record")
    if options.embedded and options.dsn:
        parser.error("--embedded starts a server, --dsn names one: give one of them")
    return guarded(PROG, lambda: _run(options))


def _parser() -> Parser:
    parser = Parser(PROG, ABOUT, EXITS)
    add = parser.add_argument
    add("--replay", metavar="FILE", help="the record that the fakes wrote")
    add(
        "--schema",
        metavar="FILE",
        action="append",
        help="SQL that makes the tables; can be repeated, in order",
    )
    add("--dsn", metavar="URL", help="the server to make a database on: postgresql://... or mysql://...")
    add("--embedded", action="store_true", help="start a server, even where ASYNC_TESTING_DSN names one")
    add("--root", metavar="DIR", default=".", help="the project's folder (default: the current one)")
    add(
        "--python",
        metavar="PATH",
        help="the interpreter that runs the project's tests (default: the root's .venv, else this one)",
    )
    add("--output-format", choices=("text", "json"), default="text", help="(default: text)")
    add("--output-file", metavar="FILE", help="write the report there, whole")
    add("--all", action="store_true", help=f"print every problem, past {LINES} lines")
    return parser


def _run(options: Namespace) -> int:
    from async_testing.cli.verify_parts import interpreter, server_of, written

    root = Path(options.root)
    if not root.is_dir():
        raise UsageError(f"--root {options.root}: no such folder")
    done = replay(
        Path(options.replay),
        [Path(one) for one in options.schema or ()],
        server_of(options),
        interpreter(options.python, root),
    )
    lines = _document(done) if options.output_format == "json" else _text(done)
    if options.output_file:
        written(Path(options.output_file), "\n".join(lines) + "\n")
    elif options.output_format == "json":
        print("\n".join(lines))
    else:
        _print(lines, _last(done), options.all)
    if done.failed:
        return 1
    return 2 if done.unassessed else 0


def _document(done: Replayed) -> list[str]:
    told = {
        "servers": done.servers,
        "interpreter": done.interpreter,
        "statements": done.statements,
        "problems": [one._asdict() for one in done.problems],
    }
    return json.dumps(told, indent=2).splitlines()


def _text(done: Replayed) -> list[str]:
    lines = [f"{one}" for one in done.servers]
    lines.append(f"drivers of {done.interpreter}")
    order = ("rejected", "parameters", "rows", "unassessed")
    for one in sorted(done.problems, key=lambda each: order.index(each.kind)):
        lines += _told(one)
    return lines


def _told(one: Judged) -> list[str]:
    """A problem in three lines: where and what, the statement, and where it points to."""
    where = f"{one.path}:{one.line}" if one.path else one.driver
    flat = " ".join(one.statement.split())
    found = [f"{where}: {one.kind}: {one.message}  [{one.test}]"]
    if one.position:
        at = len(" ".join(f"{one.statement[: one.position - 1]}x".split())) - 1
        start = max(0, at - 60)
        return [*found, f"    {flat[start : start + 110]}", f"    {' ' * (at - start)}^"]
    return [*found, f"    {flat[:110]}{'…' if len(flat) > 110 else ''}"]


def _last(done: Replayed) -> str:
    failed, open_ = len(done.failed), len(done.unassessed)
    more = f", {open_} could not be judged" if open_ else ""
    if failed:
        todo = "mend the statement or what the test scripts, and record again"
        return f"{done.statements} statements, {failed} problems{more}: {todo}"
    return f"{done.statements} statements{more or ', all taken, and able to give what was scripted'}"


def _print(lines: list[str], last: str, everything: bool) -> None:
    shown = lines if everything or len(lines) < LINES else lines[: LINES - 2]
    print("\n".join(shown))
    if len(shown) < len(lines):
        print(f"… {len(lines) - len(shown)} more lines: --all prints them")
    print(last)
