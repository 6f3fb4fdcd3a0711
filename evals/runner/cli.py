"""The command line of the evals."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from async_testing.finding import UsageError
from mutation import server

from evals.runner import agents, benchmark, cases, grading, page, triggers
from evals.runner.benchmark import ARMS, Run

EXITS = """exit codes:
  0  every run was made and graded, every case holds, or every trigger went the right way
  1  a case does not hold (--prove), or a trigger went the wrong way
  2  nothing could be judged: a wrong command line, an agent that cannot be started, the skill in your own folder
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evals; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.prove:
            return _prove(options)
        if not options.agent:
            raise UsageError("--agent: the command line of an agent is needed, e.g. 'claude -p {prompt}'")
        return _triggers(options) if options.triggers else _run(options)
    except UsageError as error:
        print(f"evals: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("evals: interrupted; the same command goes on from here", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evals/run.py",
        description="Run an agent on every case with and without the skill, and grade the tests that it writes by "
        "running them: green in three random orders, planted bugs noticed, mutants noticed that an oracle on a real "
        "database notices, rewrites survived, findings of check. Agents run with your rights, in temporary folders.",
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--agent",
        metavar="COMMAND",
        help="its command line; {prompt} and {workspace} are filled in, without {prompt} it comes on stdin",
    )
    add("--case", metavar="NAME", action="append", help="only this case; can be repeated")
    add("--arm", choices=ARMS, action="append", help="only with or only without (default: both)")
    add("--runs", type=int, default=3, help="runs of each case and arm (default: 3)")
    add("--output", type=Path, default=Path("evals-results"), metavar="DIR", help="(default: evals-results)")
    add("--timeout", type=float, metavar="SECONDS", help="end an agent after that long (default: the case's)")
    add("-j", "--jobs", type=int, default=2, help="suites graded at the same time (default: 2)")
    add(
        "--mutants", type=int, default=60, metavar="N", help="mutants drawn of each case's code (default: 60)"
    )
    add(
        "--python",
        default=sys.executable,
        help="the interpreter that has what the cases need (default: this one)",
    )
    add(
        "--prove",
        action="store_true",
        help="run no agent: hold that each oracle is green and notices each bug",
    )
    add(
        "--triggers",
        action="store_true",
        help="instead: which of the prompts in triggers.json load the skill",
    )
    add(
        "--loaded",
        default=triggers.LOADED,
        metavar="REGEX",
        help="what a transcript shows when the skill was loaded",
    )
    return parser


def _prove(options: argparse.Namespace) -> int:
    failed = 0
    with server.shared(True):
        for case in cases.load(options.case):
            wrong = grading.prove(case, options.jobs, options.python)
            failed += len(wrong)
            print(
                "\n".join(
                    [f"{case.name}: {len(case.bugs) - len(wrong)} of {len(case.bugs)} bugs are real", *wrong]
                )
            )
    return 1 if failed else 0


def _run(options: argparse.Namespace) -> int:
    _refuse_a_second_skill()
    if options.runs < 1:
        raise UsageError(f"--runs {options.runs}: at least 1 is expected")
    if options.mutants < 1:
        raise UsageError(f"--mutants {options.mutants}: at least 1 is expected")
    arms = options.arm or ARMS
    with server.shared(True):
        for case in cases.load(options.case):
            for arm in arms:
                for number in range(1, options.runs + 1):
                    _once(options, case, arm, number)
    return _report(options)


def _once(options: argparse.Namespace, case: cases.Case, arm: str, number: int) -> None:
    place = benchmark.kept(options.output, case.name, arm, number)
    if (place / "result.json").exists():
        _say(f"{case.name} {arm} {number}: done before")
        return
    with TemporaryDirectory(prefix="workspace-") as folder:
        workspace = Path(folder, case.name)
        shutil.copytree(case.repository, workspace, ignore=shutil.ignore_patterns("__pycache__"))
        if arm == ARMS[0]:
            agents.install(workspace)
        session = agents.drive(options.agent, case.prompt, workspace, options.timeout or case.timeout)
        agents.uninstall(workspace)
        graded = grading.grade(case, workspace, options.jobs, options.mutants, options.python)
        run = Run(case.name, arm, number, session.seconds, session.tokens, session.code, graded)
        benchmark.store(options.output, run, session)
        written = place / "tests"
        shutil.rmtree(written, ignore_errors=True)
        if (workspace / "tests").is_dir():
            shutil.copytree(workspace / "tests", written, ignore=shutil.ignore_patterns("__pycache__"))
    _say(f"{case.name} {arm} {number}: {run.score:.3f} in {run.seconds:.0f} s {graded.reason}".rstrip())


def _report(options: argparse.Namespace) -> int:
    told = benchmark.joined(list(benchmark.stored(options.output)), options.agent)
    (options.output / "benchmark.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    (options.output / "benchmark.html").write_text(page.render(told), encoding="utf-8")
    for arm, figures in told["run_summary"].items():
        if arm != "delta":
            score, seconds = figures["pass_rate"], figures["time_seconds"]
            print(f"{arm:14} {score['mean']:.3f} ± {score['stddev']:.3f}  {seconds['mean']:.0f} s")
    print(f"{options.output / 'benchmark.json'}, {options.output / 'benchmark.html'}")
    return 0


def _triggers(options: argparse.Namespace) -> int:
    _refuse_a_second_skill()
    answers = triggers.ask(options.agent, triggers.queries(), options.timeout or 300, options.loaded, _say)
    missed = triggers.wrong(answers)
    for one in missed:
        print(f"{'not loaded' if one.query.should_trigger else 'loaded'}: {one.query.query}")
    print(f"{len(answers) - len(missed)} of {len(answers)} went the right way")
    return 1 if missed else 0


def _refuse_a_second_skill() -> None:
    found = agents.installed_elsewhere(Path.home())
    if found:
        raise UsageError(
            f"{found} would be found without the skill too: move it away, or set HOME to another folder"
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
