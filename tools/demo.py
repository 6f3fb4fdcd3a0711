"""The main job on a real application: one without tests gets a plan, fakes, tests, and proof that they notice.

    python tools/demo.py

1. copy ``examples/users`` without its tests, and install this skill into its ``.claude/skills``, as a user has it;
2. plan a module: every way through it that deserves a test;
3. scaffold from the application's root, with fixtures for a real database; a second run changes nothing;
4. write the module's first tests from the plan, run them, and have them checked and verified as they are;
5. put in their place tests that were written by the references; run them on the fakes, then on a real PostgreSQL;
6. check them, forget one ``await`` and see it found; verify again, with a report to look at.

Exit 0: all of it held. Exit 1: a step did not.
"""

from __future__ import annotations

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
MODULE = "src/domain/dal/dao/user.py"
TESTS = "tests/test_user_dao.py"
WRITTEN_BY_HAND = (TESTS, "tests/test_user_dao_queries.py", "tests/test_user_dao_transactions.py")
BUDGET = "60"
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
    found = list((EXAMPLE / "tests").glob("test_*.py"))
    for path in found:
        shutil.copy(path, project / "tests" / path.name)
    return len(found)


def forget_an_await(project: Path) -> None:
    """Take the first ``await`` that stands at the head of a line out of a test file."""
    path = project / TESTS
    before, after = path.read_text().split("\n    await ", maxsplit=1)
    path.write_text(f"{before}\n    {after}")


def main() -> int:
    """Do the steps, showing each command."""
    with tempfile.TemporaryDirectory(prefix="demo-") as scratch:
        project = bare_application(Path(scratch))
        lines = sum(len(path.read_text().splitlines()) for path in project.glob("src/**/*.py"))
        say(f"An application without tests: FastAPI on psqlpy, {lines} lines in {project.name}/src")
        script = {
            name: str(SKILL / "scripts" / f"{name}.py") for name in ("plan", "scaffold", "check", "verify")
        }
        run(sys.executable, script["plan"], MODULE, cwd=project)
        say("Fakes and fixtures for it")
        scaffold = [sys.executable, script["scaffold"], ".", "--with-database", "--locale", "pt_BR"]
        run(*scaffold, cwd=project)
        say("A second run changes nothing")
        run(*scaffold, cwd=project)
        say("The first tests, from the plan alone")
        run(sys.executable, script["plan"], MODULE, "--write", cwd=project)
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        run(*pytest, TESTS, cwd=project)
        run(sys.executable, script["check"], TESTS, cwd=project)
        verify(project, script["verify"], TESTS, allowed=(0, 1, 2))
        say(f"{add_tests(project)} test files in their place, written by the references: first on the fakes")
        run(*pytest, "-m", "not integration", cwd=project)
        say("Then on a real PostgreSQL that the fixtures start by themselves")
        run(*pytest, "-m", "integration", cwd=project)
        say("Check: do these tests protect anything?")
        run(sys.executable, script["check"], "tests", "--checklist", cwd=project)
        say("The same with one `await` forgotten")
        forget_an_await(project)
        run(sys.executable, script["check"], "tests", cwd=project, allowed=(1,))
        shutil.copy(EXAMPLE / TESTS, project / TESTS)
        say("Verify: steady, complete, and would they notice a bug?")
        verify(project, script["verify"], *WRITTEN_BY_HAND, allowed=(0, 2))
        say("Done. Everything above happened in a temporary folder; `make test` runs all tests")
    return 0


def verify(project: Path, script: str, *tests: str, allowed: tuple[int, ...]) -> None:
    """Verify tests of the module within a time that a demo may take."""
    run(sys.executable, script, *tests, "--module", MODULE, "--budget", BUDGET, cwd=project, allowed=allowed)


if __name__ == "__main__":
    sys.exit(main())
