"""A MariaDB server of one's own: its data folder and socket are temporary, nothing of the machine's own is touched."""

from __future__ import annotations

import getpass
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from async_testing.replaying.servers import NoServer, installed
from async_testing.templates.real_database.watching import watched_folder

SECONDS = 60
"""How long a server may take to start."""


@contextmanager
def started() -> Iterator[str]:
    """Start a server and yield its DSN; it ends with the block.

    Raises:
        NoServer: none is installed, or it does not start.
    """
    program, installer = installed("mariadbd", "mysqld"), installed("mariadb-install-db", "mysql_install_db")
    if not program or not installer:
        raise NoServer("apt-get install mariadb-server, or give --dsn mysql://...")
    user = getpass.getuser()
    with watched_folder("replay-", "pid") as folder:
        data, socket, log = Path(folder, "data"), Path(folder, "s"), Path(folder, "log")
        # A server that starts deletes what others have left in a folder of temporary files, and what they use.
        scratch = Path(folder, "temporary")
        scratch.mkdir()
        common = ["--no-defaults", f"--datadir={data}", f"--tmpdir={scratch}", f"--user={user}"]
        made = subprocess.run(
            [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            said = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
            raise NoServer(f"MariaDB's data folder could not be made ({said[-1]}): give --dsn mysql://...")
        words = [program, *common, f"--socket={socket}", f"--pid-file={folder}/pid"]
        words += ["--skip-networking", f"--log-error={log}"]
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(running, socket, log)
            yield f"mysql://root@localhost/?unix_socket={socket}"
        finally:
            running.terminate()
            try:
                running.wait(SECONDS)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _wait(running: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while not socket.exists():
        if running.poll() is not None or time.monotonic() > until:
            said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
            raise NoServer(f"MariaDB does not start ({said[-1] if said else 'no reason given'})")
        time.sleep(0.05)
