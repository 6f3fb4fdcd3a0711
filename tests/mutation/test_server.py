"""The server that all runs of a suite share is gone with the process that started it, killed or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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


@pytest.mark.parametrize("kill", [signal.SIGKILL, None], ids=["killed", "ended"])
def test_no_server_outlives_its_process(tmp_path: Path, kill: signal.Signals | None) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "ASYNC_TESTING_DSN"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "60" if kill else "0"],
        cwd=REPOSITORY,
        env=clean | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if kill:
            process.send_signal(kill)

    assert said.startswith("postgresql://")
    for _ in range(200):
        if not any(tmp_path.iterdir()):
            break
        time.sleep(0.05)
    assert not [*tmp_path.iterdir()]
