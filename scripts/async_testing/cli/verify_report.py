"""What verify.py prints and writes: the report in the format that was asked for, and the next command."""

from __future__ import annotations

import importlib
import shlex
import sys
from argparse import Namespace
from pathlib import Path

from async_testing.cli.verify_parts import written
from async_testing.verifying.model import Report


def combined(options: Namespace) -> int:
    """Join the reports of all shards; returns the exit code.

    Raises:
        UsageError: one cannot be read, or they do not belong together.
    """
    from async_testing.verifying.shards import combine
    from async_testing.verifying.stored import read

    return told(options, combine([read(Path(one)) for one in options.combine]))


def told(options: Namespace, report: Report) -> int:
    """Print or write a report; returns the exit code."""
    name = options.output_format
    if name == "text":
        _text(options, report)
    else:
        content = importlib.import_module(f"async_testing.verifying.reports.{name}").render(
            report, _sources(report)
        )
        if options.output_file:
            written(Path(options.output_file), content if content.endswith("\n") else f"{content}\n")
            _say_where(options, report)
        else:
            print(content.rstrip("\n"))
    return code_of(report)


def code_of(report: Report) -> int:
    """1 where something failed, 2 where something could not be judged, else 0."""
    states = {one.state for one in report.outcomes}
    return 1 if "failed" in states else 2 if "unassessed" in states else 0


def _text(options: Namespace, report: Report) -> None:
    from async_testing.verifying.reports import text

    tail = [text.following(report, _again(options))]
    if options.output_file:
        written(Path(options.output_file), "\n".join([*text.whole(report), *tail]) + "\n")
        _say_where(options, report)
        return
    lines = text.whole(report) if options.all else text.short(report, tail)
    print("\n".join([*lines, *tail]))


def _say_where(options: Namespace, report: Report) -> None:
    from async_testing.verifying.reports import text

    print("\n".join([*text.head(report), f"the whole report: {options.output_file}"]))


def _again(options: Namespace) -> str:
    return shlex.join(["python", sys.argv[0] or "verify.py", *options.given])


def _sources(report: Report) -> dict[str, str]:
    """The texts of the modules and of the test files, as far as they are there."""
    found: dict[str, str] = {}
    for path in dict.fromkeys([*report.modules, *(one.path for one in report.tests if one.path)]):
        try:
            found[path] = Path(report.root, path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return found
