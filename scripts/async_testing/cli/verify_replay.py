"""``verify.py --replay``: what a real server says of the statements that the fakes recorded."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from async_testing.cli.verify_parts import interpreter, server_of, written
from async_testing.finding import UsageError
from async_testing.replaying import Judged, Replayed, replay

LINES = 25


def run(options: Namespace) -> int:
    """Replay the record that ``--replay`` names; returns the exit code.

    Raises:
        UsageError: a file, the server or a driver is missing.
    """
    root = Path(options.root or ".")
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
