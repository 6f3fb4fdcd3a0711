"""Run every example's suite in every environment a user may have, in a pytest process of its own.

The cells are Python 3.11, 3.12, 3.13 x httpx, httpx2 x pytest-asyncio strict, auto and the anyio plugin, each in three
random orders, with warnings as errors (``third-party-warnings.txt`` names the exceptions and why). The users example
runs in all of them; the others, for the sake of time, in each Python and mode once, unless --whole is given. Each cell
works on a copy of the example whose conftest and fakes were taken away and scaffolded again for that cell.

    python tools/matrix.py [--example users] [--python 3.12] [--client httpx2] [--mode anyio] [--seeds 1,2,3]
                           [--require 3.11,3.12,3.13] [--whole]

Exit 0: all cells passed. Exit 1: a cell failed. Exit 2: nothing could be run, or a required Python is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".cache" / "matrix"
PYTHONS = ("3.11", "3.12", "3.13")
CLIENTS = {"httpx": {"httpx2", "httpcore2", "truststore", "httpx2-jsfetch"}, "httpx2": {"httpx", "httpcore"}}
"""HTTP client of a cell → the packages of the lock that are left out to have it alone."""
MODES = ("strict", "auto", "anyio")
NOT_NEEDED = {
    "mypy",
    "mypy-extensions",
    "librt",
    "ruff",
    "skills-ref",
    "strictyaml",
    "hypothesis",
    "ast-serialize",
}


@dataclass(frozen=True)
class Cell:
    """One environment and one order: what is run, and how it is named in the report."""

    example: str
    python: str
    client: str
    mode: str
    seed: int

    def __str__(self) -> str:
        return f"{self.example} · {self.python} · {self.client} · {self.mode} · order {self.seed}"


def interpreter(version: str) -> str | None:
    """Path of a working Python of that minor version: on PATH, or one that pyenv or uv keeps; None if there is none."""
    keepers = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    keepers.append(Path.home() / ".local" / "share" / "uv" / "python")
    kept = [
        str(found) for keeper in keepers for found in sorted(keeper.glob(f"*{version}*/bin/python{version}"))
    ]
    for candidate in [shutil.which(f"python{version}"), *kept]:
        if candidate and subprocess.run([candidate, "-c", "import ssl"], capture_output=True).returncode == 0:
            return candidate
    return None


def reduced_lock(client: str) -> str:
    """The committed lock without the other HTTP client and without the tools that no cell runs."""
    dropped = CLIENTS[client] | NOT_NEEDED
    blocks = re.split(r"(?m)^(?=[a-z0-9])", (REPOSITORY / "requirements.lock").read_text())
    return "".join(block for block in blocks if re.split(r"==", block)[0].strip() not in dropped)


def environment(version: str, python: str, client: str) -> str:
    """Make (or find again) the virtual environment of a cell; returns its interpreter."""
    lock = reduced_lock(client)
    folder = CACHE / f"{version}-{client}-{hashlib.sha256(lock.encode()).hexdigest()[:12]}"
    interpreter_path = folder / "bin" / "python"
    done = folder / ".installed"
    if not done.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        lock_file = CACHE / f"{client}.lock"
        lock_file.write_text(lock)
        subprocess.run([REPOSITORY / "tools" / "setup.sh", python, folder, lock_file], check=True)
        done.touch()
    return str(interpreter_path)


def prepare(example: str, mode: str, python: str, target: Path) -> Path:
    """Copy an example, take its conftest and fakes away, and scaffold them again for the mode. Returns the copy."""
    copy = target / example
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    shutil.copytree(REPOSITORY / "examples" / example, copy, ignore=ignored)
    shutil.rmtree(copy / "tests" / "fakes", ignore_errors=True)
    (copy / "tests" / "conftest.py").unlink()
    if mode == "anyio":
        configuration = (copy / "pyproject.toml").read_text()
        (copy / "pyproject.toml").write_text(
            re.sub(r'(?m)^asyncio_.*\n|, "pytest-asyncio"', "", configuration)
        )
        for test in (copy / "tests").glob("test_*.py"):
            test.write_text(test.read_text().replace("pytest.mark.asyncio", "pytest.mark.anyio"))
    command = [
        python,
        str(REPOSITORY / "scripts" / "scaffold.py"),
        str(copy),
        "--with-database",
        "--locale",
        "pt_BR",
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return copy


def exceptions() -> list[str]:
    """Warning filters of ``third-party-warnings.txt`` as pytest options."""
    lines = (Path(__file__).parent / "third-party-warnings.txt").read_text().splitlines()
    return [option for line in lines if line and not line.startswith("#") for option in ("-W", line)]


def run(cell: Cell, python: str, target: Path) -> tuple[Cell, float, subprocess.CompletedProcess[str]]:
    """Run one cell; returns it with its seconds and the finished pytest process."""
    started = time.perf_counter()
    copy = prepare(cell.example, cell.mode, python, target)
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--randomly-seed={cell.seed}", "-W", "error", *exceptions()]
    command += (
        ["-p", "no:asyncio"]
        if cell.mode == "anyio"
        else ["-o", f"asyncio_mode={cell.mode}", "-p", "no:anyio"]
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run(command, cwd=copy, env=clean, capture_output=True, text=True)
    return cell, time.perf_counter() - started, done


def sampled(cells: list[Cell]) -> list[Cell]:
    """The cells of the users example, and of each other one a cell for every Python and mode, clients in turn."""
    kept = [cell for cell in cells if cell.example == "users"]
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        if cell.example != "users":
            groups.setdefault((cell.example, cell.python, cell.mode), []).append(cell)
    return kept + [group[number % len(group)] for number, group in enumerate(groups.values())]


def main() -> int:
    """Read the options, make the environments, run the cells two at a time, print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = sorted(path.parent.name for path in (REPOSITORY / "examples").glob("*/pyproject.toml"))
    parser.add_argument("--example", action="append", choices=known)
    parser.add_argument("--python", action="append", choices=PYTHONS)
    parser.add_argument("--client", action="append", choices=list(CLIENTS))
    parser.add_argument("--mode", action="append", choices=MODES)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--whole", action="store_true", help="every example in all cells")
    parser.add_argument("--require", default="", help="Pythons that must be there, comma-separated")
    options = parser.parse_args()
    found = {version: interpreter(version) for version in options.python or PYTHONS}
    missing = [version for version, path in found.items() if path is None]
    if missing:
        print(
            f"matrix: no Python {', '.join(missing)} on this machine; those cells are not run",
            file=sys.stderr,
        )
    if not any(found.values()) or set(missing) & set(filter(None, options.require.split(","))):
        print(
            "matrix: a required Python is missing: install it (pyenv, uv or the system's packages)",
            file=sys.stderr,
        )
        return 2
    environments = {
        (version, client): environment(version, path, client)
        for version, path in found.items()
        if path
        for client in options.client or CLIENTS
    }
    cells = [
        Cell(example, version, client, mode, int(seed))
        for example in options.example or known
        for version, client in environments
        for mode in options.mode or MODES
        for seed in options.seeds.split(",")
    ]
    if not options.whole:
        cells = sampled(cells)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="matrix-") as scratch, ThreadPoolExecutor(2) as workers:
        jobs = [
            workers.submit(run, cell, environments[cell.python, cell.client], Path(scratch) / str(number))
            for number, cell in enumerate(cells)
        ]
        for job in jobs:
            cell, seconds, done = job.result()
            lines = done.stdout.strip().splitlines() or [done.stderr.strip()]
            print(
                f"{'ok  ' if done.returncode == 0 else 'FAIL'} {cell}  {seconds:.1f} s  {lines[-1]}",
                flush=True,
            )
            if done.returncode != 0:
                failed += 1
                print(done.stdout[-6000:], done.stderr[-2000:], flush=True)
    print(f"matrix: {len(cells) - failed} passed, {failed} failed")
    return 1 if failed or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
