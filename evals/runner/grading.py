"""Graders that run: whether the tests are green, notice bugs, survive rewrites, and are what ``check`` wants."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from async_testing.finding import UsageError
from async_testing.mutants import operators, registry
from async_testing.mutants.making import Mutant, mutants, read_sources
from mutation import rewriting, running

from evals.runner.cases import FOLDER, Case

SEEDS = (1, 2, 3)
REWRITES = 12


class Grade(NamedTuple):
    """What was written, in figures between 0 and 1."""

    green: bool
    """The tests pass in each of three random orders."""
    bugs: float
    """The share of the case's bugs that they notice."""
    mutants: float
    """The share of drawn mutants that they notice, of those that the oracle notices."""
    rewrites: float
    """The share of rewrites they stay green on, of those that the oracle stays green on."""
    findings: int
    """What check reports."""
    tests: int
    lines: int
    missed: tuple[str, ...] = ()
    """Names of the bugs that they do not notice."""
    reason: str = ""
    """Why they are not green."""

    @property
    def score(self) -> float:
        """0 unless green; then what they notice, of which a fifth depends on rewrites and on what check reports."""
        noticed = (self.bugs + self.mutants) / 2
        clean = max(0.0, 1 - self.findings / 10)
        return round(self.green * noticed * (0.8 + 0.1 * self.rewrites + 0.1 * clean), 4)


def grade(case: Case, workspace: Path, jobs: int, drawn: int, python: str = sys.executable) -> Grade:
    """Grade the tests of a workspace against the case's own code, whatever became of it there."""
    with TemporaryDirectory(prefix="eval-") as folder:
        root = Path(folder, "graded")
        assemble(case, workspace, root)
        tests, lines = _size(root)
        suite = running.Suite(root, ("-p", "no:randomly"), python)
        reason = _red(suite, root, python)
        findings = _findings(root)
        if reason:
            return Grade(False, 0.0, 0.0, 0.0, findings, tests, lines, (), reason)
        with running.copies(suite, jobs) as copies:
            timeout = 5 * running.baseline(suite, copies[0]).seconds + 5
            noticed = _noticed(suite, copies, [(bug.path, case.planted(bug)) for bug in case.bugs], timeout)
            missed = tuple(bug.name for bug, seen in zip(case.bugs, noticed, strict=True) if not seen)
            return Grade(
                True,
                _share(len(noticed) - len(missed), len(noticed)),
                _mutants(case, draw(case, drawn), suite, copies, timeout),
                _rewrites(case, suite, copies, timeout, jobs),
                findings,
                tests,
                lines,
                missed,
            )


def assemble(case: Case, workspace: Path, root: Path) -> None:
    """The workspace without the skill and without what is hidden, its code as it was given."""
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(workspace, root, ignore=ignored, symlinks=True)
    for path in case.repository.rglob("*"):
        name = path.relative_to(case.repository)
        if path.is_file() and (name.parts[0] == case.source or path.suffix == ".sql"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / name)


def oracle(case: Case, python: str, jobs: int, changes: Sequence[running.Change]) -> list[bool]:
    """Which changes to a case's code the oracle notices."""
    with TemporaryDirectory(prefix="oracle-") as folder:
        root = Path(folder, "oracle")
        shutil.copytree(case.repository, root, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(case.oracle, root / "oracle", ignore=shutil.ignore_patterns("__pycache__"))
        suite = running.Suite(root, ("-p", "no:randomly", "oracle"), python)
        with running.copies(suite, jobs) as copies:
            timeout = 5 * running.baseline(suite, copies[0]).seconds + 5
            return _noticed(suite, copies, changes, timeout)


def _red(suite: running.Suite, root: Path, python: str) -> str:
    """Why the suite is not green in three random orders; empty where it is."""
    for seed in SEEDS:
        options = ("-p", "randomly", f"--randomly-seed={seed}") if _has_randomly(python) else ()
        verdict = running.Suite(root, options, python).run(root, 600)
        if verdict.exit_code != 0:
            tail = verdict.output.strip().splitlines()[-1:] or ["it took too long"]
            return f"seed {seed}: {verdict.by or tail[0]}"
    return ""


def _has_randomly(python: str) -> bool:
    return subprocess.run([python, "-c", "import pytest_randomly"], capture_output=True).returncode == 0


def _noticed(
    suite: running.Suite, copies: Sequence[Path], changes: Sequence[running.Change], timeout: float
) -> list[bool]:
    verdicts = running.judge(suite, copies, changes, timeout, lambda index, verdict: None)
    return [verdict.state != "survived" for verdict in verdicts]


def _mutants(
    case: Case, drawn: Sequence[Mutant], suite: running.Suite, copies: Sequence[Path], timeout: float
) -> float:
    noticed = _noticed(suite, copies, [(one.path, one.text) for one in drawn], timeout)
    survivors = [one for one, seen in zip(drawn, noticed, strict=True) if not seen]
    real = (
        sum(oracle(case, suite.python, len(copies), [(one.path, one.text) for one in survivors]))
        if survivors
        else 0
    )
    killed = len(drawn) - len(survivors)
    return _share(killed, killed + real)


def draw(case: Case, count: int) -> list[Mutant]:
    """Mutants of a case's code, evenly over all that the operators make."""
    made = mutants(read_sources(case.repository, case.source), registry.load(operators))
    return [made[index * len(made) // count] for index in range(min(count, len(made)))]


def _rewrites(case: Case, suite: running.Suite, copies: Sequence[Path], timeout: float, jobs: int) -> float:
    sources = read_sources(case.repository, case.source)
    chosen = rewriting.chosen(sources, 1, 1)[:REWRITES]
    changes = [(one.path, one.text) for one in chosen]
    broken = oracle(case, suite.python, jobs, changes)
    kept = [change for change, wrong in zip(changes, broken, strict=True) if not wrong]
    red = _noticed(suite, copies, kept, timeout)
    return _share(len(red) - sum(red), len(red))


def _findings(root: Path) -> int:
    command = [sys.executable, str(FOLDER.parent / "scripts" / "check.py"), str(root), "--root", str(root)]
    done = subprocess.run([*command, "--output-format", "json"], capture_output=True, text=True, check=False)
    try:
        return len(json.loads(done.stdout))
    except ValueError:
        return 10  # nothing that could be checked


def _size(root: Path) -> tuple[int, int]:
    files = [
        path for path in root.rglob("*.py") if path.name.startswith("test_") or path.name.endswith("_test.py")
    ]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    return sum(text.count("def test_") for text in texts), sum(len(text.splitlines()) for text in texts)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def prove(case: Case, jobs: int, python: str = sys.executable) -> list[str]:
    """What is wrong with a case: bugs that its oracle does not notice. A green oracle is asked for first.

    Raises:
        UsageError: the oracle is not green on the code as it is.
    """
    if not case.bugs:
        raise UsageError(f"{case.name}: bugs.toml has no bug")
    noticed = oracle(case, python, jobs, [(bug.path, case.planted(bug)) for bug in case.bugs])
    return [
        f"{bug.name}: the oracle does not notice it"
        for bug, seen in zip(case.bugs, noticed, strict=True)
        if not seen
    ]
