"""Ending what a run has started, also what has left its process group; and being ended by a signal ourselves."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "ASYNC_TESTING_RUN"
"""A variable in the environment of whatever a run starts, by which it is known wherever it has gone."""
ROUNDS = 20
PROCESSES = Path("/proc")


def mark() -> str:
    """A value of MARK that no other run has."""
    return secrets.token_hex(8)


def end(process: subprocess.Popen[bytes], marked: str) -> None:
    """Kill a process, its group, what descends from it, and whatever carries its mark.

    Args:
        process: the process, which may have ended.
        marked: the value of MARK that it was started with.
    """
    found = _descendants(process.pid)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    for _ in range(ROUNDS):
        for one in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)
        found = [*_marked(marked)]
        if not found:
            return
        time.sleep(0.005)


def _descendants(pid: int) -> list[int]:
    """The processes below one, which were started by it or by what it started."""
    children: dict[int, list[int]] = {}
    for parent, one in _parents():
        children.setdefault(parent, []).append(one)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _parents() -> Iterator[tuple[int, int]]:
    """Pairs of a process's parent and itself; none where nothing tells them."""
    if not PROCESSES.is_dir():
        with suppress(OSError, ValueError):
            told = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, check=False).stdout
            for line in told.splitlines():
                parent, pid = line.split()
                yield int(parent), int(pid)
        return
    for folder in PROCESSES.iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                after = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                if after[0] not in (b"Z", b"X"):
                    yield int(after[1]), int(folder.name)


def _marked(marked: str) -> Iterator[int]:
    """The processes that carry a mark, dead ones aside. Only Linux tells the environment of others."""
    needle = f"{MARK}={marked}".encode()
    for _, pid in _parents() if PROCESSES.is_dir() else ():
        with suppress(OSError):
            if needle in (PROCESSES / str(pid) / "environ").read_bytes().split(b"\0"):
                yield pid


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block, SIGTERM and SIGHUP interrupt as Ctrl-C does; a second signal does not disturb the cleaning up.

    Raises:
        KeyboardInterrupt: a signal came.
    """
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}

    def interrupted(_number: int, _frame: object) -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, interrupted)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
