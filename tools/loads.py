"""What an agent loads for typical tasks: SKILL.md, the references it is told to read, what the scripts print.

    python tools/loads.py            print the table
    python tools/loads.py --write    put it into README.md
    python tools/loads.py --check    hold README.md against it, and each task against its limit

Exit 1: with --check, the table is stale or a task is too large.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
README = REPOSITORY / "README.md"
BEGIN, END = "<!-- loads: python tools/loads.py --write -->\n", "<!-- end of loads -->\n"
PUBLISHED = 20_097
"""Characters of the published skill of the same name, all of which is loaded for any task."""
BOUND = 2_048
"""What a script prints at most unless it is asked for more."""


class Task(NamedTuple):
    """Something that users ask for."""

    name: str
    references: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    """Scripts with their arguments, run in an example; verify counts with its bound."""
    limit: int


TASKS = (
    Task("make the fixtures", (), (("scaffold.py", ".", "--dry-run"),), PUBLISHED // 2),
    Task("judge the tests that are there", (), (("check.py", "tests"), ("verify.py",)), PUBLISHED // 2),
    Task("mend an event loop error", ("event-loops",), (("check.py", "tests"),), PUBLISHED),
    Task(
        "test a route",
        ("pattern-endpoints",),
        (("plan.py", "src/api/path/users.py"), ("check.py", "tests"), ("verify.py",)),
        PUBLISHED,
    ),
    Task(
        "test a DAO on psqlpy",
        ("pattern-dao", "driver-psqlpy"),
        (("plan.py", "src/domain/dal/dao/user.py"), ("check.py", "tests"), ("verify.py",)),
        PUBLISHED,
    ),
)


def loaded(task: Task) -> int:
    """Characters that a task brings into an agent's context."""
    total = len((REPOSITORY / "SKILL.md").read_text(encoding="utf-8"))
    for name in task.references:
        total += len((REPOSITORY / "references" / f"{name}.md").read_text(encoding="utf-8"))
    return total + sum(map(printed, task.commands))


def printed(command: tuple[str, ...]) -> int:
    """Characters that a script prints in the example, at most its bound."""
    name, *arguments = command
    if name == "verify.py":
        return BOUND
    script = REPOSITORY / "scripts" / name
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=REPOSITORY / "examples" / "users",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 2:
        sys.exit(f"loads: {' '.join(command)}: {done.stderr.strip()}")
    said = done.stdout.replace(str(REPOSITORY), "/skill")  # wherever it lies
    return min(len(said), BOUND)


def table(sizes: dict[str, int]) -> str:
    """The rows of the README, to a hundred characters."""
    lines = ["| task | references | characters | tokens, about |", "|---|---|---|---|"]
    for task in TASKS:
        hundreds = -(-sizes[task.name] // 100) * 100
        read = ", ".join(f"{name}.md" for name in task.references) or "none"
        lines.append(f"| {task.name} | {read} | {hundreds:,} | {hundreds // 4:,} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print, write or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="What an agent loads for typical tasks.")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--check", action="store_true", help="hold README.md and the limits")
    options = parser.parse_args()
    sizes = {task.name: loaded(task) for task in TASKS}
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    there, _, after = rest.partition(END)
    if options.write:
        README.write_text(before + BEGIN + table(sizes) + END + after, encoding="utf-8")
    print(table(sizes), end="")
    if not options.check:
        return 0
    large = [task for task in TASKS if sizes[task.name] > task.limit]
    for task in large:
        print(f"{task.name}: {sizes[task.name]:,} characters, {task.limit:,} are allowed")
    if there != table(sizes):
        print("README.md: the table of loads is stale: python tools/loads.py --write")
    return 1 if large or there != table(sizes) else 0


if __name__ == "__main__":
    sys.exit(main())
