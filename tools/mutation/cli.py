"""The command line of the mutation reference."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from async_testing.finding import UsageError
from async_testing.mutants import operators, registry
from async_testing.mutants.making import Mutant, mutants, read_sources

from mutation import equivalents, reports, rewriting, running, server

CLEAN, BELOW, UNASSESSED = 0, 1, 2


@dataclass(frozen=True)
class Options:
    """What the caller asked for."""

    example: Path
    source: str
    only: list[str]
    sample: int | None
    seed: int
    jobs: int
    marker: str | None
    output: Path | None
    list: bool
    rewrites: bool
    each: int
    oracle: str | None
    minimum: float
    equivalents: Path | None
    timeout: float | None
    python: str
    server: bool


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="mutate.py",
        description="Plant one bug at a time in a copy of an example and see whether its suite notices. "
        "The example itself is only read.",
        epilog="Exit 0: the share reached --minimum. Exit 1: it did not, or a mutant listed as equivalent was "
        "noticed. Exit 2: nothing could be judged (suite not green, no mutant, an unused equivalent, wrong usage).",
    )
    add = parser.add_argument
    add("example", type=Path, help="folder of the example, with its tests and their configuration")
    add("--source", default="src", help="folder of the code below it (default: src)")
    add("--only", nargs="+", default=[], metavar="OPERATOR", help="names or beginnings of names, such as sql")
    add("--sample", type=int, metavar="N", help="judge N of them only, chosen by --seed")
    add("--seed", type=int, default=1)
    add("--jobs", type=int, default=1, help="copies and pytest processes at the same time")
    add("-m", dest="marker", metavar="EXPR", help="pytest's -m: run only these tests")
    add(
        "--deselect-integration",
        dest="marker",
        action="store_const",
        const="not integration",
        help="the same as -m 'not integration'",
    )
    add("--output", type=Path, metavar="FILE.json", help="write every verdict there")
    add("--list", action="store_true", help="show the mutants and judge none")
    add(
        "--rewrites",
        action="store_true",
        help="rewrite instead: behaviour is kept and the suite must stay green",
    )
    add(
        "--each",
        type=int,
        default=2,
        metavar="N",
        help="with --rewrites: how often each is applied (default: 2)",
    )
    add(
        "--oracle",
        metavar="EXPR",
        help="with --rewrites: tests (pytest's -m) that must stay green, or the rewrite itself is wrong",
    )
    add("--minimum", type=float, default=0.0, metavar="PERCENT", help="exit 1 when the share is below")
    add("--equivalents", type=Path, metavar="FILE.toml", help=f"default: {equivalents.FILE} in the example")
    add("--timeout", type=float, metavar="SECONDS", help="default: five times the unchanged suite and 5 more")
    add("--python", default=sys.executable, help="the interpreter that runs the suite")
    add(
        "--server",
        action="store_true",
        help="start one embedded PostgreSQL for all runs, as ASYNC_TESTING_DSN",
    )
    return Options(**vars(parser.parse_args(arguments)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the mutants or rewrites of an example; return the exit code."""
    options = parse(arguments)
    try:
        return _run(options)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return UNASSESSED
    except KeyboardInterrupt:
        print("error: interrupted: nothing was judged", file=sys.stderr)
        return UNASSESSED


def _run(options: Options) -> int:
    if not options.example.is_dir():
        raise UsageError(f"{options.example} is no folder: name the folder of an example")
    sources = read_sources(options.example, options.source)
    reasons: dict[str, str] = {}
    if options.rewrites:
        every = rewriting.chosen(sources, options.each, options.seed)
    else:
        every = mutants(sources, registry.load(operators))
        reasons = _reasons(options, every)
    selected = _selected(options, every)
    if options.list:
        print("\n".join(f"{reports.place(mutant)}\n{mutant.diff}\n" for mutant in selected))
        print(f"{len(selected)} {'rewrites' if options.rewrites else 'mutants'}")
        return CLEAN
    return _judge(options, selected, reasons)


def _reasons(options: Options, every: Sequence[Mutant]) -> dict[str, str]:
    path = options.equivalents or options.example / equivalents.FILE
    entries = equivalents.load(path)
    if stale := equivalents.unused(entries, every):
        names = ", ".join(f"{entry.operator} {entry.fingerprint}" for entry in stale)
        raise UsageError(f"{path} lists mutants that do not exist (any more), remove them: {names}")
    return {entry.fingerprint: entry.reason for entry in entries}


def _selected(options: Options, every: Sequence[Mutant]) -> list[Mutant]:
    names = {mutant.operator for mutant in every}
    for prefix in options.only:
        if not any(name.startswith(prefix) for name in names):
            raise UsageError(
                f"--only {prefix}: no such operator has a mutant here; known: {', '.join(sorted(names))}"
            )
    chosen = [
        mutant
        for mutant in every
        if not options.only or any(mutant.operator.startswith(prefix) for prefix in options.only)
    ]
    if options.sample is not None and options.sample < len(chosen):
        places = sorted(random.Random(options.seed).sample(range(len(chosen)), options.sample))
        chosen = [chosen[index] for index in places]
    if not chosen:
        raise UsageError("there is nothing to change in this code: name the right folder with --source")
    return chosen


