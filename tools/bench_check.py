"""How long check takes, always as a ratio against a peer in the same run, as a table in Markdown.

    python tools/bench_check.py [--repo FOLDER] [--runs 3]

Without --repo the tests of a public repository are fetched at a pinned commit, once. Every figure is the processor's
time of whole processes (start-up included), each pair run in turn; a ratio is the median of pairs. Peers that are not
of the lock come from a scratch environment; one that cannot be had, or takes too long, is said so. Exit 1: a bar is
missed.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".cache" / "bench"
PINNED = ("PrefectHQ/prefect", "3.4.25")
CHECK = [sys.executable, str(REPOSITORY / "scripts" / "check.py")]
PARSE = """\
import ast, sys, warnings
warnings.simplefilter("ignore")
for path in sys.stdin.read().splitlines():
    try:
        ast.parse(open(path, "rb").read())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
"""
PEERS = {
    "flake8": ["flake8", "flake8-pytest-style"],
    "falsegreen": ["falsegreen"],
    "pytest-tidy": ["pytest-tidy"],
}
PATIENCE = 900
"""Seconds for one run of a peer."""
LARGE = 200_000
SMALL = "import asyncio\n\n\nasync def test_it() -> None:\n    await asyncio.sleep(0)\n"


class Command(NamedTuple):
    """What to run, and where."""

    words: list[str]
    folder: Path
    variables: Mapping[str, str] = MappingProxyType({})
    given: str = ""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    ratio: float | None
    bar: float | None = None
    detail: str = ""

    @property
    def missed(self) -> bool:
        """Whether it is above its bar."""
        return self.bar is not None and self.ratio is not None and self.ratio > self.bar


def seconds(command: Command, patience: float | None = None) -> float:
    """How much of the processor's time a process takes; its exit code must not be one of a crash."""
    started = _used()
    done = subprocess.run(
        command.words,
        cwd=command.folder,
        env={**os.environ, **command.variables},
        input=command.given,
        text=True,
        errors="replace",
        capture_output=True,
        timeout=patience,
    )
    if "Traceback" in done.stderr:
        raise SystemExit(f"{' '.join(command.words)}: {done.stderr.strip().splitlines()[-1]}")
    return _used() - started


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compared(
    what: str, one: Command, against: str, other: Command, runs: int, bar: float | None = None
) -> Row:
    """Run two commands in turn; the median ratio of the pairs, with the median seconds of both."""
    pairs = [(seconds(one), seconds(other)) for _ in range(runs)]
    ratio = statistics.median(first / second for first, second in pairs)
    medians = [statistics.median(side) for side in zip(*pairs, strict=True)]
    return Row(what, against, ratio, bar, f"{medians[0]:.2f} s to {medians[1]:.2f} s")


def fetched() -> Path:
    """The pinned repository, fetched once."""
    name, tag = PINNED
    folder = CACHE / f"{name.replace('/', '+')}-{tag}"
    if not (folder / ".git" / "fetched").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for command in (
            ["init", "-q"],
            ["fetch", "-q", "--depth", "1", f"https://github.com/{name}.git", tag],
        ):
            subprocess.run(["git", *command], cwd=folder, check=True)
        subprocess.run(["git", "checkout", "-q", "FETCH_HEAD"], cwd=folder, check=True)
        (folder / ".git" / "fetched").touch()
    return folder


