"""A MariaDB server of the tests' own."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .endings import ended_in_order
from .watching import watched_folder

# How many seconds a server may take to start.
PATIENCE = 60


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a mysql:// URL), else a MariaDB started here.

    Skips where there is neither; the application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"mysql://{given.partition('://')[2]}"  # not mysql+aiomysql
            return
        program, installer = installed("mariadbd"), installed("mariadb-install-db")
        if not program or not installer:
            pytest.skip("apt-get install mariadb-server, or set ASYNC_TESTING_DSN")
        with private_mariadb(program, installer) as started:
            yield started


@contextmanager
def private_mariadb(program: str, installer: str) -> Iterator[str]:
    """Start a MariaDB with a data folder of its own; both are gone at the end."""
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with watched_folder("mariadb-", "pid", in_memory) as folder:
        socket = Path(folder, "socket")
        # A server that starts deletes what others have left in a folder of temporary files, and what they use.
        scratch = Path(folder, "temporary")
        scratch.mkdir()
        common = ["--no-defaults", f"--datadir={folder}/data", f"--tmpdir={scratch}"]
        common += [f"--user={getpass.getuser()}"]
        made = [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True)
        own = [f"--socket={socket}", f"--pid-file={folder}/pid", "--skip-networking"]
        with Path(folder, "log").open("wb") as log:
            started = subprocess.Popen([program, *common, *own], stdout=log, stderr=log)
        try:
            wait_for(socket, started)
            yield f"mysql://root@localhost/?unix_socket={socket}"
        finally:
            started.kill()  # there is nothing in its folder to be kept
            started.wait()


def installed(program: str) -> str | None:
    """Where a program of the server is; Debian's are beside the path of most users."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def wait_for(socket: Path, started: subprocess.Popen[bytes]) -> None:
    """Return when the server takes connections."""
    until = time.monotonic() + PATIENCE
    while not socket.exists():
        if started.poll() is not None or time.monotonic() > until:
            raise RuntimeError((socket.parent / "log").read_text(errors="replace")[-2000:])
        time.sleep(0.02)
