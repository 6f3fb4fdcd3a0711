"""The processor's time that processes take, those included that they have started and waited for."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path


def used() -> float:
    """Seconds of this process and of all below it, running or not; the system has to have /proc for those that run."""
    own = os.times()
    return (
        own.user + own.system + own.children_user + own.children_system + sum(map(_of, _below(os.getpid())))
    )


def of_others(command: Sequence[str], folder: Path, patience: float | None = None) -> float:
    """Run a command to its end; the seconds that it took."""
    before = _waited()
    subprocess.run(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=patience
    )
    return _waited() - before


def _waited() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _of(pid: int) -> float:
    """A process and those that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _below(pid: int) -> list[int]:
    try:
        found = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return found + [below for child in found for below in _below(child)]