def peers() -> tuple[Path, dict[str, str]]:
    """A scratch environment with the peers that can be had, and why the others cannot."""
    scratch = CACHE / "peers"
    if not (scratch / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", scratch], check=True)
    missing = {}
    pip = [str(scratch / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for name, packages in PEERS.items():
        if not (scratch / "bin" / name).exists():
            done = subprocess.run([*pip, *packages], capture_output=True, text=True)
            if done.returncode or not (scratch / "bin" / name).exists():
                said = done.stderr.strip().splitlines() or ["it brings no such command"]
                missing[name] = said[-1][:80]
    return scratch / "bin", missing


def memory(command: Command) -> int:
    """The peak memory of a process in MB, asked of a process between, since peaks of children only grow."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    words = [sys.executable, "-c", code, *command.words]
    done = subprocess.run(words, cwd=command.folder, capture_output=True, text=True, check=True)
    return int(done.stdout) // (1024 * 1024 if sys.platform == "darwin" else 1024)


def rows(root: Path, scratch: Path, runs: int) -> list[Row]:
    """Measure everything."""
    sys.path.insert(0, str(REPOSITORY / "scripts"))
    from async_testing.checking.discovery import default_paths, find

    paths = default_paths(root)
    files = find(root, paths).files
    lines = sum((root / path).read_bytes().count(b"\n") for path in files)
    print(f"{len(files)} files, {lines:,} lines\n")
    kept = {"XDG_CACHE_HOME": str(scratch / "cache"), "RAYON_NUM_THREADS": "1"}
    cold = Command([*CHECK, *paths, "--no-cache", "--jobs", "1", "--exit-zero"], root, kept)
    warm = Command([*CHECK, *paths, "--jobs", "1", "--exit-zero"], root, kept)
    parse = Command([sys.executable, "-c", PARSE], root, {}, "\n".join(files))
    options = ["--isolated", "--select", "PT,ASYNC", "--no-cache", "-q", "--exit-zero"]
    ruff = Command([str(Path(sys.executable).with_name("ruff")), "check", *options, *paths], root, kept)
    found = [
        compared("cold, one process", cold, "parsing each file", parse, runs, 2.0),
        compared("cold, one process", cold, "ruff, one thread", ruff, runs),
    ]
    there, missing = peers()
    for name in PEERS:
        words = [
            str(there / name),
            *(["--select", "PT", "--exit-zero", "-j1"] if name == "flake8" else []),
            *paths,
        ]
        found.append(_against_peer(name, missing, cold, Command(words, root)))
    seconds(warm)
    found.append(compared("warm", warm, "ruff, one thread", ruff, runs, 1.0 if lines >= LARGE else None))
    (scratch / "test_small.py").write_text(SMALL)
    small = Command([*CHECK, "test_small.py", "--root", "."], scratch, kept)
    seconds(small)
    nothing = Command([sys.executable, "-c", "pass"], scratch)
    found.append(compared("a small file, warm", small, "python -c pass", nothing, runs * 7, 4.0))
    fresh = small._replace(words=[*small.words, "--no-cache"])
    found.append(compared("a small file, cold", fresh, "python -c pass", nothing, runs * 7))
    used = memory(cold)
    found.append(Row("peak memory", "300 MB", used / 300, 1.0 if lines >= LARGE else None, f"{used} MB"))
    return found


def _against_peer(name: str, missing: dict[str, str], cold: Command, peer: Command) -> Row:
    what = "cold, one process"
    if name in missing:
        return Row(what, name, None, None, f"not to be had: {missing[name]}")
    try:
        theirs = seconds(peer, PATIENCE)
    except subprocess.TimeoutExpired:
        return Row(what, name, None, None, f"more than {PATIENCE} s")
    except SystemExit as error:  # it crashed
        return Row(what, name, None, None, str(error)[-80:])
    ours = seconds(cold)
    return Row(what, name, ours / theirs, None, f"{ours:.2f} s to {theirs:.2f} s")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repo", type=Path, help="a checked-out repository")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    try:
        root = (options.repo or fetched()).resolve()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{PINNED[0]} cannot be fetched ({error}): give --repo") from None
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        found = rows(root, Path(scratch), options.runs)
    print("| check | against | ratio | bar | |\n|---|---|---|---|---|")
    for row in found:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        bar = "" if row.bar is None else f"≤ {row.bar}{' **missed**' if row.missed else ''}"
        print(f"| {row.what} | {row.against} | {ratio} | {bar} | {row.detail} |")
    return 1 if any(row.missed for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