def _judge(options: Options, selected: Sequence[Mutant], reasons: dict[str, str]) -> int:
    started = time.monotonic()
    suite = running.Suite(options.example.resolve(), _marker(options.marker), options.python)
    with server.shared(options.server), running.copies(suite, options.jobs) as folders:
        before = running.baseline(suite, folders[0])
        timeout = options.timeout or 5 * before.seconds + 5
        print(
            f"the suite is green in {before.seconds:.1f} s; {len(selected)} to judge",
            file=sys.stderr,
            flush=True,
        )
        changes = [(mutant.path, mutant.text) for mutant in selected]
        if options.rewrites and options.oracle:
            _hold(options, folders, selected, timeout)
        verdicts = running.judge(suite, folders, changes, timeout, _progress(len(selected)))
        # A suite that broke for a reason of its own has "noticed" every mutant since.
        running.baseline(suite, folders[0], "any more with every change undone")
    score = reports.Score(
        tuple(
            reports.Result(mutant, verdict, reasons.get(mutant.fingerprint, ""))
            for mutant, verdict in zip(selected, verdicts, strict=True)
        )
    )
    seconds = time.monotonic() - started
    code = _report_rewrites(options, score) if options.rewrites else _report_mutants(options, score)
    print(f"{seconds:.0f} s with {options.jobs} jobs, the suite alone {before.seconds:.1f} s")
    _write(options, score, seconds)
    return code


def _hold(options: Options, folders: Sequence[Path], selected: Sequence[Mutant], timeout: float) -> None:
    """Raise UsageError if a rewrite breaks the tests that say whether it keeps behaviour."""
    suite = running.Suite(options.example.resolve(), _marker(options.oracle), options.python)
    running.baseline(suite, folders[0])
    changes = [(mutant.path, mutant.text) for mutant in selected]
    verdicts = running.judge(suite, folders, changes, timeout, _progress(len(selected)))
    wrong = [
        reports.Result(mutant, verdict)
        for mutant, verdict in zip(selected, verdicts, strict=True)
        if verdict.state != "survived"
    ]
    if wrong:
        raise UsageError(f"{len(wrong)} rewrites change behaviour:\n{reports.listing(wrong)}")
    print(f"-m '{options.oracle}' stays green on every rewrite", file=sys.stderr)


def _marker(expression: str | None) -> tuple[str, ...]:
    return ("-m", expression) if expression else ()


def _progress(total: int) -> running.Done:
    count = 0

    def done(index: int, verdict: running.Verdict) -> None:
        nonlocal count
        count += 1
        if count % 50 == 0 or count == total:
            print(f"{count} of {total}", file=sys.stderr, flush=True)

    return done


def _report_mutants(options: Options, score: reports.Score) -> int:
    print(reports.table(score))
    if score.survivors:
        print(f"\nsurvivors:\n\n{reports.listing(score.survivors)}")
    listed = len(score.results) - len(score.counted)
    print(
        f"{score.noticed} of {len(score.counted)} killed: {score.percent:.1f} % "
        f"({score.raw_percent:.1f} % of all {len(score.results)}, {listed} of them listed as equivalent)"
    )
    if score.wrongly_listed:
        print(f"listed as equivalent, yet noticed: remove them\n\n{reports.listing(score.wrongly_listed)}")
        return BELOW
    return _compare(options, score.percent)


def _report_rewrites(options: Options, score: reports.Score) -> int:
    print(reports.table(score, rewrites=True))
    red = [result for result in score.results if result.noticed]
    if red:
        print(f"\nred:\n\n{reports.listing(red)}")
    green = 100 - score.percent
    print(f"{len(score.results) - len(red)} of {len(score.results)} rewrites stay green: {green:.1f} %")
    return _compare(options, green)


def _compare(options: Options, percent: float) -> int:
    if percent < options.minimum:
        print(f"exit 1: below the minimum of {options.minimum:g} %")
        return BELOW
    print(f"exit 0: at least the minimum of {options.minimum:g} %")
    return CLEAN


def _write(options: Options, score: reports.Score, seconds: float) -> None:
    if options.output is None:
        return
    data = {
        "kind": "rewrites" if options.rewrites else "mutants",
        "tests": options.marker or "all",
        "noticed": score.noticed,
        "counted": len(score.counted),
        "equivalent": len(score.results) - len(score.counted),
        "percent": round(score.percent, 2),
        "raw_percent": round(score.raw_percent, 2),
        "seconds": round(seconds, 1),
        "results": [result.as_json() for result in score.results],
    }
    try:
        options.output.write_text(json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"--output {options.output} cannot be written: {error.strerror}") from error
