"""What judging a mutant costs, beside its tests and against other tools, as a table in Markdown.

    python tools/bench_verify.py [--example bank] [--module src/accounts.py] [--peers FOLDER]

Every figure is the processor's time of whole trees of processes, one job each, so that it says the same on a busy
machine; "a second" is such a second. Other tools are looked for in FOLDER/NAME/bin (default: .cache/bench/mutation), an
environment with the tool and what the example needs; one that is missing is said so. Exit 1: a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from async_testing.mutants import operators, registry
from async_testing.mutants.making import Mutant, mutants, read_sources
from async_testing.verifying.clean import Clean, clean_run
from async_testing.verifying.launching import Target
from async_testing.verifying.model import Judged
from async_testing.verifying.noticing import judge
from async_testing.verifying.workers import Forks, forks
from mutation import peers
from mutation.processor import of_others, used

REPOSITORY = Path(__file__).resolve().parent.parent
TIMES = 3
EACH = 40


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: float | None
    """None where there is nothing to measure."""
    unit: str
    bar: float | None = None
    at_least: bool = False
    detail: str = ""

    @property
    def is_missed(self) -> bool:
        """Whether it is on the wrong side of its bar."""
        if self.bar is None or self.measured is None:
            return False
        return (self.measured < self.bar) == self.at_least


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--example", default="bank")
    parser.add_argument("--module", default="src/accounts.py")
    parser.add_argument("--peers", type=Path, default=REPOSITORY / ".cache" / "bench" / "mutation")
    options = parser.parse_args(arguments)
    with _copy(REPOSITORY / "examples" / options.example) as root:
        rows = [*_rows(root, options.module)]
        speed = next(row.measured for row in rows if row.unit == "mutants a second")
        rows += [*_against(root, options.module, options.peers, speed or 0.0)]
    print("| what | measured | bar | |\n|---|---|---|---|")
    for row in rows:
        bar = "" if row.bar is None else f"{'≥' if row.at_least else '≤'} {row.bar:g}"
        measured = "—" if row.measured is None else f"{row.measured:.2f} {row.unit}"
        print(f"| {row.what} | {measured} | {bar} | {row.detail} |")
    missed = [row.what for row in rows if row.is_missed]
    print(f"\n{'missed: ' + '; '.join(missed) if missed else 'every bar is met'}")
    return 1 if missed else 0


@contextmanager
def _copy(example: Path) -> Iterator[Path]:
    """The example without its tests that need a server."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        root = Path(scratch, example.name)
        shutil.copytree(example, root, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        for path in root.glob("tests/test_*integration*.py"):
            path.unlink()
        yield root


def _rows(root: Path, module: str) -> Iterator[Row]:
    target = Target(root, sys.executable)
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    of_others(pytest, root)
    plain = statistics.median(of_others(pytest, root) for _ in range(TIMES))
    planted = mutants(read_sources(root, module), registry.load(operators))
    before = used()
    clean = clean_run(target, [module], 600)
    yield Row("the clean run, with its lines", (used() - before) / plain, "x a plain pytest run", None)
    began = time.monotonic()
    before = used()
    judged = [*judge(target, clean, planted)]
    spent, waited = used() - before, time.monotonic() - began
    lines = (root / module).read_text().count("\n")
    told = f"{len(judged)} mutants of {lines} lines"
    yield Row(f"judging {module}", len(judged) / spent, "mutants a second", 25, True, told)
    yield Row(
        "… for 300 lines", spent * 300 / lines, "s", 60, False, f"{spent:.1f} s, by the clock {waited:.1f} s"
    )
    with forks(target, 1, clean.imported) as running:
        before = used()
        running.start(600)
        start = used() - before
        yield Row(
            "start-up, tests collected",
            start / plain,
            "x a plain pytest run",
            1.2,
            False,
            f"{start:.2f} s to {plain:.2f} s",
        )
        _warm(running)
        yield _bodies(running, root, clean, planted, judged)
        yield _imports(running, root, planted, judged, pytest)


def _warm(running: Forks) -> None:
    """Have both places import what the tests do, as ``judge`` does."""
    bounds = {"limits": [], "setup": 600}
    tests = [*range(len(running.collected.tests))]
    done = _answer(running, "late", {"tests": tests, "all": True, **bounds})
    for place, modules in (
        ("late", done["modules"]),
        ("early", [*running.collected.modules, *done["modules"]]),
    ):
        known = running.collected.tests
        compiled = {name: done[name] for name in ("sources", "patterns")}
        _answer(running, place, {"preload": modules, "known": known, "environment": {}, **compiled, **bounds})


def _answer(running: Forks, place: Any, request: dict[str, Any]) -> dict[str, Any]:
    return running.wait_for(running.ask(place, **request), 600)


def _bodies(
    running: Forks, root: Path, clean: Clean, planted: Sequence[Mutant], judged: Sequence[Judged]
) -> Row:
    """The same tests in forks with and without a mutant that they do not notice before the last one."""
    text = {mutant.fingerprint: mutant for mutant in planted}
    number = {name: place for place, name in enumerate(running.collected.tests)}
    bodies = [one for one in judged if one.kind == "body" and one.verdict == "killed"][:EACH]
    requests = []
    for one in bodies:
        tests = [number[one.by]]
        mutant = text[one.mutant.fingerprint]
        changed = {"path": os.path.realpath(root / mutant.path), "text": mutant.text}
        requests.append(({"tests": tests, "limits": [], "setup": 60}, changed))
    spent = []
    for with_mutant in (True, False):
        before = used()
        for request, changed in requests:
            _answer(running, "late", {**request, **(changed if with_mutant else {})})
        spent.append((used() - before) / len(requests) * 1000)
    told = f"{spent[0]:.1f} ms to {spent[1]:.1f} ms, {len(requests)} mutants"
    return Row("a body mutant beyond the same test in a fork", spent[0] - spent[1], "ms", 15, False, told)


def _imports(
    running: Forks, root: Path, planted: Sequence[Mutant], judged: Sequence[Judged], pytest: Sequence[str]
) -> Row:
    """A mutant of what runs at import against a new process of pytest on the same file of tests."""
    text = {mutant.fingerprint: mutant for mutant in planted}
    imports = [one for one in judged if one.kind == "import" and one.verdict == "killed" and "::" in one.by][
        :10
    ]
    mine, theirs = [], []
    for one in imports:
        mutant, file = text[one.mutant.fingerprint], one.by.partition("::")[0]
        request = {
            "path": os.path.realpath(root / mutant.path),
            "text": mutant.text,
            "files": [str(root / file)],
            "tests": [],
            "limits": [],
            "setup": 60,
        }
        before = used()
        _answer(running, "early", request)
        mine.append(used() - before)
        original = (root / mutant.path).read_text()
        (root / mutant.path).write_text(mutant.text)
        theirs.append(of_others([*pytest, "-x", file], root))
        (root / mutant.path).write_text(original)
    ratio = statistics.median(mine) / statistics.median(theirs) if mine else None
    told = (
        f"{statistics.median(mine):.2f} s to {statistics.median(theirs):.2f} s" if mine else "no such mutant"
    )
    return Row("an import mutant against a new pytest process", ratio, "x", 0.5, False, told)


def _against(root: Path, module: str, folder: Path, speed: float) -> Iterator[Row]:
    """How many times as many mutants a second as each other tool, each with its own operators."""
    for name in peers.NAMES:
        found = peers.measured(name, folder, root, module)
        if found.judged:
            told = f"{found.judged} mutants in {found.seconds:.0f} s"
            yield Row(
                f"mutants a second, against {name}",
                speed / (found.judged / found.seconds),
                "x",
                10,
                True,
                told,
            )
        else:
            yield Row(f"mutants a second, against {name}", None, "x", None, False, found.why)


if __name__ == "__main__":
    sys.exit(main())
