"""What generated tests are worth, alone and unedited, on the example applications, as a table in Markdown.

    python tools/generated.py [users bank warehouse library] [--rewrites 3] [--jobs 2] [--output FILE.json]

Each example is copied without its tests and its conftest; the copy gets what ``scaffold --with-database`` makes and,
module by module, what ``plan --write`` makes. Those tests run; the ones that fail are counted and left out; then bugs
are planted in every module that has tests. With ``--rewrites N`` each way to write the same program otherwise is
applied N times in a module, where the tests written by hand stay green on it, and the generated ones should too.
Exit 0: every bar is met. Exit 1: one is missed. Exit 2: something could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from async_testing.mutants.making import Mutant, read_sources
from mutation import rewriting, running

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLES = ("users", "bank", "warehouse", "library")
MUTANTS_BAR, SQL_BAR, REWRITES_BAR = 80.0, 85.0, 90.0
NOTICED = frozenset({"killed", "timeout"})
NOT_WRITTEN = 2
PYTEST = ("-p", "no:cacheprovider", "-p", "no:randomly")


@dataclass
class Row:
    """What one example has shown."""

    example: str
    passed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    noticed: int = 0
    judged: int = 0
    sql_noticed: int = 0
    sql_judged: int = 0
    green: int = 0
    rewrites: int = 0
    survivors: list[str] = field(default_factory=list)
    red: list[str] = field(default_factory=list)


class Failure(Exception):
    """Something could not be run."""


def run(command: Sequence[str], folder: Path, allowed: Sequence[int] = (0,)) -> str:
    """What a command prints; Failure when it ends with another code than an allowed one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True)
    if done.returncode not in allowed:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def script(name: str) -> list[str]:
    """The command of a program of the skill."""
    return [sys.executable, str(REPOSITORY / "scripts" / f"{name}.py")]


def bare(example: str, target: Path) -> Path:
    """Copy an example without its tests, and put fakes and fixtures there."""
    project = target / example
    left_out = shutil.ignore_patterns("tests", "conftest.py", "__pycache__", ".*", "mutants-equivalent.toml")
    shutil.copytree(REPOSITORY / "examples" / example, project, ignore=left_out)
    run([*script("scaffold"), ".", "--with-database", "--locale", "pt_BR"], project)
    return project


def write_tests(project: Path) -> list[str]:
    """Write the tests of every module, behind those of another where both belong in one file; returns the modules."""
    modules = [path.relative_to(project).as_posix() for path in sorted(project.glob("src/**/*.py"))]
    return [module for module in modules if wrote(project, module) or wrote(project, module, "--append")]


def wrote(project: Path, module: str, *more: str) -> bool:
    """Whether tests of a module were written: not where it has nothing to plan, or its file exists."""
    return bool(run([*script("plan"), module, "--write", *more], project, (0, NOT_WRITTEN)))


