"""The main job on a real application: one without tests gets fakes, fixtures, tests, and proof that they notice.

    python tools/demo.py

1. copy ``examples/users`` without its tests, and install this skill into its ``.claude/skills``, as a user has it;
2. scaffold from the application's root, with fixtures for a real database; a second run changes nothing;
3. add the tests that were written by the references, run them on the fakes, then on an embedded PostgreSQL;
4. check the tests: clean, and every line of the checklists answered; then forget one ``await`` and see it found;
5. plant bugs one at a time in the application and see which test notices.

Exit 0: all of it held. Exit 1: a step did not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "users"
SKILL = Path(".claude") / "skills" / "async-testing-expert"
FORGETFUL = Path("tests") / "test_user_dao.py"
BUGS = 6
STARTED = time.perf_counter()


def say(text: str) -> None:
    """Print a heading with the seconds since the start."""
    print(f"\n\033[1m[{time.perf_counter() - STARTED:4.1f} s] {text}\033[0m", flush=True)


def run(*command: str, cwd: Path, allowed: tuple[int, ...] = (0,), quiet: bool = False) -> str:
    """Run a command and show it with its output; ends the program when its exit code is not an allowed one."""
    shown = " ".join("python" if part == sys.executable else part for part in command)
    if not quiet:
        print(f"$ {shown}", flush=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run(
        command, cwd=cwd, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if not quiet or done.returncode not in allowed:
        print("\n".join(f"  {line}" for line in done.stdout.strip().splitlines()), flush=True)
    if done.returncode not in allowed:
        sys.exit(f"demo: '{shown}' ended with {done.returncode}")
    return done.stdout


def bare_application(target: Path) -> Path:
    """The example as it is before anybody tested it, with this skill in its ``.claude/skills``."""
    project = target / "users"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("tests", "__pycache__", ".*_cache"))
    shutil.copytree(
        REPOSITORY / "scripts", project / SKILL / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(REPOSITORY / "SKILL.md", project / SKILL)
    return project


def add_tests(project: Path) -> int:
    """Copy the example's test files next to what scaffold wrote; returns how many came."""
    found = [
        path for path in (EXAMPLE / "tests").glob("*.py") if not (project / "tests" / path.name).exists()
    ]
    for path in found:
        shutil.copy(path, project / "tests" / path.name)
    return len(found)


def forget_an_await(project: Path) -> None:
    """Take the first ``await`` that stands at the head of a line out of a test file."""
    path = project / FORGETFUL
    before, after = path.read_text().split("\n    await ", maxsplit=1)
    path.write_text(f"{before}\n    {after}")


def main() -> int:
    """Do the five steps, showing each command."""
    with tempfile.TemporaryDirectory(prefix="demo-") as scratch:
        project = bare_application(Path(scratch))
        lines = sum(len(path.read_text().splitlines()) for path in project.glob("src/**/*.py"))
        say(f"An application without tests: FastAPI on psqlpy, {lines} lines in {project.name}/src")
        scaffold = [
            sys.executable,
            str(SKILL / "scripts" / "scaffold.py"),
            ".",
            "--with-database",
            "--locale",
            "pt_BR",
        ]
        run(*scaffold, cwd=project)
        say("A second run changes nothing")
        run(*scaffold, cwd=project)
        say(f"{add_tests(project)} test files, written by the references: first on the fakes")
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        run(*pytest, "-m", "not integration", cwd=project)
        say("Then on a real PostgreSQL that the fixtures start by themselves")
        run(*pytest, "-m", "integration", cwd=project)
        say("Check: do these tests protect anything?")
        check = [sys.executable, str(SKILL / "scripts" / "check.py")]
        run(*check, "tests", "--checklist", cwd=project)
        say("The same with one `await` forgotten")
        forget_an_await(project)
        run(*check, "tests", cwd=project, allowed=(1,))
        shutil.copy(EXAMPLE / FORGETFUL, project / FORGETFUL)
        say(f"{BUGS} bugs planted one at a time: do the tests notice?")
        verdicts = Path(scratch) / "verdicts.json"
        mutate = [sys.executable, str(REPOSITORY / "tools" / "mutate.py"), "."]
        options = ["--sample", str(BUGS), "--seed", "1", "--jobs", "2", "-m", "not integration"]
        run(*mutate, *options, "--output", str(verdicts), cwd=project, quiet=True)
        for bug in json.loads(verdicts.read_text())["results"]:
            print(f"  {bug['path']}:{bug['line']}  {bug['operator']}\n    - {bug['before'].strip()}")
            print(f"    + {bug['after'].strip()}\n    {bug['state']} by {bug['by'] or 'no test'}", flush=True)
        say("Done. Everything above happened in a temporary folder; `make test` runs all tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
