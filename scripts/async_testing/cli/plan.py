"""The command line of plan.py."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Sequence

from async_testing.cli import Parser, guarded
from async_testing.cli.paths import located
from async_testing.finding import UsageError

PROG = "plan.py"
ABOUT = """\
Tell what deserves a test in a module: its layer, the statements, calls and errors of each public function, a named
case for every path, which of these the tests take already, what to fake, and what to read. With --project: every
module of the project, worst first. With --write: the first tests of the module as a file, real ones, for all that
parsing can tell; what it cannot is a test that is skipped and says why.

Side effects: none; --output-file writes the file it names, --write the file that the tests belong in, which must not
exist, or with --append gets what it lacks behind what it holds. The project's code is parsed, not run."""
EXITS = """\
  0  the plan was made, the tests were written
  1  with --project: some modules could not be judged, the others are in the report
  2  nothing was planned or written: the message says what is wrong with MODULE or the command line"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run plan with these arguments, those of the process by default; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.project and options.module:
        parser.error("--project looks at every module: leave MODULE out")
    if not options.project and not options.module:
        parser.error("which module? give its path, or --project")
    if options.output_format == "html" and not (options.project and options.output_file):
        parser.error("html is for --project, and goes to the --output-file FILE")
    if options.write and (options.project or options.output_format != "text" or options.output_file):
        parser.error("--write is for one MODULE, and takes no --output-format and no --output-file")
    if (options.append or options.exact_sql) and not options.write:
        parser.error("--append and --exact-sql go with --write")
    return guarded(PROG, lambda: _guarded(options))


def _guarded(options: Namespace) -> int:
    try:
        return _project(options) if options.project else _module(options)
    except RecursionError:
        raise UsageError("code is nested too deeply to be planned") from None


def _parser() -> Parser:
    parser = Parser(PROG, ABOUT, EXITS)
    add = parser.add_argument
    add("module", nargs="?", metavar="MODULE", help="the path of the module to test")
    add(
        "--project",
        action="store_true",
        help="every module: layer, paths with and without a test, worst first",
    )
    add("--write", action="store_true", help="write the module's first tests into a new file")
    add("--append", action="store_true", help="with --write: add to a file that exists what it lacks")
    add("--exact-sql", action="store_true", help="with --write: compare whole texts of statements")
    add("--root", metavar="DIR", help="the project's folder (default: found from MODULE upwards)")
    add("--output-format", choices=("text", "json", "html"), default="text", help="(default: text)")
    add("--output-file", metavar="FILE", help="write the report there, whole")
    add("--all", action="store_true", help="print everything, not only 25 lines or 2 kB")
    return parser


def _module(options: Namespace) -> int:
    from async_testing.facts.workspace import Workspace
    from async_testing.planning import plan, text
    from async_testing.subjects import modules

    root, path = _place(options)
    if modules.is_test(path):
        raise UsageError(f"{path} is a test file: name the module that it tests")
    workspace = Workspace(root)
    workspace.current = path
    source = modules.opened(workspace, path)
    done = plan(source, root)
    if not done.cases:
        raise UsageError(f"{path} has no public function and no model: nothing to plan")
    if options.write:
        from async_testing.cli.plan_write import write

        return write(source, done, root, options)
    if options.output_format == "json":
        from async_testing.subjects.model import plain

        _json(options, plain(done))
        return 0
    lines = list(text.whole(done)) if options.all or options.output_file else text.short(done)
    is_open = any(not one.covered for one in done.cases)
    _say(options, [text.head(done), *lines], [*text.tail(done), _next(done.test_file, root, is_open)])
    return 0


def _next(test_file: str, root: str, is_open: bool) -> str:
    """The command that leads on: the checker, on the file that the tests belong in."""
    script = os.path.join(os.path.dirname(sys.argv[0]), "check.py")  # noqa: PTH118, PTH120
    shown = os.path.relpath(os.path.join(root, test_file))  # noqa: PTH118
    write = f"write them into {shown}, then " if is_open else ""
    return f"next: {write}{shlex.join(['python', script, shown, '--checklist'])}"


def _project(options: Namespace) -> int:
    from async_testing.facts.workspace import Workspace
    from async_testing.planning import text
    from async_testing.planning.survey import survey
    from async_testing.subjects import modules
    from async_testing.subjects.suites import Suite

    root = _root(options, os.path.realpath(os.getcwd()))  # noqa: PTH109
    workspace = Workspace(root)
    done = survey(workspace, modules.find(root), Suite(workspace, modules.tests(root)[0]))
    for problem in done.problems[:5]:
        print(f"{PROG}: {problem}", file=sys.stderr)
    if len(done.problems) > 5:
        print(f"{PROG}: and {len(done.problems) - 5} more", file=sys.stderr)
    if options.output_format == "html":
        from async_testing.planning.page import render

        _write(options.output_file, render(done, f"Paths with a test: {os.path.basename(root)}"))  # noqa: PTH119
    elif options.output_format == "json":
        from async_testing.subjects.model import plain

        _json(options, plain(done))
    else:
        worst = done.rows[0].path if done.rows else ""
        here = os.path.relpath(os.path.join(root, worst))  # noqa: PTH118
        following = shlex.join(["python", sys.argv[0], here])
        last = f"next: {following}" if worst else "no async code, no routes, no models: nothing to plan"
        _say(options, text.project(done) if done.rows else [], [*text.totals(done), last])
    return 1 if done.problems else 0


def _root(options: Namespace, start: str) -> str:
    if options.root is None:
        from async_testing.subjects.modules import root_above

        return root_above(start)
    if not os.path.isdir(options.root):  # noqa: PTH112
        raise UsageError(f"--root {options.root}: no such folder")
    return str(os.path.realpath(options.root))


def _place(options: Namespace) -> tuple[str, str]:
    """The project's root, and the module's path in it."""
    given = options.module
    full = os.path.realpath(located(given, _root(options, os.path.realpath(os.getcwd()))))  # noqa: PTH109
    if os.path.isdir(full):  # noqa: PTH112
        raise UsageError(f"{given} is a folder: name a module, or use --project")
    if not os.path.isfile(full):  # noqa: PTH113
        raise UsageError(f"{given}: no such module")
    if not full.endswith(".py"):
        raise UsageError(f"{given} is no Python module: its name does not end with .py")
    root = _root(options, os.path.dirname(full))  # noqa: PTH120
    if not full.startswith(root.rstrip(os.sep) + os.sep):
        raise UsageError(f"{given} lies outside of {root}: give another --root")
    return root, os.path.relpath(full, root).replace(os.sep, "/")


def _json(options: Namespace, document: object) -> None:
    import json

    written = json.dumps(document, indent=2, ensure_ascii=True)
    if options.output_file:
        _write(options.output_file, f"{written}\n")
    else:
        print(written)


def _say(options: Namespace, lines: Sequence[str], tail: Sequence[str]) -> None:
    from async_testing.formats.text import clipped

    if options.output_file:
        _write(options.output_file, "\n".join([*lines, *tail]) + "\n")
        return
    shown = lines if options.all else clipped(lines, tail)
    for line in [*shown, *tail]:
        print(line)


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(content)
