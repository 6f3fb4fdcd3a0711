"""A run of verify.py: from the command line to the report."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from async_testing.cli import verify_report
from async_testing.cli.verify_parts import check_place, interpreter, server_of
from async_testing.cli.verify_places import Places, places_of, schemas_of
from async_testing.cli.verify_progress import Bar
from async_testing.finding import UsageError
from async_testing.replaying import replay
from async_testing.userfolder import digest
from async_testing.verifying import subject
from async_testing.verifying.choosing import budget_of
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Outcome, Report, Statement
from async_testing.verifying.planting import chosen, processors
from async_testing.verifying.proof import Replay, Wishes, prove
from async_testing.verifying.shards import shard_of
from async_testing.verifying.steady import REPEAT

TIMEOUT = 600.0


def run(options: Namespace) -> int:
    """Do what the command line asks; returns the exit code.

    Raises:
        UsageError: something that it names is not there.
    """
    if options.list_operators:
        for one in chosen(()):
            print(f"{one.name}: {one.summary.splitlines()[0]}")
        return 0
    if options.output_file:
        check_place(Path(options.output_file))
    places = places_of(options)
    target = _target(options, places)
    wishes = _wishes(options, places, target)
    if options.since and not places.modules:
        note = f"no module was changed since {options.since}: nothing to verify"
        empty = Report(str(places.root), target.interpreter, "", "", (), target.arguments, (), notes=(note,))
        return verify_report.told(options, empty)
    bar = Bar("verify.py")
    try:
        report = prove(target, wishes, bar)
    finally:
        bar.end()
    return verify_report.told(options, _with_others(report, places))


def _with_others(report: Report, places: Places) -> Report:
    """The report, with a note of the tests that were not run and may take what is missing."""
    report = report._replace(notes=(*report.notes, *places.notes))
    lost = report.gaps or any(one.verdict == "untested" for one in report.mutants)
    found = subject.others(places.root, places.tests, places.modules) if places.tests and lost else []
    if not found:
        return report
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    note = f"not run, and import the module as well: {', '.join(found[:4])}{more}"
    return report._replace(notes=(*report.notes, note))


def _target(options: Namespace, places: Places) -> Target:
    arguments = (*places.tests, *options.pytest)
    environment = (("ASYNC_TESTING_DSN", options.dsn),) if options.dsn else ()
    return Target(
        places.root,
        interpreter(options.python, places.root),
        arguments,
        environment,
        (options.memory or 0) * 1024 * 1024,
    )


def _wishes(options: Namespace, places: Places, target: Target) -> Wishes:
    operators = tuple(one.strip() for one in (options.operators or "").split(",") if one.strip())
    chosen(operators)
    schemas = schemas_of(options, places.root)
    return Wishes(
        places.modules,
        options.checks,
        options.repeat or REPEAT,
        1 if options.seed is None else options.seed,
        operators,
        options.jobs or processors(),
        options.spawn,
        shard_of(options.shard) if options.shard else None,
        options.since or "",
        budget_of(options.budget, watched=sys.stderr.isatty()),
        options.timeout or TIMEOUT,
        not options.no_cache,
        (Path(options.output_file),) if options.output_file else (),
        _replay(schemas, server_of(options), target) if schemas else None,
        digest(b"\0".join(one.read_bytes() for one in schemas)),
    )


def _replay(schemas: list[Path], dsn: str, target: Target) -> Replay:
    """Has a server look at a record; without one, a note says how to get it."""

    def ask(record: Path) -> tuple[Outcome | None, tuple[Statement, ...], tuple[str, ...]]:
        try:
            done = replay(record, schemas, dsn, target.interpreter)
        except UsageError as error:
            return None, (), (f"replay: {error}",)
        found = tuple(
            Statement(one.kind, one.message, one.statement, one.test, one.path, one.line)
            for one in done.problems
        )
        said = f"{done.statements} distinct statements, {len(done.failed)} refused"
        said += f", {len(done.unassessed)} not judged" if done.unassessed else ""
        on = ", ".join(one.rpartition(", ")[0] or one for one in done.servers)
        evidence = f"{said} by {on}" if on else said
        if done.failed:
            return Outcome("replayed", "failed", evidence), found, ()
        notes = (f"replay: {len(done.unassessed)} statements can only be judged by running them",)
        return Outcome("replayed", "passed", evidence), found, notes if done.unassessed else ()

    return ask
