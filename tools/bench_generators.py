"""What the tests of another generator are worth beside those of plan.py --write, on the same modules in the same run.

    python tools/bench_generators.py EXAMPLE --pynguin PYTHON [--seconds 60] [--jobs 2]

PYTHON is the interpreter of an environment that has Pynguin and what the example needs; Pynguin runs the code that it
tests, and is told so. It gets SECONDS for each module that ``plan --write`` writes tests for, and as long again to end.
Both sets of tests are run as they are, what fails is left out, and bugs are planted in those modules. Exit 0: a table
was printed. Exit 2: it could not be.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import generated


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("example", choices=generated.EXAMPLES)
    parser.add_argument("--pynguin", type=Path, required=True, metavar="PYTHON")
    parser.add_argument("--seconds", type=int, default=60, help="for each module")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        print(table(options))
    except (generated.Failure, OSError) as failure:
        print(f"bench_generators: {failure}", file=sys.stderr)
        return 2
    return 0


def table(options: argparse.Namespace) -> str:
    """The figures of both, a line for each."""
    with tempfile.TemporaryDirectory(prefix="generators-") as scratch:
        project = generated.bare(options.example, Path(scratch))
        modules = generated.write_tests(project)
        ours = judged(project, modules, options)
        for path in project.glob("tests/test_*.py"):
            path.unlink()
        without = [module for module in modules if not searched(project, module, options)]
        others = judged(project, modules, options)
    lines = [
        f"{len(modules)} modules of {options.example}; no file from Pynguin for {', '.join(without) or 'none'}",
        "| tests of | passed | failed or skipped | mutants noticed | SQL mutants noticed |",
        "|---|---|---|---|---|",
    ]
    for name, row in (("plan --write", ours), (f"Pynguin, {options.seconds} s a module", others)):
        noticed = generated.percent(row.noticed, row.judged)
        sql = generated.percent(row.sql_noticed, row.sql_judged)
        lines.append(f"| {name} | {row.passed} | {len(row.failed) + row.skipped} | {noticed} | {sql} |")
    return "\n".join(lines)


def judged(project: Path, modules: Sequence[str], options: argparse.Namespace) -> generated.Row:
    """Run the tests that are there, and plant bugs in the modules."""
    row = generated.Row(options.example)
    generated.look(project, row)
    generated.plant(project, modules, row, options.jobs)
    return row


def searched(project: Path, module: str, options: argparse.Namespace) -> bool:
    """Let Pynguin search for tests of a module; whether it wrote some."""
    name = module.removesuffix(".py").replace("/", ".")
    target = project / "searched"
    shutil.rmtree(target, ignore_errors=True)
    command = [str(options.pynguin), "-m", "pynguin", "--project-path", str(project), "--module-name", name]
    command += ["--output-path", str(target), "--maximum-search-time", str(options.seconds), "--seed", "1"]
    environment = {**os.environ, "PYNGUIN_DANGER_AWARE": "1"}
    try:
        subprocess.run(command, env=environment, capture_output=True, timeout=2 * options.seconds + 60)
    except subprocess.TimeoutExpired:
        return False
    found = [*target.glob("test_*.py")] if target.is_dir() else []
    for path in found:
        shutil.copy(path, project / "tests" / f"test_{name.replace('.', '_')}.py")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