def look(project: Path, row: Row) -> None:
    """Run the generated tests once, and count how they end."""
    report = project / "ended.txt"
    said = run([sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", *PYTEST, "tests"], project, (0, 1))
    report.write_text(said)
    for line in said.splitlines():
        state, _, rest = line.partition(" ")
        if state in ("FAILED", "ERROR"):
            row.failed.append(rest.partition(" - ")[0])
        elif state == "PASSED":
            row.passed += 1
        elif state == "SKIPPED":
            row.skipped += int(rest.partition("]")[0].strip("["))


def left_out(row: Row) -> list[str]:
    """What keeps the failing tests out of a run of pytest."""
    return [part for name in row.failed for part in ("--deselect", name)]


def plant(project: Path, modules: Sequence[str], row: Row, jobs: int, more: Sequence[str] = ()) -> None:
    """Plant bugs in the modules and count what is noticed; `more` is for pytest."""
    report = project / "verified.json"
    named = [part for module in modules for part in ("--module", module)]
    asked = ["--only", "mutants", "--budget", "0", "--no-cache", "--jobs", str(jobs)]
    told = ["--output-format", "json", "--output-file", str(report)]
    run([*script("verify"), "tests", *named, *asked, *told, "--", *left_out(row), *more], project, (0, 1, 2))
    found = json.loads(report.read_text())["mutants"] if report.is_file() else []
    if not found:
        raise Failure(f"verify has judged nothing in {project.name}")
    for one in found:
        count(one, row)


def count(one: dict[str, Any], row: Row) -> None:
    """Add one verdict to the figures."""
    mutant, noticed = one["mutant"], one["verdict"] in NOTICED
    row.judged += 1
    row.noticed += noticed
    if mutant["operator"].startswith("sql"):
        row.sql_judged += 1
        row.sql_noticed += noticed
    if not noticed:
        place = f"{mutant['path']}:{mutant['line']} {mutant['operator']} ({one['verdict']})"
        row.survivors.append(f"{place}: {mutant['before'].strip()} -> {mutant['after'].strip()}")


def rewrite(project: Path, modules: Sequence[str], row: Row, each: int, jobs: int) -> None:
    """Write the program otherwise, where the tests written by hand allow it, and count what stays green."""
    sources = [one for one in read_sources(project, "src") if one.path in modules]
    found = rewriting.chosen(sources, each, 1)
    by_hand = running.Suite(REPOSITORY / "examples" / row.example, ("-m", "not integration"))
    kept = [one for one, state in zip(found, states(by_hand, found, jobs), strict=True) if state]
    generated = running.Suite(project, tuple(left_out(row)))
    for one, state in zip(kept, states(generated, kept, jobs), strict=True):
        row.rewrites += 1
        row.green += state
        if not state:
            row.red.append(f"{one.path}:{one.line} {one.operator}\n{one.diff}")


def states(suite: running.Suite, found: Sequence[Mutant], jobs: int) -> list[bool]:
    """Whether the suite stays green on each of them."""
    with running.copies(suite, jobs) as folders:
        before = running.baseline(suite, folders[0])
        changes = [(one.path, one.text) for one in found]
        ended = running.judge(suite, folders, changes, 5 * before.seconds + 5, lambda index, verdict: None)
    return [one.state == "survived" for one in ended]


def percent(part: int, whole: int) -> str:
    """A share with its figures; a dash where there is nothing to share."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "-"


def missed(row: Row) -> list[str]:
    """The bars that an example misses."""
    shares = (
        ("mutants", row.noticed, row.judged, MUTANTS_BAR),
        ("SQL mutants", row.sql_noticed, row.sql_judged, SQL_BAR),
        ("rewrites", row.green, row.rewrites, REWRITES_BAR),
    )
    return [
        f"{row.example}: {what} {100 * part / whole:.1f} % < {bar:g} %"
        for what, part, whole, bar in shares
        if whole and 100 * part / whole < bar
    ]


def table(rows: Sequence[Row]) -> str:
    """The figures of all examples, a line for each."""
    lines = [
        "| example | tests | skipped | failed | mutants noticed | SQL mutants noticed | green on rewrites |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        tests = row.passed + row.skipped + len(row.failed)
        shares = (
            percent(row.noticed, row.judged),
            percent(row.sql_noticed, row.sql_judged),
            percent(row.green, row.rewrites),
        )
        lines.append(
            f"| {row.example} | {tests} | {row.skipped} | {len(row.failed)} | {' | '.join(shares)} |"
        )
    return "\n".join(lines)


def measured(example: str, each: int, jobs: int) -> Row:
    """Do all of it for one example."""
    row = Row(example)
    with tempfile.TemporaryDirectory(prefix="generated-") as scratch:
        project = bare(example, Path(scratch))
        modules = write_tests(project)
        look(project, row)
        plant(project, modules, row, jobs)
        if each:
            rewrite(project, modules, row, each, jobs)
    return row


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="default: all four")
    parser.add_argument("--rewrites", type=int, default=0, metavar="N", help="of each kind, in each example")
    parser.add_argument("--jobs", type=int, default=2, help="mutants and rewrites at the same time")
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="every survivor and red rewrite")
    options = parser.parse_args(arguments)
    if unknown := set(options.examples) - set(EXAMPLES):
        parser.error(f"no such example: {', '.join(sorted(unknown))}")
    rows = []
    try:
        for example in options.examples or EXAMPLES:
            rows.append(measured(example, options.rewrites, options.jobs))
            print(f"{example} is done", file=sys.stderr, flush=True)
    except Failure as failure:
        print(f"generated: {failure}", file=sys.stderr)
        return 2
    print(table(rows))
    found = [line for row in rows for line in missed(row)]
    print("\n".join(f"missed: {line}" for line in found) or "every bar is met")
    if options.output:
        options.output.write_text(json.dumps([vars(row) for row in rows], indent=1) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
