"""A folder that goes with the tests, killed ones as well."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import mkdtemp

# A process beside the tests. When they have ended, killed ones as well, it ends the
# server whose number a file in the folder tells, and removes the folder.
WATCHDOG = """
import os, shutil, signal, sys, time

folder, told = sys.argv[1:]
sys.stdin.buffer.read(1)
for attempt in range(200):
    try:
        with open(os.path.join(folder, told)) as file:
            number = int(file.readline())
        os.kill(number, 0 if attempt % 100 else signal.SIGKILL if attempt else signal.SIGQUIT)
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
    time.sleep(0.05)
shutil.rmtree(folder, ignore_errors=True)
"""


@contextmanager
def watched_folder(prefix: str, told: str, place: str | None = None) -> Iterator[str]:
    """A temporary folder for a server, which writes its process number into ``told``.

    Both are gone at the end, also where nobody lives to see it.
    """
    folder = mkdtemp(prefix=prefix, dir=place)
    watchdog = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", WATCHDOG, folder, told],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield folder
    finally:
        watchdog.communicate(b"\n")
        shutil.rmtree(folder, ignore_errors=True)
