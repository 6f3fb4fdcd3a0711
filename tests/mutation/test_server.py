"""The server that all runs of a suite share is gone with the process that started it, killed or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys, time
sys.path[:0] = ["tools", "scripts"]
from mutation.server import shared
with shared(True):
    print(os.environ["ASYNC_TESTING_DSN"], flush=True)
    time.sleep(float(sys.argv[1]))
"""


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for the server's socket, which its own user may enter."""
    with tempfile.TemporaryDirectory(prefix="ms-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("kill", [signal.SIGKILL, None], ids=["killed", "ended"])
def test_no_server_outlives_its_process(short_folder: Path, kill: signal.Signals | None) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "ASYNC_TESTING_DSN"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "60" if kill else "0"],
        cwd=REPOSITORY,
        env=clean | {"TMPDIR": str(short_folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if kill:
            process.send_signal(kill)

    assert said.startswith("postgresql://")
    for _ in range(200):
        if not [*short_folder.glob("mutants-postgres-*")]:
            break
        time.sleep(0.05)
    assert not [*short_folder.glob("mutants-postgres-*")]
