"""How long plan takes, always as a ratio against a peer in the same run, as a table in Markdown.

    python tools/bench_plan.py [--runs 11]

- one module, a DAO, a router and models of the example of users, whole process, against ``python -c pass``;
- the view of a project of 1,000 files, modules and tests, against a program that parses them.

Every figure is the processor's time of whole processes, start-up included, each pair run in turn; a ratio is the median
of pairs, since the machine is shared. Exit 1: a bar is missed; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
PLAN = [sys.executable, str(REPOSITORY / "scripts" / "plan.py")]
USERS = REPOSITORY / "examples" / "users"
MODULES = ("src/domain/dal/dao/user.py", "src/api/path/users.py", "src/domain/dto/user.py")
NOTHING = [sys.executable, "-c", "pass"]
PARSE = """\
import ast, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    ast.parse(path.read_bytes())
"""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As at a user's: modules are compiled once, by the run that warms up."""
THINGS = re.compile(
    r"user|account|transfer|entry|book|loan|reader|item|order|reorder|line|supplier", re.IGNORECASE
)
"""What the examples are about."""
MODULE_BAR = 6.0
PROJECT_BAR = 1.5


class Row(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    ratio: float
    bar: float
    detail: str


def seconds(command: Sequence[str], folder: Path) -> float:
    """How much of the processor's time a process takes; ends the program when it fails."""
    started = _used()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        print(
            f"bench_plan: {' '.join(command)} ended with {done.returncode}:\n{done.stderr}", file=sys.stderr
        )
        raise SystemExit(2)
    return _used() - started


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compared(
    what: str, ours: Sequence[str], against: str, peer: Sequence[str], folder: Path, runs: int, bar: float
) -> Row:
    """Run the two in turn; the median ratio of the pairs, with the median seconds of both."""
    seconds(ours, folder), seconds(peer, folder)
    pairs = [(seconds(ours, folder), seconds(peer, folder)) for _ in range(runs)]
    ratio = statistics.median(first / second for first, second in pairs)
    medians = [statistics.median(side) for side in zip(*pairs, strict=True)]
    return Row(what, against, ratio, bar, f"{medians[0]:.3f} s to {medians[1]:.3f} s")


def project(folder: Path, number: int = 1000) -> None:
    """A project of so many files: applications like the examples, each about things of other names, with tests."""
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    found = [
        (path, path.relative_to(REPOSITORY / "examples"))
        for path in sorted(REPOSITORY.glob("examples/*/**/*.py"))
    ]
    meant = [(path, place) for path, place in found if _is_meant(place.parts)]
    for place in range(number):
        path, inside = meant[place % len(meant)]
        letters = chr(ord("a") + place // len(meant))
        name, kind, *rest = (_renamed(part, letters) for part in inside.parts)
        target = folder.joinpath(
            *(("tests", name + letters) if kind == "tests" else ("app", name + letters)), *rest
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(path.read_text(), letters))


def _is_meant(parts: Sequence[str]) -> bool:
    """Whether a file of an example is its own: a module, a test, a conftest."""
    return parts[1] == "src" or (parts[1] == "tests" and len(parts) == 3)


def _renamed(text: str, letters: str) -> str:
    return THINGS.sub(lambda found: f"{found.group()}{letters}", text)


def rows(scratch: Path, runs: int) -> list[Row]:
    """Measure everything."""
    found = [
        compared(f"plan {name}", [*PLAN, name], "python -c pass", NOTHING, USERS, runs, MODULE_BAR)
        for name in MODULES
    ]
    project(scratch)
    parse = [sys.executable, "-c", PARSE, str(scratch)]
    view = [*PLAN, "--project"]
    found.append(
        compared(
            "plan --project, 1,000 files",
            view,
            "parsing them",
            parse,
            scratch,
            max(3, runs // 3),
            PROJECT_BAR,
        )
    )
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        found = rows(Path(scratch), options.runs)
    print("| plan | against | ratio | bar | |\n|---|---|---|---|---|")
    for row in found:
        missed = " **missed**" if row.ratio > row.bar else ""
        print(f"| {row.what} | {row.against} | {row.ratio:.2f} | ≤ {row.bar}{missed} | {row.detail} |")
    return 1 if any(row.ratio > row.bar for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
