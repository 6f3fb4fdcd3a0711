"""Speed as ratios: each figure is ours against a peer, run in turn in the same minute, median of several pairs.

    python tools/bench.py [--runs 7]

- scaffold on a repository of 1,000 Python files, whole process, against a program that parses each of them;
- starting scaffold (``--help``) against ``python -c pass``;
- 500 tiny DAO tests on the fake against the same on an AsyncMock, and on a class with one no-op method.

Prints a table; exit 0 always, since a benchmark is not a test. Exit 2: something could not be run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PARSE_ALL = """
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    ast.parse(path.read_bytes())
"""
DAO_TESTS = """
import pytest
{make}

async def dao(conn, number):
    await conn.execute("INSERT INTO users (id, name) VALUES ($1, $2)", [number, "Ann"])

@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(500))
async def test_dao(number):
    conn = make()
    await dao(conn, number)
    {check}
"""
DOUBLES = {
    "no-op class": (
        "class Conn:\n    def __init__(self):\n        self.calls = []\n"
        "    async def execute(self, *call):\n        self.calls.append(call)\nmake = Conn",
        "assert len(conn.calls) == 1",
    ),
    "AsyncMock": ("from unittest.mock import AsyncMock as make", "conn.execute.assert_awaited_once()"),
    "fake": ("from tests.fakes import FakeConnection as make", "assert len(conn.execute_calls) == 1"),
    "fake, meaning": (
        "from tests.fakes import FakeConnection as make, Insert",
        'assert conn.execute_calls[0].meaning == Insert("users", {"id": number, "name": "Ann"})',
    ),
}


def seconds(command: Sequence[str], folder: Path) -> float:
    """Wall time of one whole process; ends the program when the command fails."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        print(
            f"bench: {' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}",
            file=sys.stderr,
        )
        raise SystemExit(2)
    return time.perf_counter() - started


def compare(
    name: str, ours: Sequence[str], peer_name: str, peer: Sequence[str], folder: Path, runs: int
) -> None:
    """Run the two in turn and print the medians and the median of the ratios, pair by pair."""
    seconds(ours, folder), seconds(peer, folder)
    pairs = [(seconds(ours, folder), seconds(peer, folder)) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name:46} {mine:7.2f} s   {peer_name:28} {theirs:7.2f} s   ratio {ratio:.2f}", flush=True)


def repository(folder: Path, files: int = 1000) -> None:
    """A repository of ordinary size: copies of this project's own modules, and one FastAPI application on asyncpg."""
    sources = [path.read_text() for path in sorted(REPOSITORY.glob("scripts/async_testing/**/*.py"))]
    for number in range(files - 1):
        package = folder / "app" / f"part{number // 20}"
        package.mkdir(parents=True, exist_ok=True)
        (package / f"module{number}.py").write_text(
            sources[number % len(sources)].replace("FastAPI", "Fast_API").replace("psqlpy", "driver")
        )
    (folder / "app" / "main.py").write_text(
        "import asyncpg\nfrom fastapi import FastAPI\n\n\ndef create_app() -> FastAPI:\n    return FastAPI()\n"
    )


def main() -> int:
    """Run the comparisons."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    scaffold = [sys.executable, str(REPOSITORY / "scripts" / "scaffold.py")]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        big = Path(scratch) / "big"
        repository(big)
        parse = [sys.executable, "-c", PARSE_ALL, str(big)]
        compare(
            "scaffold --dry-run, 1,000 files",
            [*scaffold, str(big), "--dry-run"],
            "parse them all",
            parse,
            big,
            runs,
        )
        compare(
            "scaffold --help",
            [*scaffold, "--help"],
            "python -c pass",
            [sys.executable, "-c", "pass"],
            big,
            runs,
        )
        small = Path(scratch) / "small"
        small.mkdir()
        (small / "pyproject.toml").write_text(
            '[project]\nname = "small"\ndependencies = ["psqlpy"]\n[tool.pytest]\npythonpath = ["."]\n'
        )
        (small / "main.py").write_text("import psqlpy\n")
        seconds([*scaffold, str(small)], small)
        commands: dict[str, list[str]] = {}
        for name, (make, check) in DOUBLES.items():
            path = small / "tests" / f"test_{len(commands)}.py"
            path.write_text(DAO_TESTS.format(make=make, check=check))
            options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
            commands[name] = [sys.executable, "-m", "pytest", *options, str(path)]
        base = "no-op class"
        for name in [name for name in commands if name != base]:
            compare(f"500 DAO tests on {name}", commands[name], f"on a {base}", commands[base], small, runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
