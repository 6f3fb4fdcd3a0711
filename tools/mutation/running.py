"""Verdicts: the suite of a copy, in a pytest process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from async_testing.finding import UsageError

State = Literal["killed", "survived", "timeout"]
_IGNORED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_NO_TEST = 5


@dataclass(frozen=True)
class Verdict:
    """How one run of the suite ended; `by` is the first test that failed."""

    state: State
    seconds: float
    exit_code: int | None
    by: str
    output: str


@dataclass(frozen=True)
class Suite:
    """How the tests of an example are run."""

    root: Path
    options: tuple[str, ...] = ()
    python: str = sys.executable

    def run(self, folder: Path, timeout: float | None) -> Verdict:
        """Run the suite of a copy; a run that takes longer than `timeout` is ended and counts as timeout."""
        command = [self.python, "-m", "pytest", "-x", "-q", "-rfE", "--no-header"]
        command += ["-p", "no:cacheprovider", "-p", "no:randomly", *self.options]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder.parent / "tmp")}
        started = time.monotonic()
        try:
            process = self._start(command, folder, environment)
        except OSError as error:
            raise UsageError(f"{self.python} cannot be started: {error.strerror}") from error
        with process:
            try:
                output = process.communicate(timeout=timeout)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                return Verdict("timeout", time.monotonic() - started, None, "", "")
        code = process.returncode
        first = _FAILED.search(output)
        state: State = "survived" if code in (0, _NO_TEST) else "killed"
        return Verdict(state, time.monotonic() - started, code, first[1] if first else "", output)

    @staticmethod
    def _start(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


@contextmanager
def copies(suite: Suite, count: int) -> Iterator[list[Path]]:
    """Copy the example as often as there are jobs; the copies are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folders = []
        for number in range(count):
            folder = Path(scratch, str(number), suite.root.name)
            shutil.copytree(suite.root, folder, ignore=_IGNORED)
            (folder.parent / "tmp").mkdir()
            folders.append(folder)
        yield folders


def baseline(suite: Suite, folder: Path, when: str = "before anything is changed") -> Verdict:
    """Run the suite as it is; UsageError unless it is green."""
    verdict = suite.run(folder, None)
    if verdict.exit_code != 0:
        tail = "\n".join(verdict.output.splitlines()[-15:])
        why = "has no test to run" if verdict.exit_code == _NO_TEST else f"is not green {when}"
        raise UsageError(f"the suite of {suite.root} {why}: mend it first\n{tail}")
    return verdict


Done = Callable[[int, Verdict], None]
Change = tuple[str, str]
"""A path below the root, and the whole text to put there."""


def judge(
    suite: Suite,
    folders: Sequence[Path],
    changes: Sequence[Change],
    timeout: float,
    done: Done,
) -> list[Verdict]:
    """Run the suite once for each change, in as many copies as there are at the same time."""
    free: SimpleQueue[Path] = SimpleQueue()
    for folder in folders:
        free.put(folder)

    def one(index: int) -> Verdict:
        folder = free.get()
        try:
            with _changed(folder, *changes[index]):
                verdict = suite.run(folder, timeout)
        finally:
            free.put(folder)
        done(index, verdict)
        return verdict

    with ThreadPoolExecutor(len(folders)) as pool:
        try:
            return list(pool.map(one, range(len(changes))))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _changed(folder: Path, path: str, text: str) -> Iterator[None]:
    target = folder / path
    original = target.read_bytes()
    target.write_bytes(text.encode())
    try:
        yield
    finally:
        target.write_bytes(original)
